"""The notifier of this installation, from its file: by which channels people are told (Art. 16, 20).

[channels]                                # name = Apprise address, or several with spaces between them
mail = "env:CUSTODY_MAIL_ADDRESS"         # or what the environment says, as CUSTODY_…
group = "wecombot://…"

[per_minute]                              # at most, by channel; group robots allow 20
group = 20

[[routes]]                                # the most specific one holds; one has no condition
channels = ["mail", "group"]

[[routes]]
role = "principal-leader"                 # also: unit = "code", person = "certificate number"
channels = ["mail"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from blocks.leader_notifier import LeaderNotifier
from deployments.settings import Settings
from regulation.errors import ConfigurationError

SETTING = "CUSTODY_NOTIFIER_FILE"
_KEYS = frozenset({"channels", "routes", "per_minute", "seconds", "language"})


def notifier_of(settings: Settings) -> LeaderNotifier | None:
    """The notifier that the settings describe, None where they name no file.

    Raises `ConfigurationError` naming file, channel, route and key where something is missing or wrong; never with an
    address in it.
    """
    if settings.notifier_file is None:
        return None
    table = _read(settings.notifier_file)
    for key in table.keys() - _KEYS:
        raise _refusal(settings.notifier_file, key, f"Unknown; known are {', '.join(sorted(_KEYS))}.")
    try:
        notifier = LeaderNotifier.model_validate(
            {**table, "channels": _referred(settings.notifier_file, table.get("channels", {}))}
        )
        notifier.check()
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise _refusal(settings.notifier_file, key, f"{first['msg']}.") from None
    except ConfigurationError as wrong:
        raise _refusal(settings.notifier_file, wrong.subject or "channels", wrong.message) from None
    return notifier


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}.", subject=SETTING) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        where = wrong if isinstance(wrong, tomllib.TOMLDecodeError) else "it is not UTF-8"
        raise ConfigurationError(f"{file} is not TOML: {where}.", subject=SETTING) from None


def _referred(file: Path, channels: object) -> object:
    """Each channel as where its addresses are, for they are secrets; what is no text the block refuses."""
    if not isinstance(channels, Mapping):
        return channels
    place = file.absolute()
    return {name: f"channel:{place}#{name}" if isinstance(told, str) else told for name, told in channels.items()}


def _refusal(file: Path, key: str, message: str) -> ConfigurationError:
    return ConfigurationError(f"{file}: {key}: {message}", subject=SETTING)
