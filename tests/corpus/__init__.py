"""A dump as a broken or malicious recorder would hand it over: made here, and the same for the same seed.

A name cannot hold NUL or a slash on any file system that mounts here, so those are not among the hostile names; a path
that climbs (`../`) cannot exist as an entry either, and only names that look like one are made.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

from tests.corpus.entries import CorpusEntry, Writer
from tests.corpus.forged_files import write_forged_files
from tests.corpus.forged_media import write_forged_media
from tests.corpus.forged_pictures import write_forged_pictures
from tests.corpus.growing import GrowingFile
from tests.corpus.mutations import write_mutations
from tests.corpus.names import write_hostile_names
from tests.corpus.nodes import write_nodes
from tests.corpus.samples import make_samples

__all__ = ["CorpusEntry", "GrowingFile", "build_corpus", "make_samples"]

SPARSE_BYTES = 5 << 30


def build_corpus(
    folder: Path, seed: int = 7, *, samples: dict[str, bytes] | None = None, sparse_bytes: int = SPARSE_BYTES
) -> list[CorpusEntry]:
    """Fill the empty `folder` and say of each entry what it is and what may be said of it.

    `samples` are those of `make_samples`, made when not given. `sparse_bytes` is the size of the sparse files: they
    take no room, but whoever copies them should ask for less.
    """
    writer = Writer(os.fsencode(folder), random.Random(seed))
    samples = samples or make_samples()
    write_mutations(writer, samples)
    write_forged_files(writer, samples)
    write_forged_media(writer, samples, sparse_bytes)
    write_forged_pictures(writer, samples)
    write_hostile_names(writer, samples)
    write_nodes(writer, samples)
    return writer.entries
