"""The signature of a package: over the list of all its lists, checked with ``openssl`` alone (Art. 19).

``signature/`` lies outside what the tag manifest lists, but for the key and the certificates, which are there before.
``signature/SHA256SUMS`` lists what nothing else does, so that damage to a signature is told from a forgery.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates

from blocks.receipt_key import ReceiptKey
from blocks.timestamp_authority import TimestampAuthority
from regulation.errors import ConfigurationError
from tasks.packing.bag import ALGORITHMS, TAG_MANIFEST
from tasks.packing.files import PackageFile, of_bytes
from tasks.packing.writing import Writer

FOLDER = "signature"
PUBLIC_KEY, AUTHORITY = f"{FOLDER}/public-key.pem", f"{FOLDER}/authority.pem"
SIGNATURE, TIMESTAMP = f"{FOLDER}/{TAG_MANIFEST}.sig", f"{FOLDER}/{TAG_MANIFEST}.tsr"
SUMS = f"{FOLDER}/SHA256SUMS"
_SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410)."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Who signs a package, and who says when, if anybody does."""

    key: ReceiptKey
    authority: TimestampAuthority | None = None

    def tags(self) -> list[PackageFile]:
        """The files of the signature that are known beforehand. Raises `ConfigurationError`."""
        found = [of_bytes(PUBLIC_KEY, public_key_pem(self.key.public_key).encode())]
        if self.authority is not None and self.authority.certificates:
            found.append(of_bytes(AUTHORITY, certificates_pem(self.authority.certificates).encode()))
        return found

    def seal(self, folder: Path, writer: Writer) -> None:
        """Sign and stamp the tag manifest in `folder`.

        Raises `Unavailable` where the authority does not answer, `FixityError` and `ConfigurationError` as it does.
        """
        listed = (folder / TAG_MANIFEST).read_bytes()
        made = [of_bytes(SIGNATURE, base64.b64decode(self.key.sign(listed.decode())))]
        if self.authority is not None:
            made.append(of_bytes(TIMESTAMP, self.authority.stamp(listed).token))
        lists = [f"tagmanifest-{name}.txt" for name in ALGORITHMS]
        summed = {one: sha256((folder / one).read_bytes()).hexdigest() for one in lists}
        for one in made:
            summed[one.path] = writer.write(folder / one.path, one).sha256
        writer.write(folder / SUMS, of_bytes(SUMS, sums_text(summed.items())))


def sums_text(digests: Iterable[tuple[str, str]]) -> bytes:
    """As ``sha256sum`` writes it."""
    return "".join(f"{digest}  {name}\n" for name, digest in digests).encode()


def public_key_pem(public_key: str) -> str:
    """A raw public key (base64) as a PEM SubjectPublicKeyInfo."""
    der = base64.b64encode(_SPKI + base64.b64decode(public_key)).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n"


def certificates_pem(text: str) -> str:
    """The certificates of a PEM text and nothing else of it. Raises `ConfigurationError` where it has none."""
    try:
        found = load_pem_x509_certificates(text.encode())
    except ValueError:
        raise ConfigurationError("These are no certificates in PEM.", subject="certificates") from None
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in found)
