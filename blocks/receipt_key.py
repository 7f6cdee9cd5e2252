"""The key that signs receipts: Ed25519 (RFC 8032)."""

from __future__ import annotations

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from regulation.errors import ConfigurationError, FixityError


class ReceiptKey(Block):
    """The unit's key for receipts. Whoever holds it can offer files for wiping, so it lives only here."""

    _block_type_name = "Custody receipt key"
    _block_type_slug = "custody-receipt-key"
    _description = "Signs the receipts that allow a recorder to be wiped (入库回执签名密钥), Art. 16."

    private_key: SecretStr = Field(title="Private key", description="Ed25519, PKCS#8 in PEM.")

    @staticmethod
    def generate() -> str:
        """A new private key as PKCS#8 PEM."""
        return (
            Ed25519PrivateKey.generate()
            .private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            .decode("ascii")
        )

    def _key(self) -> Ed25519PrivateKey:
        try:
            key = serialization.load_pem_private_key(self.private_key.get_secret_value().encode(), password=None)
        except ValueError:
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigurationError("The receipt key is not an Ed25519 private key.", subject="private_key")
        return key

    @property
    def public_key(self) -> str:
        """The public half, raw, base64."""
        raw = self._key().public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return base64.b64encode(raw).decode("ascii")

    @property
    def key_id(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the raw public key."""
        return key_id_of(self.public_key)

    def sign(self, document: str) -> str:
        """The signature over the document's UTF-8 bytes, base64."""
        return base64.b64encode(self._key().sign(document.encode())).decode("ascii")


def key_id_of(public_key: str) -> str:
    """The name of a public key given as raw base64."""
    return hashlib.sha256(base64.b64decode(public_key)).hexdigest()[:16]


def check_signature(document: str, signature: str, public_key: str) -> None:
    """Raise `FixityError` unless `signature` (base64) over `document` was made with `public_key`'s private half."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
    try:
        key.verify(base64.b64decode(signature), document.encode())
    except (InvalidSignature, ValueError):
        raise FixityError("The receipt's signature does not fit its text.", article="Art. 16") from None
