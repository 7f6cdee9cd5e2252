"""The hard cases of a conversion's run: many files, large ones, several discs, damage, loss, silence, two at once
(Art. 7, 19)."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from bagit import Bag
from prefect.logging import disable_run_logger
from sqlmodel import select

from blocks.directory_vault import DirectoryVault
from blocks.timestamp_authority import TimestampAuthority
from flows import evidence_conversion
from registry.queries.conversion import discs_of
from registry.tables import Condition, FixityCheck, LedgerEntry, Recording
from regulation.access_terms import MOST_ITEMS as MOST_RECORDINGS
from regulation.access_terms import Range
from regulation.conversion import MOST_ITEMS, Asked, Carrier
from regulation.conversion_states import ConversionState
from regulation.errors import ActionDenied, Unavailable
from tasks.conversion import issue
from tasks.packing.discs import Medium, medium_called
from tests.fixtures.archives import FLOOR
from tests.fixtures.following import followed_apart, put_back
from tests.fixtures.kept import keep_plain
from tests.fixtures.packages import Evidence, verified
from tests.fixtures.papers import told_by
from tests.servers.timestamps import TimestampServer

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]

MiB = 1 << 20
Samples = dict[str, bytes]


def photos(count: int, sample: bytes, more: int = 0) -> Samples:
    """Photographs of names of their own, each with bytes behind its end that make it another."""
    return {f"{number:04d}.jpg": sample + number.to_bytes(4, "big") * (1 + more // 4) for number in range(count)}


def asked_for(evidence: Evidence, files: Samples, **more: Any) -> UUID:
    """Taken in, granted and handed in."""
    evidence.take_in(*files, samples=files)
    evidence.grant(*files)
    return evidence.asked.submitted(*files, **more)


def small_medium(capacity: int) -> Callable[[str], Medium]:
    """Every medium, with room for so many bytes only."""
    return lambda key: replace(medium_called(key), capacity=capacity)


# Many, large, on several media


def test_as_much_as_one_conversion_takes_goes_out_and_memory_stays_small(
    evidence: Evidence, media_samples: Samples
) -> None:
    files = photos(MOST_RECORDINGS, media_samples["jpg"])
    evidence.take_in(*files, samples=files)
    evidence.grant(*files)
    taken = evidence.access.recordings
    items = [
        Asked(taken[name], f"现场状况（{number}）") for number, name in enumerate(islice(cycle(files), MOST_ITEMS))
    ]
    one = evidence.asked.submitted(items=items)
    evidence.signed(one)
    evidence.city.wait(seconds=1)
    state, grown = followed_apart(evidence.archive, evidence.number(one), evidence.city.now)
    assert state == ConversionState.ISSUED
    assert grown < 300 * MiB
    [bag] = evidence.bags(one)
    Bag(str(bag)).validate()
    found = sorted(sha256(path.read_bytes()).hexdigest() for path in (bag / "data/originals").iterdir())
    assert found == sorted(sha256(content).hexdigest() for content in files.values())
    told = json.loads((bag / "data/statement/statement.json").read_text(encoding="utf-8"))
    assert [recording["proves"] for recording in told["recordings"]] == [item.proves for item in items]
    assert verified(bag)[0] == 0


def test_what_does_not_fit_onto_one_disc_goes_onto_several(
    evidence: Evidence, media_samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issue, "medium_called", small_medium(12 * MiB))
    files = photos(7, media_samples["jpg"], more=2 * MiB)
    one = asked_for(evidence, files, carrier=Carrier.CD)
    evidence.issued(one)
    bags = evidence.bags(one)
    assert len(bags) > 1
    names = list[str]()
    for number, bag in enumerate(bags, 1):
        image = bag.with_name(f"{bag.name}.iso")
        assert image.stat().st_size <= 12 * MiB
        Bag(str(bag)).validate()
        assert verified(bag)[0] == 0
        assert f"Bag-Count: {number} of {len(bags)}" in (bag / "bag-info.txt").read_text()
        assert (bag / "data/statement/statement.zh.pdf").exists()
        names += sorted(path.name for path in (bag / "data/originals").iterdir())
    assert names == [f"{number:03d} {number - 1:04d}.jpg" for number in range(1, 8)]
    with evidence.city.registry.reading() as reading:
        entered = [one.image_sha256 for one in discs_of(reading.connection(), one)]
    images = [bag.with_name(f"{bag.name}.iso").read_bytes() for bag in bags]
    assert entered == [sha256(image).hexdigest() for image in images]


def test_a_file_larger_than_the_disc_sends_it_back_naming_the_disc_that_takes_it(
    evidence: Evidence, media_samples: Samples
) -> None:
    size = 800 * MiB
    one = asked_for(evidence, {"大.jpg": bytes(size)}, carrier=Carrier.CD)
    evidence.signed(one)
    assert evidence.carry_on(one) is ConversionState.DRAFT
    problem = evidence.asked.row(one).problem
    assert "data/originals/001 大.jpg" in problem
    assert f"{size:,}" in problem
    assert "dvd-r" in problem
    assert "Art. 19" in problem
    assert evidence.asked.problems() == []


def test_a_zip_is_opened_by_others(evidence: Evidence, media_samples: Samples, tmp_path: Path) -> None:
    one = asked_for(evidence, {"录像.mp4": media_samples["mp4"]}, carrier=Carrier.ZIP)
    evidence.issued(one)
    [bag] = evidence.bags(one)
    packed = bag.with_name(f"{bag.name}.zip")
    subprocess.run(["sha256sum", "-c", f"{packed.name}.sha256"], cwd=packed.parent, check=True, capture_output=True)
    subprocess.run(["7z", "x", f"-o{tmp_path / 'opened'}", str(packed)], check=True, capture_output=True)
    [opened] = (tmp_path / "opened").iterdir()
    assert opened.name == bag.name
    assert verified(opened)[0] == 0
    assert (opened / "data/originals/001 录像.mp4").read_bytes() == media_samples["mp4"]


def test_a_stick_is_given_the_folder_as_it_is(evidence: Evidence, media_samples: Samples, tmp_path: Path) -> None:
    one = asked_for(evidence, {"录像.mp4": media_samples["mp4"]}, carrier=Carrier.FOLDER)
    package = evidence.issued(one)
    [bag] = evidence.bags(one)
    assert sorted(path.name for path in package.iterdir()) == [bag.name, f"{bag.name}.label.pdf"]
    shutil.copytree(bag, tmp_path / "stick", copy_function=shutil.copyfile)
    assert verified(tmp_path / "stick")[0] == 0


# What is not as it should be


def test_without_the_maker_nobody_checks_it(evidence: Evidence, media_samples: Samples) -> None:
    known = evidence._probed
    evidence._probed = lambda *told: replace(known(*told), officer_id=None, device_id=None)  # type: ignore[method-assign]
    one = asked_for(evidence, {"录像.mp4": media_samples["mp4"]})
    evidence.asked.extract(one)
    assert evidence.carry_on(one) is ConversionState.CHECKING
    with pytest.raises(ActionDenied, match="制作人") as refused:
        evidence.asked.check(one)
    assert refused.value.article == "Art. 19"
    assert evidence.asked.state(one) is ConversionState.CHECKING


def test_a_damaged_recording_goes_out_as_it_is_and_the_statement_says_so(
    evidence: Evidence, media_samples: Samples
) -> None:
    known = evidence._probed
    seen = {"condition": Condition.DAMAGED, "note": "cut short: 12 bytes are missing"}
    evidence._probed = lambda *told: replace(known(*told), **seen)  # type: ignore[method-assign]
    cut = media_samples["mp4"][: len(media_samples["mp4"]) // 2]
    evidence.take_in("录像.mp4", samples={"录像.mp4": cut})
    evidence.grant("录像.mp4")
    item = Asked(evidence.access.recordings["录像.mp4"], "现场执法过程", part=Range(0.5, 1.5), stills=(1.0,))
    one = evidence.asked.submitted(items=[item])
    evidence.issued(one)
    [bag] = evidence.bags(one)
    assert (bag / "data/originals/001 录像.mp4").read_bytes() == cut
    told = json.loads((bag / "data/statement/statement.json").read_text(encoding="utf-8"))
    [recording] = told["recordings"]
    assert recording["condition"] == "damaged"
    made = [derived for derived in recording["derivatives"] if derived["kind"] == "clip"]
    assert all(derived["path"] is not None or derived["not_made"] for derived in made)
    assert made
    papers = (bag / f"data/statement/statement.{language}.pdf" for language in ("zh", "en"))
    chinese, english = (told_by(paper.read_bytes()) for paper in papers)
    assert "损坏" in chinese
    assert "文件不完整：缺少12字节" in chinese
    assert "cutshort:12bytesaremissing" in english
    assert "cutshort" not in chinese
    assert verified(bag)[0] == 0


@pytest.mark.parametrize("is_signed", [False, True], ids=["while making", "while packing"])
def test_an_original_that_is_gone_sends_it_back_and_is_audited_at_once(
    evidence: Evidence, media_samples: Samples, is_signed: bool
) -> None:
    one = asked_for(evidence, {"录像.mp4": media_samples["mp4"], "照片.jpg": media_samples["jpg"]})
    if is_signed:
        evidence.signed(one)
    else:
        evidence.asked.extract(one)
    place(evidence, "录像.mp4").unlink()
    assert evidence.carry_on(one) is ConversionState.DRAFT
    assert "Art. 7" in evidence.asked.row(one).problem
    with evidence.city.registry.reading() as reading:
        suspects = {check.recording_id for check in reading.exec(select(FixityCheck)) if check.next_at is not None}
    assert evidence.access.recordings["录像.mp4"] in suspects
    assert not list(evidence.package(one).glob("*"))
    assert evidence.asked.problems() == []


def place(evidence: Evidence, name: str) -> Path:
    """Where an original lies in a folder vault."""
    assert isinstance(evidence.archive.vault, DirectoryVault)
    with evidence.city.registry.reading() as reading:
        key = reading.get_one(Recording, evidence.access.recordings[name]).vault_key
    return evidence.archive.vault.root / key


@pytest.mark.parametrize("is_signed", [False, True], ids=["while making", "while packing"])
def test_what_was_marked_meanwhile_is_not_handed_out(
    evidence: Evidence, media_samples: Samples, is_signed: bool
) -> None:
    one = asked_for(evidence, {"录像.mp4": media_samples["mp4"]})
    if is_signed:
        evidence.signed(one)
    else:
        evidence.asked.extract(one)
    evidence.city.wait(seconds=1)
    evidence.access.mark("录像.mp4")
    assert evidence.carry_on(one) is ConversionState.DRAFT
    assert "Art. 17" in evidence.asked.row(one).problem
    assert evidence.asked.problems() == []


def test_an_original_put_back_from_the_second_vault_goes_out(evidence: Evidence, media_samples: Samples) -> None:
    one = asked_for(evidence, {"录像.mp4": media_samples["mp4"]})
    replica = DirectoryVault(root=evidence.folder / "replica", immutable=False)
    replica.prepare()
    with evidence.city.registry.reading() as reading:
        recording = reading.get_one(Recording, evidence.access.recordings["录像.mp4"])
    replica.put_back(recording.vault_key, iter([media_samples["mp4"]]), recording.sha256, FLOOR)
    evidence.archive.replica = replica
    keep_plain(evidence.archive, evidence.name)
    place(evidence, "录像.mp4").unlink()
    evidence.asked.extract(one)
    assert evidence.carry_on(one) is ConversionState.DRAFT
    put_back(evidence, "录像.mp4")
    evidence.asked.amend(one, "录像.mp4")
    evidence.asked.submit(one)
    evidence.issued(one)
    [bag] = evidence.bags(one)
    assert (bag / "data/originals/001 录像.mp4").read_bytes() == media_samples["mp4"]
    assert verified(bag)[0] == 0


# Two at once, again, and silence


def test_two_runs_in_one_process_issue_it_once(evidence: Evidence, media_samples: Samples) -> None:
    one = asked_for(evidence, {"录像.mp4": media_samples["mp4"]})
    evidence.signed(one)
    number, now = evidence.number(one), evidence.city.now + timedelta(seconds=1)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(evidence_conversion.carry_on, evidence.archive, number, lambda: now) for _ in range(2)]
        assert [run.result() for run in runs] == [ConversionState.ISSUED] * 2
    with evidence.city.registry.reading() as reading:
        entered = [entry.event for entry in reading.exec(select(LedgerEntry))]
    assert (entered.count("conversion.issued"), entered.count("recording.converted")) == (1, 1)
    [bag] = evidence.bags(one)
    assert verified(bag)[0] == 0
    assert evidence.asked.problems() == []


@pytest.mark.parametrize("lost", ["package", "everything"])
def test_packed_again_from_scratch_it_is_the_same(
    evidence: Evidence, media_samples: Samples, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    one = asked_for(evidence, {"录像.mp4": media_samples["mp4"], "照片.jpg": media_samples["jpg"]})
    evidence.signed(one)
    with monkeypatch.context() as patched:
        patched.setattr(issue.conversion, "issue", stopped)
        with pytest.raises(InterruptedError), disable_run_logger():
            evidence.carry_on(one)
    first = written(evidence.package(one))
    shutil.rmtree(evidence.package(one) if lost == "package" else evidence.package(one).parent)
    assert evidence.carry_on(one) is ConversionState.ISSUED
    assert written(evidence.package(one)) == first


def test_what_was_lost_before_it_was_entered_is_put_together_anew(
    evidence: Evidence, media_samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proofs say more then, and the statement that names them is another."""
    one = asked_for(evidence, {"录像.mp4": media_samples["mp4"]})
    evidence.signed(one)
    with monkeypatch.context() as patched:
        patched.setattr(issue.conversion, "issue", stopped)
        with pytest.raises(InterruptedError), disable_run_logger():
            evidence.carry_on(one)
    shutil.rmtree(evidence.package(one).parent)
    evidence.grant("录像.mp4")
    assert evidence.carry_on(one) is ConversionState.ISSUED
    [bag] = evidence.bags(one)
    assert verified(bag)[0] == 0
    assert evidence.asked.problems() == []


