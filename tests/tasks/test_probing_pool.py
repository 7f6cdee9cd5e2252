"""Children that crash, hang, lie or eat memory, and the pool that outlives them."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry.tables.recordings import Condition
from regulation.errors import ConfigurationError
from regulation.vocabulary import MediaKind
from tasks.probing import pool as pool_module
from tasks.probing.pool import ProbePool
from tasks.probing.probe import Probe, probe_from_answer
from tasks.probing.wire import Answer
from tests.corpus.forged_pictures import png
from tests.fixtures.media import probe_path
from tests.fixtures.patience import wait_until
from tests.fixtures.processes import is_there

ROOT = Path(pool_module.__file__).parents[2]


@pytest.fixture
def photo(tmp_path: Path, media_samples: dict[str, bytes]) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(media_samples["jpg"])
    return path


@pytest.fixture
def one_child(photo: Path) -> Iterator[ProbePool]:
    """A pool of one child that has come up."""
    with ProbePool(1, 30) as pool:
        assert probe_path(pool, photo).condition is Condition.WHOLE
        yield pool


def test_a_child_serves_many_files(one_child: ProbePool, photo: Path) -> None:
    before = one_child.process_ids
    for _ in range(50):
        assert probe_path(one_child, photo).condition is Condition.WHOLE
    assert one_child.process_ids == before


@pytest.mark.parametrize("deadly", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_a_crash_costs_one_file(deadly: signal.Signals, one_child: ProbePool, photo: Path) -> None:
    (child,) = one_child.process_ids
    os.kill(child, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as thread:
        probing = thread.submit(probe_path, one_child, photo)
        time.sleep(0.1)
        os.kill(child, deadly)
        os.kill(child, signal.SIGCONT)
        probe = probing.result(60)
    assert (probe.kind, probe.condition, probe.container) == (MediaKind.PHOTO, Condition.UNREADABLE, "jpeg")
    assert probe.warnings == (f"the probe died of it ({deadly.name})",)
    assert probe_path(one_child, photo).condition is Condition.WHOLE
    assert child not in one_child.process_ids


def test_a_child_that_died_idle_is_not_blamed_on_the_next_file(one_child: ProbePool, photo: Path) -> None:
    (child,) = one_child.process_ids
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: Path(f"/proc/{child}/stat").read_text().split()[2] == "Z", "the child lives")
    assert probe_path(one_child, photo).condition is Condition.WHOLE


def test_a_hanging_child_is_replaced(photo: Path) -> None:
    with ProbePool(1, 3) as pool:
        probe_path(pool, photo)
        (child,) = pool.process_ids
        os.kill(child, signal.SIGSTOP)
        probe = probe_path(pool, photo)
        assert (probe.condition, probe.warnings) == (Condition.UNREADABLE, ("the probe was stopped after 3 s",))
        assert probe_path(pool, photo).condition is Condition.WHOLE
        assert child not in pool.process_ids
        assert not Path(f"/proc/{child}").exists()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole picture that takes 400 MB when it is decoded."""
    path = tmp_path_factory.mktemp("large") / "large.png"
    path.write_bytes(png(10_000, 10_000, 8, 6, zlib.compress(bytes(10_000 * 40_001), 1)))
    return path


def test_memory_has_a_limit(photo: Path, large: Path) -> None:
    with ProbePool(1, 60, 400 << 20) as pool:
        probe_path(pool, photo)
        (child,) = pool.process_ids
        probe = probe_path(pool, large)
        assert (probe.kind, probe.condition) == (MediaKind.PHOTO, Condition.UNREADABLE)
        assert "memory" in probe.warnings[0]
        assert probe_path(pool, photo).condition is Condition.WHOLE
        assert child not in pool.process_ids


def test_without_a_limit_the_same_picture_decodes(large: Path) -> None:
    with ProbePool(1, 60, None) as pool:
        assert probe_path(pool, large).condition is Condition.WHOLE


def test_a_child_can_do_little(one_child: ProbePool) -> None:
    (child,) = one_child.process_ids
    assert resource.prlimit(child, resource.RLIMIT_CORE) == (0, 0)
    assert resource.prlimit(child, resource.RLIMIT_FSIZE) == (0, 0)
    assert resource.prlimit(child, resource.RLIMIT_AS) == (1 << 30, 1 << 30)
    assert Path(f"/proc/{child}/oom_score_adj").read_text().strip() == "1000"


