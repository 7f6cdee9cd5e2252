"""What Prefect shows of one real session: each artifact asked of the server, each number held against the registry."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections import Counter
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterKey
from prefect.client.schemas.objects import Artifact, FlowRun, State
from pydantic import SecretStr

from desk.app import create_app
from flows.upload import upload_dock_session
from registry.tables import Filing
from regulation.vocabulary import MediaKind
from tasks.docking.words import STATES
from tests.faults.dumps import put, recorded
from tests.fixtures.desks import PAGES_KEY, InProcess
from tests.fixtures.stations import MakeScene, Scene

pytestmark = pytest.mark.servers

SVG = "{http://www.w3.org/2000/svg}"


class Shown:
    """A session that was taken in and wiped, and what the server has of its run."""

    def __init__(self, scene: Scene, run_id: UUID) -> None:
        self.scene = scene
        self.run_id = run_id
        self.number = scene.session().number

    def artifact(self, kind: str) -> Artifact:
        """The run's one artifact of that kind."""
        wanted = ArtifactFilter(
            key=ArtifactFilterKey(any_=[f"{kind}-{self.number.lower()}"]),
            flow_run_id=ArtifactFilterFlowRunId(any_=[self.run_id]),
        )
        with get_client(sync_client=True) as client:
            [found] = client.read_artifacts(artifact_filter=wanted)
        return found

    def run(self) -> FlowRun:
        with get_client(sync_client=True) as client:
            return client.read_flow_run(self.run_id)

    def table(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(str(self.artifact("outcomes").data))
        return rows


@pytest.fixture
def shown(make_scene: MakeScene, media_samples: dict[str, bytes]) -> Shown:
    """Two films of an activity a quarter of an hour apart, a picture of none, a broken film, a note twice, a link."""
    scene = make_scene(pages_url="http://desk", pages_key=SecretStr(PAGES_KEY))
    scene.activity()
    put(scene.dump / recorded(5, "mp4"), media_samples["mp4"])
    put(scene.dump / recorded(20, "mov"), media_samples["mov"])
    put(scene.dump / recorded(90, "jpg"), media_samples["jpg"])
    put(scene.dump / "note.txt", b"text")
    put(scene.dump / "again.txt", b"text")
    put(scene.dump / recorded(25, "ts"), media_samples["mp4"][:3000])
    (scene.dump / "link.mp4").symlink_to("/etc/passwd")
    state: State[str] = upload_dock_session(scene.dump, station=scene.name, wipe=True, return_state=True)
    assert state.result() == scene.receipt().number
    assert state.state_details.flow_run_id is not None
    return Shown(scene, state.state_details.flow_run_id)


def test_what_prefect_shows_of_a_session_is_what_the_registry_says(shown: Shown) -> None:
    run, lines, rows = shown.run(), shown.scene.lines(), shown.scene.recordings()
    assert run.name == shown.number
    assert run.state is not None and run.state.is_completed()

    # Progress of each long step, at its end.
    for step, title in (("take-in", "Taking in"), ("probe", "Probing"), ("wipe", "Wiping")):
        progress = shown.artifact(step)
        assert (progress.type, progress.data, progress.description) == ("progress", 100.0, title)
        assert progress.flow_run_id == run.id

    # The table: one row an entry, with its outcome, condition, filing, activity and size.
    table = {row["file"]: row for row in shown.table()}
    assert len(table) == len(shown.table()) == len(lines) == 7
    for name, line in lines.items():
        told = table[name]
        assert told["outcome"] == STATES[line.outcome]
        assert (told["bytes"], told["may be wiped"]) == (line.size, "✓" if line.may_be_wiped else "–")
        original = next((row for row in rows.values() if row.item_id == line.item_id), None)
        assert told["condition"] == ("" if original is None else STATES[original.condition])
        assert told["filing"] == ("" if original is None else STATES[original.filing])
        assert told["activity"] == ("" if original is None else original.activity_number or "")
    assert table[recorded(5, "mp4")]["activity"] == table[recorded(20, "mov")]["activity"] != ""
    noted = [bool(row["findings"]) for row in shown.table()]
    assert noted == sorted(noted, reverse=True), "what needs attention comes first"
    assert (noted[0], noted.count(True) >= 3) == (True, True)

    # The summary: counts of what may be wiped, of every outcome, condition and filing.
    summary = str(shown.artifact("session").data)
    safe = [line for line in lines.values() if line.may_be_wiped]
    assert f"**{len(safe)}** of **{len(lines)}** entries are stored and verified" in summary
    assert f"**{len(lines) - len(safe)}** stay on the recorder" in summary
    filings = Counter(row.filing for row in rows.values())
    assert filings[Filing.FILED] and filings[Filing.UNFILED]
    counted = Counter(
        [str(line.outcome) for line in lines.values()]
        + [str(told) for row in rows.values() for told in (row.condition, row.filing)]
    )
    told_counts = {what: int(count) for what, count in re.findall(r"^\| ([^|]+) \| (\d+) \|$", summary, re.MULTILINE)}
    assert told_counts == {STATES[what]: count for what, count in counted.items()}


def test_the_picture_has_every_recording_and_every_gap_where_it_was(shown: Shown) -> None:
    found = re.search(r"!\[timeline\]\(data:image/svg\+xml;base64,([^)]+)\)", str(shown.artifact("session").data))
    assert found is not None
    picture = ElementTree.fromstring(b64decode(found[1]))

    drawn = [(one.get("class"), one.findtext(f"{SVG}title")) for one in picture.iter(f"{SVG}rect")]
    bars = sorted(tip for css, tip in drawn if tip is not None and css != "gap")
    gaps = [tip for css, tip in drawn if tip is not None and css == "gap"]
    timed = sorted(
        (
            row
            for row in shown.scene.recordings().values()
            if row.started_at is not None and row.ended_at is not None and row.media_kind is not MediaKind.OTHER
        ),
        key=lambda row: str(row.started_at),
    )
    assert len(bars) == len(timed) >= 3
    assert [tip.split(" · ")[1:] for tip in bars] == [[str(row.media_kind), str(row.condition)] for row in timed]
    [device] = {row.device_number for row in timed}
    assert device in [one.text for one in picture.iter(f"{SVG}text")]
    spans = [(row.started_at, row.ended_at) for row in timed]
    reached, expected = spans[0][1], []
    for start, end in spans[1:]:
        assert start is not None and end is not None and reached is not None
        if start > reached:
            expected.append(f"{(start - reached).total_seconds() / 60:.1f} min")
        reached = max(reached, end)
    assert gaps == expected
    assert len(gaps) >= 2


def test_the_link_leads_to_the_receipt(shown: Shown) -> None:
    receipt, artifact = shown.scene.receipt(), shown.artifact("receipt")
    assert artifact.description is None or "http" not in artifact.description
    found = re.fullmatch(r"\[入库回执 Receipt (\S+)\]\((http://desk/\S+)\)", str(artifact.data))
    assert found is not None, artifact.data
    assert found[1] == receipt.number

    app = create_app(
        registry=shown.scene.registry,
        spool=shown.scene.dock / "spool",
        receipts=shown.scene.station.receipt_folder,
        pages_key=PAGES_KEY,
        base_url="http://desk",
    )
    with httpx.Client(transport=InProcess(app)) as browser:
        page = browser.get(found[2])
        file = browser.get(found[2].replace("?", "/receipt.json?"))
    assert (page.status_code, receipt.number in page.text) == (200, True)
    assert file.json()["document"] == receipt.document
    assert str(shown.artifact("session").data).endswith(f"[入库回执 Receipt {receipt.number}]({found[2]})")


def test_no_artifact_names_a_person(shown: Shown) -> None:
    told = " ".join(str(shown.artifact(kind).data) for kind in ("session", "outcomes", "receipt"))
    assert "示例甲" not in told
    assert "示例乙" not in told
