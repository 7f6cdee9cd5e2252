"""Wiping one file by a receipt's line: the same at the station and at a dock far away (Art. 16). No Prefect."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

from regulation.errors import ActionDenied, FixityError
from tasks.dump import Dump

_READ_SIZE = 1 << 20


def wipe_file(
    dump: Dump, raw_name: bytes, *, size: int, sha256: str, also: Callable[[], None] | None = None
) -> str | None:
    """Delete `raw_name` from the dump after its size in bytes and its SHA-256 were read again and `also`, which may
    raise `FixityError` or `ActionDenied`, had nothing against it. Returns why it was left, or None when it is gone."""
    try:
        descriptor = dump.open(raw_name)
    except FileNotFoundError:
        return None
    except OSError as error:
        return os.strerror(error.errno or 0)
    try:
        require_content(descriptor, size, sha256)
        if also is not None:
            also()
        dump.remove(raw_name, descriptor)
    except (FixityError, ActionDenied) as refused:
        return refused.message
    except OSError as error:
        return os.strerror(error.errno or 0)
    finally:
        os.close(descriptor)
    return None


def require_content(descriptor: int, size: int, sha256: str) -> None:
    """Raise `FixityError` unless the file open as `descriptor` is what the receipt says; `OSError` where it cannot be
    read."""
    if os.fstat(descriptor).st_size != size:
        raise FixityError("The file on the device has another size than the receipt says.", article="Art. 16")
    digest = hashlib.sha256()
    while piece := os.read(descriptor, _READ_SIZE):
        digest.update(piece)
    if digest.hexdigest() != sha256:
        raise FixityError("The file on the device has another content than the receipt says.", article="Art. 16")
