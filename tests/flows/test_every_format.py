"""What recorders write, each through all of it: probed, docked, converted, packed, and validated by others' tools
(Art. 4, 7, 19)."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from bagit import Bag

from blocks.device_layouts import DeviceLayout
from blocks.dock_station import DockStation
from flows import upload
from registry.queries import dock_sessions, intake
from registry.queries.intake import RecordingRow
from registry.tables import Condition, Filing, Origin
from registry.transitions.filing import answer_filing
from regulation.access_terms import Range
from regulation.conversion import Asked, Carrier
from regulation.conversion_states import ConversionState
from regulation.vocabulary import MediaKind
from tests.corpus.samples import numbered_photo
from tests.fixtures.custody import MORNING
from tests.fixtures.deriving import encoded
from tests.fixtures.deriving import samples as long_samples
from tests.fixtures.kept import keep_plain
from tests.fixtures.packages import Evidence, verified

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]

PART = Range(0, 1.5)
TYPES = {
    "MOV": "video/quicktime",
    "AVI": "video/x-msvideo",
    "TS": "video/mp2t",
    "MTS": "video/mp2t",
    "M2TS": "video/mp2t",
    "3GP": "video/3gpp",
    "AMR": "audio/amr",
    "MP3": "audio/mpeg",
    "MP4": "video/mp4",
    "JPG": "image/jpeg",
    "JPEG": "image/jpeg",
}
"""What the package's provenance calls each original, by its extension."""

PROVEN = {"AVCHD.MTS": {"h264", "ac3"}, "AVCHD.M2TS": {"h264", "ac3"}}
"""What of a camcorder's recording is copied into a clip as it is."""

LAYOUT = DeviceLayout(
    name="small-city", pattern=r"(?P<device>D\d)_(?P<officer>A\d)_(?P<time>\d{14})_(?P<sequence>\w+)\.\w+"
)


def named(number: int, what: str, extension: str) -> str:
    """As the recorder D1 of officer A2 names what it wrote in the minute `number` of the activity."""
    at = (MORNING - timedelta(hours=1) + timedelta(minutes=number)).astimezone(ZoneInfo("Asia/Shanghai"))
    return f"D1_A2_{at:%Y%m%d%H%M%S}_{what}.{extension}"


