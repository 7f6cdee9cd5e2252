"""The package as a whole: made, killed and finished, read back, and what else lies in it."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from pypdf import PdfReader
from rdflib import RDF, Graph, Literal, Namespace, URIRef

from blocks.receipt_key import ReceiptKey
from blocks.signing import new_private_key
from regulation.errors import ActionDenied, FixityError
from tasks.packing.bag import paths_in
from tasks.packing.discs import MEDIA
from tasks.packing.files import PackageFile, of_bytes
from tasks.packing.label import Label, label_pdf, qr_svg
from tasks.packing.package import Contents, Packed, pack
from tasks.packing.provenance import Derived, FileFacts, agent_of, name_of, provenance
from tasks.packing.reading import Issued, read_back
from tasks.packing.readme import Told, readme
from tests.fixtures.crashing import Point, die_at
from tests.fixtures.packing import AT, NUMBER, UNIT, URL, Evidence, contents_of, evidence_in, recordings, statement_of
from tests.fixtures.papers import codes_on, told_by
from tests.fixtures.parts import missing
from tests.servers.timestamps import TimestampServer

KEY = new_private_key()


@pytest.fixture(scope="module")
def evidence(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, timestamp_server: TimestampServer
) -> Iterator[Evidence]:
    with evidence_in(tmp_path_factory.mktemp("evidence"), sqlite_template, timestamp_server) as made:
        yield made


def make(folder: Path, medium: str = "cd-r", contents: Contents | None = None, private_key: str = KEY) -> Packed:
    items = recordings(300_000, 0, 70_000)
    wanted = contents or contents_of(items, [statement_of(items)])
    key = ReceiptKey(private_key=SecretStr(private_key))
    return pack(folder, wanted, MEDIA[medium], key, None, AT, url=URL)


def tree(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in paths_in(folder)}


# ---- what is made


@pytest.mark.parametrize(
    ("medium", "names"),
    [
        ("usb", {NUMBER, f"{NUMBER}.label.pdf"}),
        ("file", {NUMBER, f"{NUMBER}.zip", f"{NUMBER}.zip.sha256", f"{NUMBER}.label.pdf"}),
        ("dvd-r", {NUMBER, f"{NUMBER}.iso", f"{NUMBER}.iso.sha256", f"{NUMBER}.label.pdf"}),
    ],
)
def test_each_medium_gets_what_it_needs(evidence: Evidence, tmp_path: Path, medium: str, names: set[str]) -> None:
    made = evidence.pack(tmp_path, medium)
    assert {one.name for one in tmp_path.iterdir()} == names
    (disc,) = made.discs
    assert (disc.disc, disc.discs, disc.is_stamped) == (1, 1, True)
    if disc.container is not None:
        beside = f"{disc.container.name}.sha256"
        done = subprocess.run(["sha256sum", "-c", "--strict", beside], cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0
        assert disc.issued.container_size == disc.container.stat().st_size


def test_progress_counts_every_byte_of_the_payload_and_of_the_image(tmp_path: Path) -> None:
    items, counts = recordings(300_000, 70_000), list[int]()
    key = ReceiptKey(private_key=SecretStr(KEY))
    made = pack(tmp_path, contents_of(items), MEDIA["cd-r"], key, None, AT, url=URL, progress=counts.append)
    whole = sum(len(content) for content in tree(made.discs[0].bag).values())
    assert sum(counts) == made.discs[0].size + whole


def test_five_hundred_recordings_and_none(tmp_path: Path) -> None:
    assert make(tmp_path / "many", "file", contents_of(recordings(*[100] * 500))).discs[0].files == 501
    assert make(tmp_path / "none", "cd-r", contents_of([])).discs[0].files == 1


def test_a_set_has_the_statement_on_every_disc(tmp_path: Path) -> None:
    items = recordings(3_000_000, 3_000_000, 3_000_000)
    small = replace(MEDIA["cd-r"], capacity=8_500_000)
    key = ReceiptKey(private_key=SecretStr(KEY))
    made = pack(tmp_path, contents_of(items, [statement_of(items)]), small, key, None, AT, url=URL)
    assert [disc.bag.name for disc in made.discs] == [f"{NUMBER}-{n}of3" for n in (1, 2, 3)]
    statements = {(disc.bag / "data/statement/statement.json").read_bytes() for disc in made.discs}
    indexes = {(disc.bag / "data/index.csv").read_bytes() for disc in made.discs}
    assert len(statements) == len(indexes) == 1
    for disc in made.discs:
        assert f"Bag-Count: {disc.disc} of 3" in (disc.bag / "bag-info.txt").read_text()
        assert disc.container is not None
        assert disc.container.stat().st_size <= 8_500_000
        assert f"第{disc.disc}件，共3件" in told_by(disc.label.read_bytes())
    volumes = {
        subprocess.run(["isoinfo", "-d", "-i", one.container], capture_output=True, text=True, check=True).stdout
        for one in made.discs
        if one.container
    }
    assert len(volumes) == 3


# ---- again, and after a kill


def test_made_again_it_is_the_same_and_nothing_is_written(evidence: Evidence, tmp_path: Path) -> None:
    """The timestamp of the finished bag stays: its authority is not asked again."""
    first = evidence.pack(tmp_path, "cd-r")
    before = {path: path.stat().st_ino for path in sorted(tmp_path.rglob("*"))}
    assert evidence.pack(tmp_path, "cd-r") == first
    assert {path: path.stat().st_ino for path in sorted(tmp_path.rglob("*"))} == before


def test_in_another_folder_it_is_the_same_to_the_byte(tmp_path: Path) -> None:
    make(tmp_path / "one")
    time.sleep(1.1)
    make(tmp_path / "other")
    assert tree(tmp_path / "one") == tree(tmp_path / "other")


POINTS = [
    *(Point("os:fsync", "before", nth) for nth in (1, 4, 9)),
    *(Point("os:rename", when, nth) for nth in (1, 2) for when in ("before", "after")),
    *(Point("os:replace", when, nth) for nth in (1, 2, 3) for when in ("before", "after")),
    Point("tasks.packing.bag:manifest_text", "after", 3),
    Point("tasks.packing.sealing:sums_text", "before"),
]
OF_MEDIA = {
    "cd-r": [
        *POINTS,
        Point("tasks.packing.image:_place", "after", 5),
        Point("tasks.packing.image:_Source.read", "after", 3),
    ],
    "file": [Point("tasks.packing.zipping:_add", "after", 4), Point("os:replace", "before")],
}


def _make_and_die(folder: Path, medium: str, point: Point, private_key: str) -> None:
    die_at(point)
    make(folder, medium, private_key=private_key)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """What is made where nothing dies."""
    folder = tmp_path_factory.mktemp("whole")
    for medium in OF_MEDIA:
        make(folder / medium, medium)
    return {medium: tree(folder / medium) for medium in OF_MEDIA}


@pytest.mark.parametrize(
    ("medium", "point"), [(medium, one) for medium, points in OF_MEDIA.items() for one in points], ids=str
)
def test_killed_anywhere_and_run_again_it_is_the_same(
    tmp_path: Path, whole: dict[str, dict[str, bytes]], medium: str, point: Point
) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "tasks.packing.package"])
    child = context.Process(target=_make_and_die, args=(tmp_path, medium, point, KEY))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL, f"{point} was not reached: {child.exitcode}"
    finished = {
        path: content for path, content in tree(tmp_path).items() if ".part" not in path and ".unsealed" not in path
    }
    assert finished.items() <= whole[medium].items()  # nothing half-made under a final name
    if any(path.startswith(f"{NUMBER}/") for path in finished):
        assert {path for path in whole[medium] if path.startswith(f"{NUMBER}/")} <= set(finished)
    make(tmp_path, medium)
    assert tree(tmp_path) == whole[medium]


def test_another_package_is_not_written_over(tmp_path: Path) -> None:
    make(tmp_path)
    before = tree(tmp_path)
    other = contents_of(recordings(1))
    for change in (
        lambda: make(tmp_path, contents=other),
        lambda: make(tmp_path, private_key=new_private_key()),
        lambda: make(tmp_path, contents=replace(contents_of(recordings(300_000, 0, 70_000)), organization="另一单位")),
    ):
        with pytest.raises(ActionDenied, match="Another package") as raised:
            change()
        assert raised.value.subject == NUMBER
    assert tree(tmp_path) == before


CHANGED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a list": (lambda folder: (folder / NUMBER / "manifest-sha512.txt").write_text("x"), "manifest-sha512.txt"),
    "the image": (lambda folder: (folder / f"{NUMBER}.iso").write_text("x"), f"{NUMBER}.iso"),
    "its digest": (lambda folder: (folder / f"{NUMBER}.iso.sha256").write_text("x"), f"{NUMBER}.iso"),
    "a recording's size": (
        lambda folder: os.truncate(folder / NUMBER / "data/recordings/001_现场录像.mp4", 1),
        "001_现场录像.mp4",
    ),
}


@pytest.mark.parametrize("what", CHANGED)
def test_what_was_changed_since_is_told_when_it_is_made_again(tmp_path: Path, what: str) -> None:
    make(tmp_path)
    change, named = CHANGED[what]
    change(tmp_path)
    with pytest.raises(FixityError, match="not what it was") as raised:
        make(tmp_path)
    assert str(raised.value.subject).endswith(named)


def test_an_image_without_its_bag_is_made_anew(tmp_path: Path) -> None:
    make(tmp_path)
    before = tree(tmp_path)
    shutil.rmtree(tmp_path / NUMBER)
    (tmp_path / f"{NUMBER}.iso").write_bytes(b"stale")
    make(tmp_path)
    assert tree(tmp_path) == before


def test_a_recording_that_is_not_what_was_recorded_stops_it(tmp_path: Path) -> None:
    wrong = replace(recordings(10)[0], sha256="0" * 64)
    with pytest.raises(FixityError) as raised:
        make(tmp_path, contents=contents_of([wrong]))
    assert raised.value.subject == wrong.path
    assert list(tmp_path.iterdir()) == []


# ---- reading back


@pytest.fixture
def packed(tmp_path: Path) -> Packed:
    return make(tmp_path / "made")


def test_what_is_as_issued_is_identical(packed: Packed) -> None:
    (disc,) = packed.discs
    assert disc.container is not None
    steps = list[tuple[int, int]]()
    for place in (disc.bag, disc.container):
        found = read_back(place, disc.issued, lambda done, of: steps.append((done, of)))
        assert found.is_identical
        assert found.bytes_read == steps[-1][0] == steps[-1][1]


HARM: dict[str, tuple[Callable[[Path], object], dict[str, str]]] = {
    "a recording": (
        lambda bag: (bag / "data/recordings/001_现场录像.mp4").write_bytes(b"x"),
        {"data/recordings/001_现场录像.mp4": "differs"},
    ),
    "a file gone and one more": (
        lambda bag: ((bag / "README.txt").unlink(), (bag / "data/new.txt").write_bytes(b"")),
        {"README.txt": "missing", "data/new.txt": "extra"},
    ),
    "the list of lists": (
        lambda bag: (bag / "tagmanifest-sha256.txt").write_bytes(b"x"),
        {"tagmanifest-sha256.txt": "differs"},
    ),
    "the signature": (
        lambda bag: (bag / "signature/tagmanifest-sha256.txt.sig").write_bytes(b"x"),
        {"signature/tagmanifest-sha256.txt.sig": "differs"},
    ),
    "a link to the same bytes": (
        lambda bag: (
            (bag / "README.txt").rename(bag.parent / "elsewhere"),
            (bag / "README.txt").symlink_to(bag.parent / "elsewhere"),
        ),
        {"README.txt": "differs"},
    ),
    "everything": (
        lambda bag: [(bag / path).unlink() for path in paths_in(bag)],
        {"signature/SHA256SUMS": "missing", "tagmanifest-sha256.txt": "missing"},
    ),
}


@pytest.mark.parametrize("what", HARM)
def test_every_file_that_differs_is_named(packed: Packed, what: str) -> None:
    harm, wanted = HARM[what]
    harm(packed.discs[0].bag)
    found = read_back(packed.discs[0].bag, packed.discs[0].issued)
    assert dict(found.problems) == wanted
    assert not found.is_identical


@pytest.mark.parametrize("how", ["flipped", "shorter", "longer"])
def test_an_image_that_differs_is_told(packed: Packed, how: str) -> None:
    (disc,) = packed.discs
    assert disc.container is not None
    content = bytearray(disc.container.read_bytes())
    content[len(content) // 2] ^= how == "flipped"
    disc.container.write_bytes({"shorter": content[:-1], "longer": content + b"\0"}.get(how, content))
    assert read_back(disc.container, disc.issued).problems == {disc.container.name: "differs"}


def flip(image: Path, place: int) -> None:
    content = bytearray(image.read_bytes())
    content[place] ^= 1
    image.write_bytes(content)


def test_every_file_that_differs_in_an_image_is_named_where_its_layout_is_known(packed: Packed) -> None:
    (disc,) = packed.discs
    assert disc.container is not None
    layout = disc.layout(AT)
    assert {one.path for one in layout} == set(paths_in(disc.bag))
    content = disc.container.read_bytes()
    for one in layout:
        assert content[one.start : one.start + one.size] == (disc.bag / one.path).read_bytes(), one.path
        if one.size:
            flip(disc.container, one.start + one.size // 2)
            found = read_back(disc.container, disc.issued, layout=layout)
            assert dict(found.problems) == {one.path: "differs"}
            disc.container.write_bytes(content)
    assert read_back(disc.container, disc.issued, layout=layout).is_identical


def test_an_image_of_which_only_the_directories_differ_is_named_itself(packed: Packed) -> None:
    (disc,) = packed.discs
    assert disc.container is not None
    flip(disc.container, 16 * 2048 + 900)
    found = read_back(disc.container, disc.issued, layout=disc.layout(AT))
    assert dict(found.problems) == {disc.container.name: "differs"}


@pytest.fixture
def drive(packed: Packed) -> Iterator[str]:
    """The image behind a loop device, which has more bytes than it; root and a kernel that has them are needed."""
    image = packed.discs[0].container
    assert image is not None
    with image.open("ab") as opened:
        opened.write(bytes(2048 * 150))  # what a drive gives behind the end of a disc
    done = subprocess.run(["losetup", "--show", "-rf", image], capture_output=True, text=True, check=False)
    if done.returncode:
        missing(f"no loop device: the test needs root and a kernel that has them ({done.stderr.strip()})")
    yield done.stdout.strip()
    subprocess.run(["losetup", "-d", done.stdout.strip()], check=True)


def test_of_a_drive_only_as_much_is_read_as_was_issued(packed: Packed, drive: str) -> None:
    found = read_back(Path(drive), packed.discs[0].issued)
    assert found.is_identical
    assert found.bytes_read == packed.discs[0].issued.container_size


def test_where_only_a_folder_was_issued_an_image_is_not_judged(packed: Packed, tmp_path: Path) -> None:
    (tmp_path / "x.iso").write_bytes(b"")
    with pytest.raises(FixityError, match="Nothing but a folder"):
        read_back(tmp_path / "x.iso", Issued("0" * 64, "0" * 64))
    with pytest.raises(FileNotFoundError):
        read_back(tmp_path / "none", packed.discs[0].issued)


# ---- provenance

PREMIS = Namespace("http://www.loc.gov/premis/rdf/v3/")
PROV = Namespace("http://www.w3.org/ns/prov#")


def read_graph(document: bytes) -> Graph:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's reader calls what rdflib itself deprecates
        return Graph().parse(data=document, format="json-ld")


@pytest.fixture
def graph(evidence: Evidence) -> Graph:
    (file,) = [one for one in evidence.contents.common if one.path.endswith(".jsonld")]
    return read_graph(b"".join(file.pieces()))


def test_every_derivative_comes_from_an_original_and_every_file_has_its_digest(
    evidence: Evidence, graph: Graph
) -> None:
    found = graph.query(
        "SELECT ?made ?from ?digest WHERE { ?made prov:wasDerivedFrom ?from . ?from custody:recording ?recording . "
        "?made premis:fixity ?fixity . ?fixity a <http://id.loc.gov/vocabulary/preservation/cryptographicHashFunctions/"
        "sha256> ; rdf:value ?digest . ?made prov:wasGeneratedBy ?act . ?act prov:used ?from }",
        initNs={"prov": PROV, "premis": PREMIS, "custody": Namespace("urn:bodycam-custody:terms:")},
    )
    first, _, clip = evidence.contents.items
    assert clip.sha256 is not None and first.sha256 is not None
    originals = {name_of(str(one.sha256)) for one in evidence.contents.items[:2]}
    ((made, origin, digest),) = [(str(a), str(b), str(c)) for a, b, c in found]  # type: ignore[misc, union-attr]
    assert (made, digest) == (name_of(clip.sha256), clip.sha256)
    assert origin in originals
    files = set(graph.subjects(RDF.type, PREMIS.File))
    assert len(files) == 3
    assert all(set(graph.objects(one, PREMIS.fixity)) for one in files)


def test_every_ledger_entry_of_a_recording_is_there_in_its_time(evidence: Evidence, graph: Graph) -> None:
    for entry in evidence.entries:
        event = URIRef(name_of(entry["hash"]))
        assert (event, RDF.type, PREMIS.Event) in graph
        begun = graph.value(event, PROV.startedAtTime)
        assert isinstance(begun, Literal)
        assert begun.toPython() == datetime.fromisoformat(entry["at"])
        assert graph.value(event, PROV.used) is not None
        assert graph.value(event, PROV.wasAssociatedWith) == URIRef(agent_of(entry["actor"]))


def test_people_are_ids_and_nothing_is_fetched() -> None:
    person = "person:0197a1b2-0000-7000-8000-000000000001"
    entry = {
        "seq": 7,
        "at": "2026-11-25T01:00:00.000000Z",
        "event": "recording.verified",
        "actor": person,
        "subject_id": "r",
        "article": "Art. 7",
        "facts": '{"a":1}',
        "previous_hash": "0" * 64,
        "hash": "1" * 64,
    }
    facts = [FileFacts("data/a.mp4", "2" * 64, 5, "video/mp4", "3" * 64, "r")]
    derived = [Derived("4" * 64, "2" * 64, "still", "PyAV 18", "2026-11-25T02:00:00Z")]
    document = provenance(NUMBER, facts, [entry], derived)
    assert document == provenance(NUMBER, facts, [entry], derived)
    assert isinstance(json.loads(document)["@context"], dict)
    graph = read_graph(document)
    assert (URIRef("urn:uuid:0197a1b2-0000-7000-8000-000000000001"), RDF.type, PREMIS.Person) in graph
    assert agent_of("dock:A 1/中") == "urn:bodycam-custody:actor:dock:A%201%2F%E4%B8%AD"


# ---- README and label


def told(**other: object) -> Told:
    return replace(Told(NUMBER, UNIT, 1, 2, "0123456789abcdef", True, True), **other)  # type: ignore[arg-type]


def test_the_readme_is_for_notepad_and_for_linux() -> None:
    content = readme(told())
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n")
    text = content.decode("utf-8-sig")
    assert text.index("执法音像资料证据包") < text.index("Evidence package")
    for said in (
        NUMBER,
        UNIT,
        "0123456789abcdef",
        "python3 verify.py .",
        "certutil -hashfile",
        "openssl ts -verify",
        "7-Zip",
    ):
        assert text.count(said) >= 1, said
    assert "openssl ts" not in readme(told(has_certificates=False)).decode("utf-8-sig")
    assert "时间戳" not in readme(told(is_stamped=False, has_certificates=False)).decode("utf-8-sig")


def test_the_commands_of_the_readme_work(evidence: Evidence, tmp_path: Path) -> None:
    bag = evidence.pack(tmp_path).discs[0].bag
    lines = (bag / "README.txt").read_text("utf-8-sig").splitlines()
    commands = {
        line.strip()
        for line in lines
        if line.startswith("      ") and line.split()[0] in ("sha256sum", "openssl", "python3")
    }
    assert len(commands) == 5
    for command in sorted(commands):
        done = subprocess.run(command, shell=True, cwd=bag, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stdout + done.stderr)


LABEL = Label(
    NUMBER,
    UNIT,
    AT,
    2,
    3,
    MEDIA["dvd-r"],
    14,
    4_123_456_789,
    "ab" * 32,
    ("EC.iso", 4_200_000_000, "cd" * 32),
    "0" * 16,
    URL,
)


def test_a_label_says_what_the_disc_is(tmp_path: Path) -> None:
    paper = label_pdf(LABEL)
    assert label_pdf(LABEL) == paper
    text = told_by(paper)
    for said in (
        NUMBER,
        UNIT,
        "2026年11月25日",
        "第2件，共3件",
        "DVD±R光盘（4.7GB）",
        "ab" * 32,
        "cd" * 32,
        "4,200,000,000",
        URL,
    ):
        assert said in text, said
    (tmp_path / "label.pdf").write_bytes(paper)
    assert subprocess.run(["qpdf", "--check", tmp_path / "label.pdf"], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("url", [URL, "https://custody.example.cn/evidence/" + "0f" * 16])
def test_the_code_on_a_label_leads_where_the_label_says(url: str) -> None:
    assert codes_on(label_pdf(replace(LABEL, url=url))) == [url]


@pytest.mark.parametrize(
    "label",
    [
        replace(LABEL, container=None, medium=MEDIA["usb"], disc=1, discs=1),
        replace(
            LABEL, organization="很长的单位名称" * 12, number="第" * 60, url="https://custody.example.cn/" + "v" * 200
        ),
        replace(LABEL, organization="〔〕#*_`$\\", number="#panic()"),
    ],
)
def test_a_label_stays_on_one_page(label: Label) -> None:
    assert len(PdfReader(io.BytesIO(label_pdf(label))).pages) == 1
    assert qr_svg(label.url).startswith("<svg")


def test_a_file_in_memory_knows_its_digest() -> None:
    file = of_bytes("data/a", b"abc")
    assert file.known_digest() == file.sha256
    assert PackageFile("data/a", 3, None, file.pieces).known_digest() == file.sha256
