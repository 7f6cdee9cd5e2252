"""Anchors made night after night, stamped by OpenSSL, kept in a vault (Art. 7)."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from regulation.errors import FixityError
from tests.fixtures.anchors import Anchored


def test_nights_follow_each_other_without_gap(anchored: Anchored) -> None:
    for _ in range(3):
        anchored.grow()
        assert anchored.run()["anchors"] == 1
    first, second, third = anchored.anchors()
    assert (first.first_seq, second.first_seq, third.first_seq) == (1, first.last_seq + 1, second.last_seq + 1)
    assert (first.previous, second.previous) == ("0" * 64, sha256(first.document.encode()).hexdigest())
    assert all(one.token is not None and one.kept_at is not None for one in (first, second, third))
    anchored.assert_sound()


def test_a_night_without_news_makes_no_anchor(anchored: Anchored) -> None:
    anchored.grow()
    anchored.run()
    assert anchored.run() == {}
    assert len(anchored.anchors()) == 1
    anchored.assert_sound()
