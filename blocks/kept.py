"""Blocks as this installation keeps them: files in its home. Prefect shows the same blocks, and nobody believes it.

Whoever has the Prefect password can change every block there: another vault, another registry, another address. So a
run takes its blocks from the home of the process it runs in, where only the installation's owner writes
(docs/adr/0016-nothing-from-prefect.md). What is kept holds no secret either, only where each is.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from prefect.blocks.core import Block
from pydantic import BaseModel, SecretStr
from pydantic_core import to_jsonable_python

from blocks.secret_reference import is_reference, own_home, private_text, revealed
from regulation.errors import ConfigurationError

B = TypeVar("B", bound=Block)

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


def keep(block: Block, name: str) -> None:
    """Keep `block` under `name`, whole or not at all, for its owner alone.

    Raises `ConfigurationError` naming block and field where it holds a secret itself, or one that is not where it says.
    """
    check_secrets(block, name)
    path = _path(type(block), name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}.part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(content_of(block), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def check_secrets(block: Block, name: str) -> None:
    """Raises `ConfigurationError` as `keep` does."""
    for field, secret in secrets_in(block):
        told = secret.get_secret_value()
        if told and not is_reference(told):
            where = f"{block.get_block_type_slug()}/{name}: {field}"
            raise ConfigurationError("A block holds no secret, only where it is: env:… or file:….", subject=where)
        revealed(secret)


def kept(kind: type[B], name: str) -> B:
    """The block of this kind that is kept under `name`. Raises `ConfigurationError` where there is none, or it is none
    of ours."""
    where = f"{kind.get_block_type_slug()}/{name[:64]!r}"
    path = _path(kind, name)
    if not path.exists():
        raise ConfigurationError("No such block is kept on this machine: run `custody blocks` here.", subject=where)
    try:
        return kind.model_validate(json.loads(private_text(path)))
    except ValueError:
        raise ConfigurationError(
            "It cannot be read: run `custody blocks`, which makes it anew.", subject=where
        ) from None


def changed_fields(shown: Block, own: Block) -> list[str]:
    """The fields in which what Prefect shows differs from what is kept."""
    theirs, ours = content_of(shown), content_of(own)
    return sorted(name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name))


def secrets_in(block: Block) -> Iterator[tuple[str, SecretStr]]:
    """Every secret of the block and of those within it, each with the name of its field."""
    yield from _secrets(block, "")


def content_of(block: Block) -> dict[str, Any]:
    """The fields of the block and of those within it, as plain JSON; of Prefect's own bookkeeping nothing."""
    content: dict[str, Any] = to_jsonable_python(_plain(block))
    return content


def _secrets(value: object, where: str) -> Iterator[tuple[str, SecretStr]]:
    if isinstance(value, SecretStr):
        yield where, value
        return
    for name, inner in _parts(value):
        yield from _secrets(inner, f"{where}.{name}" if where else str(name))


def _parts(value: object) -> Iterator[tuple[object, object]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield name, getattr(value, name)
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)


def _plain(value: object) -> object:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, BaseModel | Mapping):
        return {name: _plain(inner) for name, inner in _parts(value)}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _path(kind: type[Block], name: str) -> Path:
    """Names come from parameters of runs: none leads elsewhere."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError("A block's name is lower-case letters, digits and dashes.", subject=ascii(name)[:80])
    return own_home() / "blocks" / kind.get_block_type_slug() / f"{name}.json"