def test_a_child_knows_nothing_of_ours(monkeypatch: pytest.MonkeyPatch, photo: Path, tmp_path: Path) -> None:
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", "admin:secret")
    descriptor = os.open(photo, os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    try:
        with ProbePool(1, 30) as pool:
            probe_path(pool, photo)
            (child,) = pool.process_ids
            assert b"secret" not in Path(f"/proc/{child}/environ").read_bytes()
            held = [os.readlink(entry.path) for entry in os.scandir(f"/proc/{child}/fd")]
            assert not [path for path in held if str(tmp_path) in path]
            assert sum(path.startswith("socket:") for path in held) == 1
            assert os.getsid(child) == child
    finally:
        os.close(descriptor)


def test_nothing_is_imported_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photo: Path
) -> None:
    for name in ("av", "PIL", "json", "tasks"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    with ProbePool(1, 30) as pool:
        assert probe_path(pool, photo).condition is Condition.WHOLE


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_libraries_stay_on_their_side() -> None:
    parent = run_python("import sys, tasks.probing.pool; print(*sys.modules)").split()
    assert {"av", "PIL", "pydub"}.isdisjoint(parent)
    child = run_python("import sys, tasks.probing.worker; print(*sys.modules)").split()
    assert {"prefect", "sqlmodel", "sqlalchemy", "pydantic", "registry"}.isdisjoint(child)
    assert "av" in child


def test_the_name_is_never_opened(tmp_path: Path, media_samples: dict[str, bytes], probe_pool: ProbePool) -> None:
    """The descriptor counts: its file has no name any more, and the name shown is that of another file."""
    path, other = tmp_path / "gone.mp4", tmp_path / "other.avi"
    path.write_bytes(media_samples["mp4"])
    other.write_bytes(media_samples["avi"])
    descriptor = os.open(path, os.O_RDONLY)
    path.unlink()
    probe = probe_pool.probe(descriptor, str(other))
    os.close(descriptor)
    assert (probe.container, probe.condition) == ("mp4", Condition.WRONG_EXTENSION)


def test_the_offset_stays_where_it_was(photo: Path, probe_pool: ProbePool) -> None:
    descriptor = os.open(photo, os.O_RDONLY)
    os.lseek(descriptor, 123, os.SEEK_SET)
    probe_pool.probe(descriptor, "photo.jpg")
    assert os.lseek(descriptor, 0, os.SEEK_CUR) == 123
    os.close(descriptor)


def test_only_regular_files_are_looked_into(tmp_path: Path, probe_pool: ProbePool) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    for path in (tmp_path / "pipe.mp4", tmp_path, Path("/dev/zero")):
        probe = probe_path(probe_pool, path)
        assert (probe.condition, probe.warnings) == (Condition.UNREADABLE, ("it is not a regular file",))


def test_many_files(photo: Path, probe_pool: ProbePool) -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def opener() -> tuple[int, str]:
        with lock:
            now[0] = len(os.listdir("/proc/self/fd"))
            most[0] = max(most[0], now[0])
        return os.open(photo, os.O_RDONLY), "photo.jpg"

    before = len(os.listdir("/proc/self/fd"))
    probes = dict(probe_pool.probe_many((number, opener) for number in range(100)))
    assert set(probes) == set(range(100))
    assert {probe.condition for probe in probes.values()} == {Condition.WHOLE}
    assert most[0] <= before + 2 * probe_pool.workers
    assert len(os.listdir("/proc/self/fd")) == before


def test_many_files_of_which_one_cannot_be_opened(photo: Path, probe_pool: ProbePool) -> None:
    def refuse() -> tuple[int, str]:
        raise FileNotFoundError(2, "No such file or directory")

    probes = dict(probe_pool.probe_many([("gone", refuse), ("there", lambda: (os.open(photo, 0), "p.jpg"))]))
    assert probes["there"].condition is Condition.WHOLE
    assert probes["gone"].warnings == ("it cannot be opened: No such file or directory",)


def test_many_files_left_halfway(photo: Path, probe_pool: ProbePool) -> None:
    before = len(os.listdir("/proc/self/fd"))
    probing = probe_pool.probe_many((number, lambda: (os.open(photo, 0), "p.jpg")) for number in range(1000))
    next(probing)
    probing.close()  # type: ignore[attr-defined]
    assert len(os.listdir("/proc/self/fd")) == before


def test_more_threads_than_children(photo: Path, one_child: ProbePool) -> None:
    with ThreadPoolExecutor(8) as threads:
        probes = list(threads.map(lambda _: probe_path(one_child, photo), range(100)))
    assert {probe.condition for probe in probes} == {Condition.WHOLE}
    assert len(one_child.process_ids) == 1


def test_closing_says_nothing_about_files(photo: Path) -> None:
    pool = ProbePool(1, 30)
    with ThreadPoolExecutor(3) as threads:
        with pool:
            probe_path(pool, photo)
            (child,) = pool.process_ids
            os.kill(child, signal.SIGSTOP)
            waiting = [threads.submit(probe_path, pool, photo) for _ in range(3)]
            time.sleep(0.2)
        for each in waiting:
            with pytest.raises(RuntimeError, match="closed"):
                each.result(60)
    assert pool.process_ids == []
    assert not Path(f"/proc/{child}").exists()
    with pytest.raises(RuntimeError, match="closed"):
        probe_path(pool, photo)
    with pool:
        assert probe_path(pool, photo).condition is Condition.WHOLE


def test_children_do_not_outlive_a_killed_parent(photo: Path) -> None:
    code = (
        "import os, sys, time; from tasks.probing.pool import ProbePool\n"
        f"pool = ProbePool(2, 30).__enter__(); pool.probe(os.open({str(photo)!r}, 0), 'p.jpg')\n"
        "print(*pool.process_ids, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = parent.stdout.readline().split()
        assert len(children) == 2
        parent.kill()
    wait_until(lambda: not any(is_there(int(child)) for child in children), "children live")


FAKE_CHILD = """
import json, os, socket, struct, sys, time
channel, mode = socket.socket(fileno=int(sys.argv[2])), sys.argv[1]
def say(text):
    channel.sendall(struct.pack(">I", len(text)) + text)
if mode == "mute":
    sys.exit("no libraries here")
say(b'{"ready": true}')
while True:
    data, files, _, _ = socket.recv_fds(channel, 65536, 4)
    if mode == "nonsense": say(b"not json")
    if mode == "wrong": say(b'{"kind": "video", "condition": "sealed"}')
    if mode == "endless": channel.sendall(b"\\xff\\xff\\xff\\xff")
    if mode == "exit": os._exit(7)
    if mode == "drip":
        channel.sendall(struct.pack(">I", 1000))
        while True:
            channel.sendall(b" "); time.sleep(0.05)
"""


@pytest.mark.parametrize(
    ("mode", "seconds", "warning"),
    [
        ("nonsense", 30, "the probe answered nonsense"),
        ("wrong", 30, "the probe answered nonsense"),
        ("endless", 30, "the probe answered nonsense"),
        ("exit", 30, "the probe died of it (exit code 7)"),
        ("drip", 0.5, "the probe was stopped after 0.5 s"),
        ("silence", 0.5, "the probe was stopped after 0.5 s"),
    ],
)
def test_a_child_taken_over_by_its_file_is_not_believed(
    mode: str, seconds: float, warning: str, tmp_path: Path, photo: Path
) -> None:
    script = tmp_path / "child.py"
    script.write_text(FAKE_CHILD)
    with ProbePool(1, seconds, command=(sys.executable, str(script), mode)) as pool:
        for _ in range(2):
            probe = probe_path(pool, photo)
            assert (probe.condition, probe.warnings) == (Condition.UNREADABLE, (warning,))


@pytest.mark.parametrize("command", [(sys.executable, "{script}", "mute"), ("/no/such/python",)])
def test_a_child_that_does_not_start_is_a_setting_to_mend(
    command: tuple[str, ...], tmp_path: Path, photo: Path
) -> None:
    script = tmp_path / "child.py"
    script.write_text(FAKE_CHILD)
    command = tuple(part.format(script=script) for part in command)
    complaint = pytest.raises(ConfigurationError, match=r"no libraries here|no probing child")
    with complaint, ProbePool(1, 30, command=command) as pool:
        probe_path(pool, photo)


@pytest.mark.parametrize(("workers", "seconds"), [(0, 1), (1, 0), (1, -1), (1, float("nan")), (1, float("inf"))])
def test_settings_that_make_no_sense(workers: int, seconds: float) -> None:
    with pytest.raises(ConfigurationError):
        ProbePool(workers, seconds)


def test_an_old_child_is_replaced(monkeypatch: pytest.MonkeyPatch, photo: Path) -> None:
    monkeypatch.setattr(pool_module, "FILES_PER_CHILD", 2)
    with ProbePool(1, 30) as pool:
        seen = set()
        for _ in range(4):
            seen.update(pool.process_ids)
            probe_path(pool, photo)
        assert len(seen) == 2


GOOD = Answer(MediaKind.VIDEO).as_json()


@pytest.mark.parametrize(
    "lie",
    [
        {"kind": "film"},
        {"condition": "sealed"},
        {"duration_seconds": "long"},
        {"claimed_local": "yesterday"},
        {"claimed_local": 5},
        {"streams": 5},
        {"streams": [{"kind": "video"}]},
        {
            "streams": [
                {**dict.fromkeys(("codec", "height", "rate", "sample_rate", "channels")), "kind": "v", "width": "x"}
            ]
        },
        {"warnings": 5},
        {"still": "not base64!"},
    ],
)
def test_answers_are_checked(lie: dict[str, object]) -> None:
    assert probe_from_answer(GOOD) == Probe(MediaKind.VIDEO, Condition.WHOLE)
    with pytest.raises(ValueError, match=r"."):
        probe_from_answer({**GOOD, **lie})


def test_answers_are_made_harmless() -> None:
    probe = probe_from_answer(
        {**GOOD, "warnings": ["\x1b[2J" + "x" * 999] * 99, "duration_seconds": float("nan"), "container": "a\nb"}
    )
    assert len(probe.warnings) == 8
    assert len(probe.warnings[0]) == 200
    assert probe.warnings[0].startswith("?[2J")
    assert probe.duration_seconds is None
    assert probe.container == "a?b"
    assert probe_from_answer({**GOOD, "claimed_offset_seconds": 1e9}).claimed_offset is None
