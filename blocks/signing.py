"""Ed25519 signatures (RFC 8032) over texts, keys as PKCS#8 PEM and raw base64."""

from __future__ import annotations

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from regulation.errors import ConfigurationError, FixityError


def new_private_key() -> str:
    """A new private key as PKCS#8 PEM."""
    encoding = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Ed25519PrivateKey.generate().private_bytes(*encoding).decode("ascii")


def read_private_key(pem: str) -> Ed25519PrivateKey:
    """The key of a PEM text. Raises `ConfigurationError` where it is none."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError("The receipt key is not an Ed25519 private key.", subject="private_key")
    return key


def public_key_of(key: Ed25519PrivateKey) -> str:
    """The public half, raw, base64."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode("ascii")


def key_id_of(public_key: str) -> str:
    """The name of a public key: the first 16 hexadecimal digits of the SHA-256 of its raw bytes."""
    return hashlib.sha256(base64.b64decode(public_key)).hexdigest()[:16]


def check_signature(document: str, signature: str, public_key: str) -> None:
    """Raise `FixityError` unless `signature` (base64) over `document` was made with `public_key`'s private half."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), document.encode())
    except (InvalidSignature, ValueError):
        raise FixityError("The receipt's signature does not fit its text.", article="Art. 16") from None