def stopped(*_: object) -> None:
    raise InterruptedError


def written(package: Path) -> dict[str, str]:
    """The digests of all files of a package."""
    paths = sorted(path for path in package.rglob("*") if path.is_file())
    return {str(path.relative_to(package)): sha256(path.read_bytes()).hexdigest() for path in paths}


def stamped_by(evidence: Evidence, authority: TimestampServer) -> None:
    evidence.archive.timestamps = TimestampAuthority(url=authority.url, certificates=authority.certificates)


def check_stamp(bag: Path) -> None:
    """As a court would."""
    stamp = "-in signature/tagmanifest-sha256.txt.tsr -data tagmanifest-sha256.txt -CAfile signature/authority.pem"
    subprocess.run(f"openssl ts -verify {stamp}".split(), cwd=bag, check=True, capture_output=True)


def test_an_authority_says_when_a_package_was_there(
    evidence: Evidence, media_samples: Samples, authority: TimestampServer
) -> None:
    stamped_by(evidence, authority)
    one = asked_for(evidence, {"录像.mp4": media_samples["mp4"]})
    evidence.issued(one)
    [bag] = evidence.bags(one)
    check_stamp(bag)
    assert verified(bag)[0] == 0


def test_a_silent_authority_is_asked_again_and_the_next_run_finishes(
    evidence: Evidence, media_samples: Samples, authority: TimestampServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamped_by(evidence, authority)
    one = asked_for(evidence, {"录像.mp4": media_samples["mp4"]})
    evidence.signed(one)
    keep_plain(evidence.archive, evidence.name)
    authority.status, authority.asked = 503, 0
    monkeypatch.setattr(evidence_conversion, "now", lambda: evidence.city.now)
    monkeypatch.setattr(evidence_conversion.issue_package, "retry_delay_seconds", 0)
    with pytest.raises(Unavailable, match="timestamp authority"):
        evidence_conversion.convert_evidence(evidence.number(one), evidence.name)
    assert authority.asked >= 1 + evidence_conversion.issue_package.retries
    assert evidence.asked.state(one) is ConversionState.PACKING
    assert [one.suffix for one in evidence.package(one).glob("*")] == [".unsealed"]
    authority.status = 200
    assert evidence_conversion.convert_evidence(evidence.number(one), evidence.name) == ConversionState.ISSUED
    [bag] = evidence.bags(one)
    check_stamp(bag)
    assert evidence.asked.problems() == []
