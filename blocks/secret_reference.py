"""Where a secret is, in place of the secret: all that a block says of it (docs/adr/0016-nothing-from-prefect.md).

Whoever has the Prefect password reads every block. So blocks say ``env:CUSTODY_…``, ``file:NAME`` or
``channel:NOTIFIER_FILE#NAME``, and only a process of this installation can follow that: to its own environment, to a
file in its home that its owner alone can read, to an address in the notifier file.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import SecretStr

from regulation.errors import ConfigurationError

HOME = "CUSTODY_HOME"
"""The environment variable that names the home; `Home.environment` sets it in every process of an installation."""

_ENV = re.compile(r"CUSTODY_[A-Z0-9_]{1,64}")
_FILE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}(?:\.[a-z]{1,8})?")
_REFERENCE = re.compile(r"(env|file|channel):(\S.*)", re.DOTALL)


def is_reference(told: str) -> bool:
    """Whether `told` says where a secret is. A secret itself begins like none of them."""
    return _REFERENCE.fullmatch(told) is not None


def revealed(secret: SecretStr) -> str:
    """The secret, followed to where it is; one that a process was given plainly is that one.

    Raises `ConfigurationError` naming the reference, never what is behind it.
    """
    told = secret.get_secret_value()
    matched = _REFERENCE.fullmatch(told)
    return told if matched is None else _FOLLOWED[matched[1]](matched[2])


def own_home() -> Path:
    """The home of the installation that this process belongs to. Raises `ConfigurationError` where it knows none."""
    home = os.environ.get(HOME)
    if not home:
        raise ConfigurationError("No home is named: start runs with `custody worker`.", subject=HOME)
    return Path(home)


def private_text(path: Path) -> str:
    """What is in a file that its owner alone can read. Raises `ConfigurationError` for any other, and for links."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, encoding="utf-8") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077:
                raise ConfigurationError("Others can read or change this file: chmod 600.", subject=str(path))
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(f"This file cannot be read: {why}.", subject=str(path)) from None


def _from_environment(name: str) -> str:
    """A variable of ours: any other would let a block ask for what is none of its business."""
    if not _ENV.fullmatch(name):
        raise ConfigurationError("Secrets are in variables named CUSTODY_….", subject=f"env:{name}")
    value = os.environ.get(name)
    if not value:
        raise ConfigurationError(f"The environment variable {name} is not set.", subject=f"env:{name}")
    return value


def _from_file(name: str) -> str:
    """A file right in the home: no way leads out of it."""
    if not _FILE.fullmatch(name):
        raise ConfigurationError(
            "Secrets are in files right in the home, named without a path.", subject=f"file:{name}"
        )
    return private_text(own_home() / name)


def _from_notifier_file(place: str) -> str:
    """The addresses of one channel; those that the environment holds among them."""
    file, _, channel = place.rpartition("#")
    try:
        channels = tomllib.loads(Path(file).read_text(encoding="utf-8")).get("channels")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise ConfigurationError("The notifier file cannot be read.", subject=f"channel:{place}") from None
    if not isinstance(channels, Mapping) or not isinstance(channels.get(channel), str):
        raise ConfigurationError("The notifier file has no such channel.", subject=f"channel:{place}")
    words = str(channels[channel]).split()
    return " ".join(_from_environment(word[4:]) if word.startswith("env:") else word for word in words)


_FOLLOWED: Mapping[str, Callable[[str], str]] = {
    "env": _from_environment,
    "file": _from_file,
    "channel": _from_notifier_file,
}
