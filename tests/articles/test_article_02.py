"""Art. 2: recorders take video, photos and sound; a party is anyone connected with the case, of some kind."""

from __future__ import annotations

from regulation.vocabulary import MediaKind, PartyKind


def test_all_three_kinds_of_media_are_known_and_whatever_else_a_recorder_carries() -> None:
    assert {kind.value for kind in MediaKind} == {"video", "photo", "sound", "other"}


def test_a_party_is_of_one_of_the_kinds_the_article_lists() -> None:
    assert {kind.value for kind in PartyKind} == {"counterparty", "informant", "witness", "victim", "other"}
