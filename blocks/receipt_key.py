"""The key that signs receipts."""

from __future__ import annotations

import base64

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from blocks.secret_reference import revealed
from blocks.signing import key_id_of, public_key_of, read_private_key


class ReceiptKey(Block):
    """The unit's key for receipts. Whoever holds it can offer files for wiping, so it lives only here."""

    _block_type_name = "Custody receipt key"
    _block_type_slug = "custody-receipt-key"
    _description = "Signs the receipts that allow a recorder to be wiped (入库回执签名密钥), Art. 16."

    private_key: SecretStr = Field(title="Private key", description="Ed25519, PKCS#8 in PEM.")

    @property
    def public_key(self) -> str:
        """The public half, raw, base64. Raises `ConfigurationError` where the key is none."""
        return public_key_of(read_private_key(revealed(self.private_key)))

    @property
    def key_id(self) -> str:
        """The name of the public key."""
        return key_id_of(self.public_key)

    def sign(self, document: str) -> str:
        """The Ed25519 signature over the document's UTF-8 bytes, base64."""
        key = read_private_key(revealed(self.private_key))
        return base64.b64encode(key.sign(document.encode())).decode("ascii")
