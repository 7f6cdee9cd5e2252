"""A unit's seal in the paper: held against pyHanko's validation and poppler's."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from pydantic import SecretStr
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from regulation.errors import ActionDenied, ConfigurationError, Unavailable
from tasks.statement import sealing
from tasks.statement.paper import statement_paper
from tasks.statement.sealing import FIELD, can_seal, seal_paper
from tests.fixtures.papers import told_by
from tests.fixtures.seals import NOW, SECRET, Seal
from tests.fixtures.statements import pictures, statement
from tests.servers.timestamps import TimestampServer


@pytest.fixture(scope="module")
def seal(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    return Seal(tmp_path_factory.mktemp("seal"))


@pytest.fixture(scope="module")
def paper() -> bytes:
    made = statement(1)
    return statement_paper(made, "zh", pictures(made))


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[TimestampServer]:
    server = TimestampServer(tmp_path / "tsa")
    yield server
    server.stop()


def sealed(paper: bytes, seal: Seal, **named: Any) -> bytes:
    return seal_paper(paper, seal.file, SECRET, NOW, reason="执法音像资料证据说明", **named)


def checked(made: bytes, *roots: bytes) -> Any:
    (signature,) = PdfFileReader(io.BytesIO(made)).embedded_signatures
    trusted = [one for root in roots for one in load_certs_from_pemder_data(root)]
    return validate_pdf_signature(signature, *(ValidationContext(trust_roots=trusted) for _ in range(2)))


def test_the_seal_is_valid_and_covers_the_whole_paper(paper: bytes, seal: Seal) -> None:
    made = sealed(paper, seal)
    found = checked(made, seal.pem)
    assert found.intact
    assert found.valid
    assert found.trusted
    assert found.bottom_line
    assert found.coverage.name == "ENTIRE_FILE"
    assert found.signer_reported_dt == NOW


def test_the_paper_under_it_stays_as_it_was(paper: bytes, seal: Seal) -> None:
    made = sealed(paper, seal)
    assert made.startswith(paper)
    assert told_by(made) == told_by(paper)


def test_it_is_pades_and_the_paper_still_claims_pdf_a(paper: bytes, seal: Seal) -> None:
    reader = PdfReader(io.BytesIO(sealed(paper, seal)))
    field = reader.trailer["/Root"]["/AcroForm"]["/Fields"][0].get_object()
    assert field["/T"] == FIELD
    assert field["/V"]["/SubFilter"] == "/ETSI.CAdES.detached"
    assert [float(one) for one in field["/Rect"]] == [0, 0, 0, 0], "without a picture it needs no appearance"
    root, before = reader.trailer["/Root"], PdfReader(io.BytesIO(paper))
    assert root["/Metadata"].get_object().get_data() == before.trailer["/Root"]["/Metadata"].get_object().get_data()
    assert reader.metadata == before.metadata
    assert "/Version" not in root, "the catalog would call it another version than PDF/A-2 is made of"
    assert reader.pdf_header == "%PDF-1.7"


def test_others_tools_see_it(paper: bytes, seal: Seal, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed(paper, seal))
    shown = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in shown
    assert "Total document signed" in shown
    checking = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    assert checking.returncode == 0, checking.stderr


def test_a_change_of_the_paper_breaks_it(paper: bytes, seal: Seal, tmp_path: Path) -> None:
    made = bytearray(sealed(paper, seal))
    place = made.index(b"/Producer") if b"/Producer" in made else len(paper) // 2
    made[place] ^= 1
    path = tmp_path / "changed.pdf"
    path.write_bytes(made)
    shown = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False).stdout
    assert "Digest Mismatch" in shown


def test_a_timestamp_says_when(paper: bytes, seal: Seal, authority: TimestampServer) -> None:
    found = checked(sealed(paper, seal, authority_url=authority.url), seal.pem, authority.certificates.encode())
    assert authority.asked >= 1
    assert found.bottom_line
    assert found.timestamp_validity.valid
    assert found.timestamp_validity.trusted
    assert abs(found.timestamp_validity.timestamp - datetime.now(UTC)) < timedelta(minutes=5)


def test_an_authority_that_does_not_answer_is_tried_again_later(
    paper: bytes, seal: Seal, authority: TimestampServer
) -> None:
    authority.status = 503
    with pytest.raises(Unavailable) as silent:
        sealed(paper, seal, authority_url=authority.url)
    assert silent.value.subject == authority.url


def test_a_secret_or_file_that_is_wrong_is_named(paper: bytes, seal: Seal, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        seal_paper(paper, seal.file, SecretStr("another"), NOW, reason="r")
    assert wrong.value.subject == str(seal.file)
    assert "another" not in str(wrong.value)
    with pytest.raises(ConfigurationError):
        seal_paper(paper, tmp_path / "absent.p12", SECRET, NOW, reason="r")


@pytest.mark.parametrize("days", [-2, 31])
def test_a_certificate_that_is_not_valid_at_the_time_does_not_seal(paper: bytes, seal: Seal, days: int) -> None:
    with pytest.raises(ConfigurationError, match="not valid at this time"):
        seal_paper(paper, seal.file, SECRET, NOW + timedelta(days=days), reason="r")


def test_a_file_without_a_key_does_not_seal(paper: bytes, seal: Seal, tmp_path: Path) -> None:
    bare = tmp_path / "bare.p12"
    certificate = x509.load_pem_x509_certificate(seal.pem)
    password = BestAvailableEncryption(SECRET.get_secret_value().encode())
    bare.write_bytes(serialize_key_and_certificates(b"x", None, None, [certificate], password))
    with pytest.raises(ConfigurationError, match="no certificate with its key"):
        seal_paper(paper, bare, SECRET, NOW, reason="r")


def test_a_paper_is_sealed_once(paper: bytes, seal: Seal) -> None:
    with pytest.raises(ActionDenied, match="sealed already"):
        sealed(sealed(paper, seal), seal)


def test_what_is_no_pdf_is_not_sealed(seal: Seal) -> None:
    with pytest.raises(ActionDenied, match="no PDF"):
        sealed(b"no paper", seal)


def test_without_the_extra_it_says_which_to_install(paper: bytes, seal: Seal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_seal()

    def absent(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(sealing, "import_module", absent)
    assert not can_seal()
    with pytest.raises(ConfigurationError) as wrong:
        sealed(paper, seal)
    assert wrong.value.subject == "pades"
