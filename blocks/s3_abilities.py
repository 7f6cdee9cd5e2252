"""What the vault may build upon, found by trying the server at start rather than believing it.

Servers answer 200 to a wrong checksum, a condition or a lock that they do not know: `blocks.s3_trial` tries each.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from blocks.s3_control import Control, asking
from blocks.s3_settings import Proof, S3Settings
from blocks.s3_trial import Trial
from blocks.s3_wire import Wire
from blocks.vault import Ability
from regulation.errors import ConfigurationError, Unavailable


@dataclass(frozen=True, slots=True)
class Given:
    """What the vault builds upon. `abilities` tells the same, and more, to people."""

    proof: Proof
    locks: bool
    lock_with_object: bool
    lock_with_parts: bool
    conditional_put: bool
    abilities: tuple[Ability, ...]


def try_server(settings: S3Settings, control: Control, wire: Wire) -> Given:
    """Make or check the bucket, and try the server. Raises `ConfigurationError` naming the setting that cannot hold."""
    if not settings.write_once and not settings.accepts_no_object_lock:
        raise ConfigurationError(
            "Write-once mode is off: only a unit that sets `accepts_no_object_lock` may do that (Art. 7).",
            article="Art. 7",
            subject="write_once",
        )
    _make_bucket(settings, control)
    trial = Trial(settings, control, wire)
    try:
        with asking("bucket"):
            abilities = trial.run()
    finally:
        with suppress(Unavailable, ConfigurationError):
            trial.clean()
    _judge(settings, abilities)
    return _given(settings, abilities)


def _make_bucket(settings: S3Settings, control: Control) -> None:
    try:
        control.make_bucket(with_lock=settings.write_once)
    except ConfigurationError:
        if not settings.accepts_no_object_lock:
            raise
        control.make_bucket(with_lock=False)  # a server that knows no Object Lock


def _given(settings: S3Settings, abilities: list[Ability]) -> Given:
    has = {ability.name: ability.given for ability in abilities}
    locks = settings.write_once and all(has[name] for name in ("versions", "object-lock", "lock-holds"))
    return Given(
        proof=next(proof for proof in Proof if has[proof.value]),
        locks=locks,
        lock_with_object=locks and has["lock-with-object"],
        lock_with_parts=locks and has["lock-with-parts"],
        conditional_put=has["conditional-put"],
        abilities=tuple(abilities),
    )


def _judge(settings: S3Settings, abilities: list[Ability]) -> None:
    for ability in abilities:
        if ability.given or not ability.required:
            continue
        if ability.name == "integrity":
            raise ConfigurationError(f"This server cannot keep originals: {ability.detail}.", subject="endpoint_url")
        raise ConfigurationError(
            f"This bucket cannot keep originals write-once: {ability.detail}. Use a bucket made with Object Lock, or "
            "set `accepts_no_object_lock` if the unit accepts that nothing protects them from deletion.",
            article="Art. 7",
            subject="accepts_no_object_lock",
        )
