"""CRC64NVME, the checksum that S3 keeps of a whole object however many parts it came in."""

from __future__ import annotations

from base64 import b64encode

from awscrt import checksums


def crc64nvme(data: memoryview | bytes, previous: int = 0) -> int:
    """The checksum of everything before (`previous`) followed by `data`. Releases the interpreter lock."""
    return int(checksums.crc64nvme(data, previous))


def joined(first: int, second: int, second_size: int) -> int:
    """The checksum of two runs of bytes, from their own; `second_size` is the length of the second in bytes."""
    return int(checksums.combine_crc64nvme(first, second, second_size))


def as_base64(checksum: int) -> str:
    """As S3 writes it in headers."""
    return b64encode(checksum.to_bytes(8, "big")).decode("ascii")
