"""Jobs on originals: each by a child of its own, whatever becomes of it or of the server that forked it."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.clipping import forking, job
from tasks.clipping.job import JobLostError, NewFile, Original, do_job
from tests.fixtures.deriving import Reader
from tests.fixtures.jobs import WORKER
from tests.fixtures.patience import wait_until
from tests.fixtures.processes import is_there

CONTENT = bytes(range(256)) * 20_000


def do(what: str, target: NewFile | None = None, seconds: float = 60.0, worker: str = WORKER) -> dict[str, object]:
    return do_job(worker, Original(Reader(CONTENT), len(CONTENT)), {"do": what}, target, seconds)


def test_each_job_has_a_child_of_its_own_and_all_one_server() -> None:
    first, second = do("who"), do("who")
    assert first["process"] != second["process"]
    assert first["server"] == second["server"] != os.getpid()
    assert not is_there(int(str(first["process"])))


def test_a_child_is_given_its_own_files_and_no_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CUSTODY_SECRET", "x")
    with NewFile(tmp_path / "new") as target:
        told = do("who", target)
    files = told["files"]
    assert isinstance(files, list)
    assert len(files) == 5, "three usual ones, the channel and the target"
    assert "CUSTODY_SECRET" not in str(told["names"])


def test_jobs_at_once_do_not_mix() -> None:
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda _: do("who"), range(24)))
    assert len({str(one["process"]) for one in told}) == 24


def test_what_is_written_is_measured_and_kept(tmp_path: Path) -> None:
    with NewFile(tmp_path / "new") as target:
        do("copy", target)
        assert target.finish() == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert (tmp_path / "new").read_bytes() == CONTENT


def test_a_child_that_says_too_early_that_all_is_written_is_not_believed(tmp_path: Path) -> None:
    whole = CONTENT + b" and more"
    with NewFile(tmp_path / "new") as target:
        do("say it is written, then write more", target)
        assert target.finish() == (len(whole), hashlib.sha256(whole).hexdigest())


def test_a_full_disk_is_no_word_about_the_original(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int, _place: int, _length: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(job.os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"), NewFile(tmp_path / "new") as target:
        do("full", target)
    assert not (tmp_path / "new").exists()


def test_a_disk_is_not_full_because_a_child_says_so(tmp_path: Path) -> None:
    with pytest.raises(JobLostError, match="and there is") as lost, NewFile(tmp_path / "new") as target:
        do("full", target)
    assert not lost.value.is_told
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("what", "said", "is_told"),
    [
        ("refuse", "not to my taste", True),
        ("damaged", "no sense can be made of it", True),
        ("memory", "more memory than it may have", True),
        ("die", r"died of it \(my last words\)", False),
    ],
)
def test_why_a_job_was_lost_is_said(what: str, said: str, is_told: bool) -> None:
    with pytest.raises(JobLostError, match=said) as lost:
        do(what)
    assert lost.value.is_told is is_told
    assert do("who")["server"], "the next one finds its server"


def test_too_long_is_stopped_and_the_child_gone() -> None:
    server = int(str(do("who")["server"]))
    with pytest.raises(JobLostError, match="too long"):
        do("stay", seconds=0.3)
    assert Path(f"/proc/{server}/task/{server}/children").read_text().split() == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_server_that_is_gone_is_replaced(how: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    server = int(str(do("who")["server"]))
    monkeypatch.setattr(forking, "START_SECONDS", 10.0)
    if how is signal.SIGSTOP:
        forking._servers[os.getpid(), WORKER]._control.settimeout(0.5)
    os.kill(server, how)
    assert do("who")["server"] != server
    assert not is_there(server)


def test_a_worker_that_does_not_start_says_why() -> None:
    with pytest.raises(JobLostError, match=r"no child can be started.*No module named"):
        do("who", worker="tests.fixtures.nothing_of_the_kind")


PARENT = """
import sys, time
from tasks.clipping import forking
from tests.tasks.test_jobs import do
print(do("who")["server"], flush=True)
time.sleep(float(sys.argv[1]))
"""


@pytest.fixture
def parent(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PARENT, str(request.param)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("parent", [0, 600], indirect=True, ids=["ends", "is killed"])
def test_a_server_ends_with_its_parent(parent: subprocess.Popen[str]) -> None:
    assert parent.stdout is not None
    server = int(parent.stdout.readline())
    if "600" in str(parent.args):
        assert is_there(server)
        parent.kill()
    parent.wait(30)
    wait_until(lambda: not is_there(server), "it is still there")
