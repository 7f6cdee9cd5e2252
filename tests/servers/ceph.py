"""A throw-away Ceph object store with its S3 gateway: one monitor, disk and gateway on 127.0.0.1, without root."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from uuid import uuid4

from tests.servers.processes import free_port, start, stop, wait_until

COMMANDS = ("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "ceph", "monmaptool", "ceph-authtool")

_SETTINGS = """\
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{mon_port}/0]
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = {folder}/keyring
run dir = {folder}/run
admin socket = {folder}/run/$name.asok
log file = {folder}/log/$name.log
mon data = {folder}/mon
osd data = {folder}/osd
rgw data = {folder}/rgw
auth allow insecure global id reclaim = false
osd objectstore = bluestore
bluestore block size = {size}
bluestore block create = true
osd memory target = 1073741824
osd crush update on start = false
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 1000
mon warn on pool no redundancy = false
mon data avail crit = 1
mon data avail warn = 2
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw enable usage log = false
"""


class CephGateway:
    """`start` takes 12 to 15 seconds; `stop` removes its folder."""

    def __init__(self, folder: Path, size: int = 16 << 30) -> None:
        self.folder = folder
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.access_key = secrets.token_hex(10)
        self.secret_key = secrets.token_hex(20)
        self._size = size
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self._lay_out()
        self._daemon("mon", ["ceph-mon", "-f", "-i", "a"])
        self._make_disk()
        self._daemon("osd", ["ceph-osd", "-f", "-i", "0"])
        keyring = str(self.folder / "keyring")
        gateway = self._daemon("rgw", ["radosgw", "-f", "-n", "client.rgw", "--keyring", keyring])
        wait_until(self._answers, gateway, self.folder / "log" / "rgw.out", seconds=90)
        keys = [f"--access-key={self.access_key}", f"--secret-key={self.secret_key}"]
        self._run("radosgw-admin", "user", "create", "--uid=vault", "--display-name=vault", *keys)

    def stop(self) -> None:
        for process in reversed(self._processes):
            stop(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _lay_out(self) -> None:
        for name in ("mon", "osd", "rgw", "run", "log"):
            (self.folder / name).mkdir(parents=True)
        fsid, mon_port, keyring = str(uuid4()), free_port(), str(self.folder / "keyring")
        text = _SETTINGS.format(fsid=fsid, mon_port=mon_port, folder=self.folder, size=self._size, port=self.port)
        (self.folder / "ceph.conf").write_text(text)
        monmap = str(self.folder / "monmap")
        self._run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", f"[v2:127.0.0.1:{mon_port}/0]", monmap)
        self._run("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        for name, caps in {
            "client.admin": {"mon": "allow *", "osd": "allow *", "mgr": "allow *"},
            "osd.0": {"mon": "allow profile osd", "osd": "allow *"},
            "client.rgw": {"mon": "allow rw", "osd": "allow rwx"},
        }.items():
            given = [word for kind, cap in caps.items() for word in ("--cap", kind, cap)]
            self._run("ceph-authtool", keyring, "--gen-key", "-n", name, *given)
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap, "--keyring", keyring)

    def _make_disk(self) -> None:
        uuid = str(uuid4())
        self._run("ceph", "osd", "new", uuid)
        self._run("ceph", "osd", "crush", "add", "osd.0", "1.0", "root=default", "host=localhost")
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", uuid)

    def _daemon(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        configured = [*command, "-c", str(self.folder / "ceph.conf")]
        process = start(configured, self.folder / "log" / f"{name}.out")
        self._processes.append(process)
        return process

    def _run(self, *command: str) -> None:
        configured = [*command] if command[0] in ("monmaptool", "ceph-authtool") else [*command, "-c", self._settings]
        done = subprocess.run(configured, capture_output=True, timeout=60, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode(errors='replace')[-2000:]}")

    @property
    def _settings(self) -> str:
        return str(self.folder / "ceph.conf")

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(self.endpoint, timeout=5).close()
        except (urllib.error.URLError, OSError):
            return False
        return True
