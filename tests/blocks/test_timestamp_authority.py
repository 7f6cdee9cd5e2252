"""Timestamps by OpenSSL as an authority; silent, lying, refusing and foreign ones (RFC 3161)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from blocks.timestamp_authority import TimestampAuthority, imprinted
from blocks.timestamp_der import with_sorted_certificates
from regulation.errors import ConfigurationError, FixityError, Unavailable
from tests.servers.timestamps import TimestampServer

DOCUMENT = b'{"format":"custody-anchor-1"}'


def block(server: TimestampServer, **changed: object) -> TimestampAuthority:
    told: dict[str, object] = {"url": server.url, "certificates": server.certificates}
    return TimestampAuthority(**(told | changed))  # type: ignore[arg-type]


def test_a_timestamp_is_got_proved_and_proved_again(authority: TimestampServer) -> None:
    stamp = block(authority).stamp(DOCUMENT)
    assert stamp.proved
    assert abs(stamp.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert block(authority).check(stamp.token, DOCUMENT) == stamp
    assert imprinted(stamp.token, DOCUMENT).at == stamp.at


def test_without_certificates_it_is_not_proved_and_says_so(authority: TimestampServer) -> None:
    assert not block(authority, certificates=None).stamp(DOCUMENT).proved


def test_the_policy_that_is_insisted_on(authority: TimestampServer) -> None:
    assert block(authority, policy="1.2.3.4.1").stamp(DOCUMENT).proved
    with pytest.raises(FixityError, match=r"its policy is 1\.2\.3\.4\.1"):
        block(authority, policy="1.2.3.4.5").stamp(DOCUMENT)


@pytest.mark.parametrize("status", [500, 503])
def test_an_authority_that_fails_is_unavailable(authority: TimestampServer, status: int) -> None:
    authority.status = status
    with pytest.raises(Unavailable, match="does not answer"):
        block(authority).stamp(DOCUMENT)


def test_an_authority_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        TimestampAuthority(url="http://127.0.0.1:9/tsr").stamp(DOCUMENT)


def test_an_authority_that_refuses_the_request_is_a_matter_of_settings(authority: TimestampServer) -> None:
    authority.status = 403
    with pytest.raises(ConfigurationError, match="refuses the request: 403"):
        block(authority).stamp(DOCUMENT)


def test_a_request_that_is_not_granted_is_a_matter_of_settings(authority: TimestampServer) -> None:
    authority.twist = lambda _: authority.reply(b"\x30\x03\x02\x01\x01")
    with pytest.raises(ConfigurationError, match="does not grant it: rejection"):
        block(authority).stamp(DOCUMENT)


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x82", b"\x30\x03\x02\x01\x00", b"\x00" * 5000])
def test_an_answer_that_is_no_timestamp_is_unavailable(authority: TimestampServer, answer: bytes) -> None:
    authority.twist = lambda _: answer
    with pytest.raises(Unavailable, match=r"is no timestamp"):
        block(authority).stamp(DOCUMENT)


def test_an_answer_without_end_is_unavailable(authority: TimestampServer) -> None:
    authority.twist = lambda answer: answer + b"\0" * (2 << 20)
    with pytest.raises(Unavailable, match="has no end"):
        block(authority).stamp(DOCUMENT)


def test_an_old_answer_to_the_same_request_is_not_taken(authority: TimestampServer) -> None:
    """The same document, so the imprint fits; only the nonce tells."""
    old = block(authority).stamp(DOCUMENT).token
    authority.twist = lambda _: old
    with pytest.raises(FixityError, match="it answers another request"):
        block(authority).stamp(DOCUMENT)


def test_a_timestamp_of_another_document_does_not_hold(authority: TimestampServer) -> None:
    token = block(authority).stamp(DOCUMENT).token
    for check in (block(authority).check, imprinted):
        with pytest.raises(FixityError, match="it is for another document"):
            check(token, b"another")
        with pytest.raises(FixityError, match=r"Art\. 7"):
            check(b"no token", DOCUMENT)


def test_a_strangers_timestamp_does_not_hold(authority: TimestampServer, tmp_path: Path) -> None:
    stranger = TimestampServer(tmp_path)
    try:
        token = block(stranger).stamp(DOCUMENT).token
    finally:
        stranger.stop()
    with pytest.raises(FixityError, match="does not hold"):
        block(authority).check(token, DOCUMENT)
    both = authority.certificates + stranger.certificates
    assert block(authority, certificates=both).check(token, DOCUMENT).proved


def test_a_flipped_bit_in_what_is_signed_does_not_hold(authority: TimestampServer) -> None:
    token = block(authority).stamp(DOCUMENT).token
    at = token.index(b"Z0\x03\x02\x01\x01") - 1  # the last second of its time
    changed = token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :]
    assert imprinted(changed, DOCUMENT).at != imprinted(token, DOCUMENT).at
    with pytest.raises(FixityError, match="does not hold"):
        block(authority).check(changed, DOCUMENT)


@pytest.mark.parametrize("url", ["", "ftp://x/tsr", "http://user:secret@x/tsr", "http://x/tsr?key=secret"])
def test_an_address_that_is_none_or_holds_a_secret_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        TimestampAuthority(url=url)


def test_certificates_that_are_none_are_named(authority: TimestampServer) -> None:
    with pytest.raises(ConfigurationError, match="certificates"):
        block(authority, certificates="-----BEGIN CERTIFICATE-----\nx").stamp(DOCUMENT)


@pytest.mark.parametrize("token", [b"", b"0", b"\x30\x80", b"\x30\x05\x30\x03\x02\x01\x00", bytes(300)])
def test_what_is_no_answer_is_left_as_it_is(token: bytes) -> None:
    assert with_sorted_certificates(token) == token