def written(media: dict[str, bytes]) -> dict[str, bytes]:
    """Name on the recorder → content."""
    longer = long_samples()["mp4"]
    contents = [
        *(("WHOLE", one, media[one.lower()]) for one in ("MOV", "AVI", "TS", "3GP", "AMR", "MP3", "JPG")),
        ("WHOLE", "MTS", long_samples()["ts"]),
        ("AVCHD", "MTS", encoded("avchd.mts")),
        ("AVCHD", "M2TS", encoded("avchd.mts") + b"\0\0\0\0\x47\x1f\xff\x10" + b"\xff" * 184),  # a packet of nothing
        ("H265", "MP4", encoded("hevc.mp4")),
        ("WHOLE", "JPEG", numbered_photo(media["jpg"], 2)),
        ("CUT", "MP4", longer[: len(longer) * 2 // 3]),
    ]
    return {named(number, what, one): content for number, (what, one, content) in enumerate(contents)}


def docked(evidence: Evidence, files: dict[str, bytes], folder: Path) -> dict[str, RecordingRow]:
    """What a run takes in of a dump with these files, by its name there."""
    dump = folder / "dock" / "dump"
    dump.mkdir(parents=True)
    for name, content in files.items():
        (dump / name).write_bytes(content)
    station = DockStation(
        unit_code="xf",
        dock_roots=[folder / "dock"],
        registry=evidence.archive.registry,
        vault=evidence.archive.vault,
        receipt_key=evidence.archive.receipt_key,
        receipt_folder=folder / "receipts",
        settle_seconds=0.0,
        layouts=[LAYOUT],
    )
    name = f"station-{uuid4().hex[:8]}"
    keep_plain(station, name)
    upload.upload_dock_session(dump, station=name)
    with evidence.city.registry.reading() as reading:
        session = dock_sessions.last_sealed_session_of(reading, str(dump))
        assert session is not None
        rows = {row.shown_name: row for row in intake.session_recordings(reading, session.id)}
    with evidence.city.act() as act:
        for row in rows.values():
            if row.filing is not Filing.FILED:
                answer_filing(act, row.recording_id, evidence.city.activities["xf-1"], evidence.city.people["A1"])
    evidence.access.recordings |= {name: row.recording_id for name, row in rows.items()}
    return rows


def asked(evidence: Evidence, rows: dict[str, RecordingRow]) -> UUID:
    """The original of each, and of everything that moves a clip as well."""
    items = [
        Asked(row.recording_id, f"证明 {name}", part=PART if row.media_kind is MediaKind.VIDEO else Range())
        for name, row in sorted(rows.items())
    ]
    return evidence.asked.submitted(items=items, carrier=Carrier.FOLDER)


def test_what_recorders_write_goes_all_the_way_to_a_package_that_others_validate(
    evidence: Evidence, media_samples: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "now", lambda: evidence.city.now)
    files = written(media_samples)
    rows = docked(evidence, files, tmp_path)
    assert rows.keys() == files.keys()
    conditions = {name.partition("_2026")[2].partition("_")[2]: row.condition for name, row in rows.items()}
    assert conditions.pop("CUT.MP4") is not Condition.WHOLE, "a file that lies is called what it is"
    assert set(conditions.values()) == {Condition.WHOLE}, conditions
    assert {row.officer_id for row in rows.values()} == {evidence.city.people["A2"]}
    evidence.grant(*rows)
    one = asked(evidence, rows)
    evidence.asked.extract(one)
    assert evidence.carry_on(one) is ConversionState.CHECKING, evidence.asked.row(one).problem
    for name in (one for one in files if one.endswith(("AMR", "MP3"))):
        evidence.asked.transcribe(one, name, (0.5, 1.0, "王示例", "请出示证件。"), origin=Origin.WRITTEN)
    evidence.asked.check(one)
    evidence.asked.sign(one)
    assert evidence.carry_on(one) is ConversionState.ISSUED, evidence.asked.row(one).problem
    [bag] = evidence.bags(one)
    Bag(str(bag)).validate()
    status, said = verified(bag)
    assert status == 0, said
    check_originals(bag, files)
    check_clips(bag)
    assert evidence.asked.problems() == []


def check_originals(bag: Path, files: dict[str, bytes]) -> None:
    """Byte for byte, whatever state they are in, under the right name and type."""
    told = json.loads((bag / "data/statement/statement.json").read_text(encoding="utf-8"))
    graph = json.loads((bag / "data/provenance.jsonld").read_text(encoding="utf-8"))["@graph"]
    formats = {one["custody:path"]: one["dcterms:format"] for one in graph if "custody:path" in one}
    by_name = {one["shown_name"]: one for one in told["recordings"]}
    assert by_name.keys() == files.keys()
    for name, stated in by_name.items():
        digest = sha256(files[name]).hexdigest()
        assert (stated["sha256"], stated["size"]) == (digest, len(files[name])), name
        assert sha256((bag / stated["path"]).read_bytes()).hexdigest() == digest, name
        assert formats[stated["path"]] == TYPES[name.rpartition(".")[2]], name
    assert [name.rpartition("_")[2] for name, one in by_name.items() if one["condition"] != "whole"] == ["CUT.MP4"]


def check_clips(bag: Path) -> None:
    """Of all that moves, not encoded anew; of what is cut off, what is left of it or the reason why not."""
    told = json.loads((bag / "data/statement/statement.json").read_text(encoding="utf-8"))
    for stated in told["recordings"]:
        clips = [one for one in stated["derivatives"] if one["kind"] == "clip"]
        assert len(clips) == (stated["media_kind"] == "video"), stated["shown_name"]
        for clip in clips:
            if clip["not_made"] is None:
                assert clip["streams"], stated["shown_name"]
                assert {one["codec"] for one in clip["streams"]} >= PROVEN.get(
                    stated["shown_name"].rpartition("_")[2], set()
                )
                assert sha256((bag / clip["path"]).read_bytes()).hexdigest() == clip["sha256"]
            else:
                assert stated["condition"] != "whole", (stated["shown_name"], clip["not_made"])
