"""Links from a notice to a request that waits for a decision: bound to the step, the person and a time (Art. 17).

A link opens the sign-in and names a page; it decides nothing. No Prefect here: the desk uses this module as well.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer
from itsdangerous.timed import TimestampSigner

GOOD_FOR = timedelta(days=14)
"""Longer than any decision should take; afterwards the inbox still has it."""


def step_link(base_url: str, step_id: UUID, person_id: UUID, secret: str, at: datetime) -> str:
    """The address below `base_url` (the desk's) by which `person_id` comes to the step, from the aware time `at` on."""
    return f"{base_url.rstrip('/')}/go/{_sealer(secret, at).dumps([step_id.hex, person_id.hex])}"


def read_step(token: str, secret: str, at: datetime) -> tuple[UUID, UUID] | None:
    """The step and the person that a link's token names at the aware time `at`; None for what is forged or too old."""
    try:
        step, person = _sealer(secret, at).loads(token, max_age=int(GOOD_FOR.total_seconds()))
        return UUID(step), UUID(person)
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def _sealer(secret: str, at: datetime) -> URLSafeTimedSerializer:
    class Signer(TimestampSigner):
        """Signs at a time that is passed in."""

        def get_timestamp(self) -> int:
            return int(at.timestamp())

    kwargs = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeTimedSerializer(secret, salt="access-step", signer=Signer, signer_kwargs=kwargs)
