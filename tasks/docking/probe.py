"""Probe: what each original is, whether it is whole, and when it says it was made (Art. 2, 7)."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile

from prefect import task

from blocks.device_layouts import Claims, read_claims
from registry.queries import intake
from registry.queries.intake import OriginalToProbe
from registry.transitions import docking
from registry.transitions.docking import Probed
from regulation.errors import FixityError
from tasks.docking.claims import Directory
from tasks.docking.work import DockWork
from tasks.probing.pool import Opener, ProbePool
from tasks.probing.probe import Probe
from tasks.progress import Progress
from tasks.steps import RETRIED

PROBED_AT_ONCE = 256


@task(**RETRIED, name="probe-originals")
def probe_originals(work: DockWork) -> None:
    """Probe every original of the session that is not probed yet, in child processes with a time limit each."""
    with work.registry.reading() as reading:
        originals = intake.originals_to_probe(reading, work.session_id)
    progress = Progress("Probing", len(originals), "files", f"probe-{work.number.lower()}")
    with ProbePool(work.station.probes_at_once, work.station.probe_seconds) as pool:
        for start in range(0, len(originals), PROBED_AT_ONCE):
            _probe_batch(work, pool, originals[start : start + PROBED_AT_ONCE], progress)
    progress.tell(finished=True)


def _probe_batch(work: DockWork, pool: ProbePool, originals: Sequence[OriginalToProbe], progress: Progress) -> None:
    claims = {original.recording_id: _claims(work, original) for original in originals}
    with work.registry.reading() as reading:
        directory = Directory.of(reading, claims.values())
    probed = [
        _probed(work, directory, claims[original.recording_id], original, probe)
        for original, probe in _probes(work, pool, originals, progress)
    ]
    with work.acting() as act:
        docking.record_probes(act, work.session_id, probed)


def _claims(work: DockWork, original: OriginalToProbe) -> Claims | None:
    return read_claims(original.raw_name.decode("utf-8", "replace"), work.station.layouts)


def _probes(
    work: DockWork, pool: ProbePool, originals: Sequence[OriginalToProbe], progress: Progress
) -> Iterator[tuple[OriginalToProbe, Probe]]:
    for original, probe in pool.probe_many((original, _opener(work, original)) for original in originals):
        progress.advance(1)
        progress.tell()
        yield original, probe


def _opener(work: DockWork, original: OriginalToProbe) -> Opener:
    return lambda: (_opened(work, original), original.shown_name)


def _opened(work: DockWork, original: OriginalToProbe) -> int:
    """The file on the device; where that is gone or no longer as it was read, a copy of what the vault holds, for it is
    the original that is judged. Raises `OSError`."""
    try:
        descriptor = work.dump.open(original.raw_name)
    except OSError:
        return _copied(work, original)
    seen = os.fstat(descriptor)
    if (seen.st_size, seen.st_mtime_ns) == (original.size, original.modified_ns):
        return descriptor
    os.close(descriptor)
    return _copied(work, original)


def _copied(work: DockWork, original: OriginalToProbe) -> int:
    with TemporaryFile() as copy:
        try:
            for piece in work.vault.read(original.vault_key, original.vault_version):
                copy.write(piece)
        except FixityError as gone:
            raise OSError(errno.ENODATA, gone.message) from gone
        copy.flush()
        return os.dup(copy.fileno())


def _probed(
    work: DockWork, directory: Directory, claims: Claims | None, original: OriginalToProbe, probe: Probe
) -> Probed:
    device = directory.device(claims)
    times = directory.times(claims, device, probe, original.modified_ns, work.zone)
    return Probed(
        recording_id=original.recording_id,
        media_kind=probe.kind,
        condition=probe.condition,
        container=probe.container,
        streams=probe.streams_told() or None,
        duration_seconds=probe.duration_seconds,
        claimed_start=times.claimed_start,
        claimed_end=times.claimed_end,
        device_id=device.id if device is not None else None,
        officer_id=directory.officer(claims, device, times.started_at),
        clock_offset_seconds=times.offset_seconds,
        started_at=times.started_at,
        ended_at=times.ended_at,
        note="; ".join(probe.warnings) or None,
    )
