"""From a recorder at a dock far away to originals in the vault, and back to a recorder that may be wiped (Art. 16)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import httpx
import pytest

from blocks.signing import check_signature
from deployments.dock_client import send
from deployments.dock_wiping import wipe
from deployments.dock_wire import Wire
from desk.app import create_app
from flows.upload import upload_dock_session
from registry.database import Registry
from registry.queries.docks import token_hash
from registry.transitions.docks import issue_token
from tasks.dump import Dump
from tests.desk.test_names import files_of
from tests.fixtures.desks import NOW, PAGES_KEY, InProcess
from tests.fixtures.stations import Scene

pytestmark = pytest.mark.servers

TOKEN = "the token of a dock far away"
FILES = {
    b"DCIM/DSJ00001_SL000001_20260521120000_0001.mp4": b"not really a film",
    b"DCIM/copy.mp4": b"not really a film",
    "照片/现场\n1.jpg".encode(): b"not really a picture",
    b"\xff\xfe.wav": b"",
}


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    folder = tmp_path / "recorder"
    for name, content in FILES.items():
        path = folder / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_sent_taken_in_sealed_and_wiped_by_the_receipt(scene: Scene, recorder: Path, tmp_path: Path) -> None:
    registry = Registry(scene.station.registry.url.get_secret_value())
    with registry.acting("test", NOW) as act:
        issued = issue_token(act, name="gate", unit_code="chengguan", token_hash=token_hash(TOKEN)).id
    app = create_app(
        registry=registry,
        spool=tmp_path / "spool",
        receipts=scene.station.receipt_folder,
        pages_key=PAGES_KEY,
        base_url="http://desk",
    )
    wire = Wire("http://desk", TOKEN, clear_text=True, patience_seconds=0.0, transport=InProcess(app))
    public_key = scene.station.receipt_key.public_key

    with wire, Dump(recorder) as dump:
        sent = send(wire, dump, recorder, list(dump.entries()), lambda done: None)
        spooled = tmp_path / "spool" / "ready" / "chengguan" / sent.state["batch"]
        assert files_of(spooled) == FILES

        number = upload_dock_session(spooled, station=scene.name, wipe=True)
        state = wire.wait_for_receipt(sent.state["batch"])

        assert state["receipt"]["number"] == number
        signed = state["receipt"]["signed"]
        check_signature(signed["document"], signed["signature"]["ed25519"], public_key)
        assert len(json.loads(signed["document"])["may_be_wiped"]) == len(FILES)
        assert files_of(spooled) == {}, "the spool is a copy: its receipt frees it"
        assert files_of(recorder) == FILES, "the recorder is the dock's to wipe"
        assert wipe(dump, state, public_key, lambda done: None) == []
    assert files_of(recorder) == {}

    with httpx.Client(transport=InProcess(app)) as browser:
        page = browser.get(state["receipt"]["link"])
        file = browser.get(state["receipt"]["link"].replace("?", "/receipt.json?"))
    assert (page.status_code, number in page.text) == (200, True)
    assert file.json() == signed
    scene.dump = spooled
    assert scene.session().opened_by == f"dock:{issued}"
    assert {path.read_bytes() for path in scene.originals()} == set(FILES.values())
    registry.dispose()
