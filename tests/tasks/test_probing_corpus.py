"""Hostile files: none ends the pool, each is classed."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.tables.recordings import Condition
from tasks.dump import Dump, shown
from tasks.probing.pool import ProbePool
from tasks.probing.probe import Probe
from tests.corpus import GrowingFile, build_corpus
from tests.corpus.entries import CorpusEntry
from tests.fixtures.media import Corpus, probe_path

LOST = ("died", "stopped", "nonsense", "failed at it", "cannot be read")


def test_the_corpus_is_large_enough(corpus: Corpus) -> None:
    assert len([entry for entry in corpus.entries if entry.is_file]) >= 500
    assert len({entry.raw_name for entry in corpus.entries}) == len(corpus.entries)


def test_the_dump_reader_finds_every_entry_and_no_other(corpus: Corpus) -> None:
    with Dump(corpus.folder) as dump:
        found = {entry.raw_name: entry.refused is None for entry in dump.entries()}
    assert found == {entry.raw_name: entry.is_file for entry in corpus.entries}


def test_every_file_is_classed_and_no_child_is_lost(corpus: Corpus) -> None:
    expected = {entry.raw_name: entry for entry in corpus.entries if entry.is_file}
    with Dump(corpus.folder) as dump, ProbePool(2, 30) as pool:
        probes = dict(pool.probe_many(_openers(dump, expected)))
    assert set(probes) == set(expected)
    wrong = {
        name: (probe.condition, probe.warnings, expected[name].what)
        for name, probe in probes.items()
        if probe.condition not in expected[name].expected
    }
    assert not wrong
    lost = {name: probe.warnings for name, probe in probes.items() if any(w in str(probe.warnings) for w in LOST)}
    assert not lost


def _openers(dump: Dump, names: dict[bytes, CorpusEntry]) -> Iterator[tuple[bytes, Callable[[], tuple[int, str]]]]:
    for name in names:
        yield name, lambda name=name: (dump.open(name), shown(name))  # type: ignore[misc]


def test_the_same_seed_makes_the_same_corpus(tmp_path: Path, media_samples: dict[str, bytes]) -> None:
    few = {extension: media_samples[extension] for extension in ("mp4", "mov", "avi", "ts", "mkv", "flv", "wav")}
    few |= {extension: media_samples[extension] for extension in ("mp3", "jpg", "png")}
    folders = []
    for number, seed in enumerate((7, 7, 8)):
        folder = tmp_path / str(number)
        folder.mkdir()
        build_corpus(folder, seed, samples=few, sparse_bytes=1 << 20)
        folders.append({path.name: path.read_bytes() for path in sorted((folder / "changed").iterdir())})
        shutil.rmtree(folder)
    assert folders[0] == folders[1]
    assert folders[0] != folders[2]


@pytest.fixture(scope="module")
def hardy_pool() -> Iterator[ProbePool]:
    with ProbePool(1, 20) as pool:
        yield pool


edits = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=16)), max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), edits=edits, kept=st.one_of(st.just(1.0), st.floats(0, 1)), early=st.booleans())
def test_no_mutation_ends_a_child(
    data: st.DataObject,
    edits: list[tuple[float, bytes]],
    kept: float,
    early: bool,
    media_samples: dict[str, bytes],
    hardy_pool: ProbePool,
) -> None:
    """Overwrite pieces of a real file, in its header or all over it, cut it, and look."""
    extension = data.draw(st.sampled_from(sorted(media_samples)))
    content = bytearray(media_samples[extension])
    reach = min(len(content), 1500) if early else len(content)
    for place, piece in edits:
        at = int(place * reach)
        content[at : at + len(piece)] = piece
    probe = probe_in_memory(hardy_pool, bytes(content[: int(len(content) * kept)]), f"x.{extension}")
    assert probe.condition is not Condition.UNPROBED
    assert not any(word in said for said in probe.warnings for word in LOST)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(
        [
            b"\0\0\0\x18ftypisom",
            b"RIFF\0\0\0\0AVI LIST",
            b"\xff\xd8\xff\xe1",
            b"\x89PNG\r\n\x1a\n",
            b"ID3\4\0\0",
            b"\x1aE\xdf\xa3",
            b"G@\0\x10",
            b"FLV\1\5",
            b"fLaC",
            b"OggS\0\2",
            b"II*\0",
        ]
    ),
    rest=st.binary(max_size=3000),
)
def test_no_forgery_ends_a_child(start: bytes, rest: bytes, hardy_pool: ProbePool) -> None:
    probe = probe_in_memory(hardy_pool, start + rest, "x.mp4")
    assert not any(word in said for said in probe.warnings for word in LOST)


def probe_in_memory(pool: ProbePool, content: bytes, name: str) -> Probe:
    descriptor = os.memfd_create("probed")
    try:
        with io.FileIO(descriptor, "wb", closefd=False) as file:
            file.write(content)
        return pool.probe(descriptor, name)
    finally:
        os.close(descriptor)


def test_a_growing_file_is_seen_as_it_was(
    tmp_path: Path, media_samples: dict[str, bytes], probe_pool: ProbePool
) -> None:
    path = tmp_path / "growing.mp4"
    path.write_bytes(media_samples["mp4"][:20_000])
    # so slowly that it is not whole at the end of the longest probe
    with GrowingFile(path, piece=media_samples["mp4"][20_000:20_050], interval=0.05) as growing:
        for _ in range(5):
            growing.wait_for(1)
            assert probe_path(probe_pool, path).condition is Condition.DAMAGED
        assert growing.pieces >= 6
    size = path.stat().st_size
    assert size == 20_000 + 50 * growing.pieces


def test_a_sparse_giant_takes_no_time(corpus: Corpus, probe_pool: ProbePool) -> None:
    for name, condition in (("zeros", Condition.UNREADABLE), ("unfinished", Condition.DAMAGED)):
        path = corpus.folder / "sparse" / f"{name}.mp4"
        assert path.stat().st_size == 5 << 30
        assert path.stat().st_blocks < 100
        assert probe_path(probe_pool, path).condition is condition
