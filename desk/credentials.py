"""What people prove with who they are: a password and a code that changes every half minute (RFC 6238).

No registry here, and no clock: the time is passed in.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken

from regulation.errors import ConfigurationError

STEP_SECONDS = 30
SHORTEST = 12
LONGEST = 200
_NAME = "执法记录"


class Credentials:
    """Passwords and codes of one installation. `key` seals the codes' secrets: who has only the registry cannot make a
    code, and who has only the key has no secret."""

    def __init__(self, key: str) -> None:
        derived = hashlib.blake2b(key.encode(), digest_size=32, person=b"desk-codes").digest()
        self._box = Fernet(base64.urlsafe_b64encode(derived))
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash("nobody's password")

    def hash(self, password: str) -> str:
        """What the registry keeps of a password."""
        return self._hasher.hash(password)

    def matches(self, password: str, hashed: str | None) -> bool:
        """Whether it is the password. Takes as long where there is none, so that nobody learns who has one."""
        try:
            return self._hasher.verify(hashed or self._nobody, password[:LONGEST]) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False

    def seal(self, secret: str) -> str:
        """A secret as the registry keeps it."""
        return self._box.encrypt(secret.encode()).decode()

    def code_taken(self, code: str, sealed: str, at: datetime) -> int | None:
        """The half minute of which this is the code: now's, or the one before or after; None for any other."""
        try:
            secret = self._box.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise ConfigurationError("The key of the pages is not the one that codes were sealed with.") from None
        totp = pyotp.TOTP(secret)
        return next((step for step in _steps(at) if pyotp.utils.strings_equal(totp.generate_otp(step), code)), None)


def _steps(at: datetime) -> Iterator[int]:
    now = int(at.timestamp()) // STEP_SECONDS
    yield from (now, now - 1, now + 1)


def fresh_secret() -> str:
    """A secret for a new authenticator."""
    return pyotp.random_base32()


def address_of(secret: str, number: str) -> str:
    """What an authenticator reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=number, issuer_name=_NAME)
