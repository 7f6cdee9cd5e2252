"""The nightly anchoring as Prefect runs it (Art. 7)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from prefect.client.orchestration import get_client

from flows import ledger_anchor
from regulation.errors import FixityError
from tests.fixtures.anchors import Anchored
from tests.fixtures.kept import keep_plain

ON_SQLITE = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
pytestmark = pytest.mark.servers


@pytest.fixture
def name(prefect_server: None, anchored: Anchored, monkeypatch: pytest.MonkeyPatch) -> str:
    """The archive's block, and the city's clock."""
    found = f"archive-{uuid4().hex[:8]}"
    keep_plain(anchored.archive, found)
    monkeypatch.setattr(ledger_anchor, "now", anchored.now)
    return found


def shown() -> str:
    with get_client(sync_client=True) as client:
        return next(str(one.data) for one in client.read_latest_artifacts() if one.key == "ledger-anchor")


def test_a_night_is_anchored_kept_stamped_and_shown(anchored: Anchored, name: str) -> None:
    anchored.grow()
    counts = ledger_anchor.anchor_ledger(name)
    assert counts == {"anchors": 1, "entries": anchored.anchors()[0].last_seq, "kept": 1, "stamped": 1}
    assert ledger_anchor.anchor_ledger(name) == {}
    assert anchored.anchors()[0].root[:16] in shown()
    anchored.assert_sound()


@ON_SQLITE
def test_a_silent_authority_is_shown_and_stops_nothing(anchored: Anchored, name: str) -> None:
    anchored.authority.status = 503
    anchored.grow()
    assert ledger_anchor.anchor_ledger(name)["kept"] == 1
    assert "时间戳未取得" in shown()


@ON_SQLITE
def test_a_ledger_that_was_altered_fails_the_run_and_says_where(anchored: Anchored, name: str) -> None:
    anchored.grow()
    ledger_anchor.anchor_ledger(name)
    anchored.grow()
    seq = anchored.city.entries() - 2
    anchored.city.tamper("ledger_entry", f"UPDATE ledger_entry SET facts = '{{}}' WHERE seq = {seq}")
    with pytest.raises(FixityError, match=f"The ledger is not anchored: entry {seq}, content"):
        ledger_anchor.anchor_ledger(name)
    assert len(anchored.anchors()) == 1
