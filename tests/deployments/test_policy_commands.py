"""Policies that are not sound are refused where the system starts, and shown by the doctor (Art. 14, 23)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from regulation.errors import ConfigurationError
from tests.blocks.test_unit_policy import UPSIDE_DOWN, gap, layer
from tests.fixtures.duties import Duties
from tests.fixtures.typed import Run

Write = Callable[..., list[Path]]


@pytest.fixture
def policy_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes layers, each to a file of its own, and names them in the settings."""
    monkeypatch.setenv("CUSTODY_VAULT_IMMUTABLE", "false")

    def write(*layers: str) -> list[Path]:
        files = [tmp_path / f"layer-{place}.toml" for place, _ in enumerate(layers)]
        for file, text in zip(files, layers, strict=True):
            file.write_text(text, encoding="utf-8")
        monkeypatch.setenv("CUSTODY_POLICY_FILES", json.dumps([str(file) for file in files]))
        return files

    return write


def of_the_policy(run: Run) -> list[str]:
    return [line for line in run("doctor").stdout.splitlines() if " policy" in line]


@pytest.mark.parametrize(
    ("bad", "key"),
    [
        (gap(), "upload_hours"),
        (UPSIDE_DOWN, "upload_principal_leader_hours"),
        (layer("xf", 1).replace("upload_hours", "upload_chief_hours"), "upload_chief_hours"),
        ('layer = "unit"\ndocument = "x"', "unit"),
    ],
    ids=["gap", "order of the ladder", "unknown role", "no unit"],
)
def test_a_policy_that_is_not_sound_is_refused_at_the_start_and_shown_by_the_doctor(
    custody_run: Run, policy_files: Write, bad: str, key: str
) -> None:
    _, file = policy_files(layer("jt", 8), bad)

    refused = custody_run("up", "--once").exception
    shown = custody_run("doctor")

    assert isinstance(refused, ConfigurationError)
    assert refused.subject == f"{file}: {key}"
    assert refused.article is not None
    assert shown.exit_code == 1
    assert any("✗" in line and " policy" in line for line in shown.stdout.splitlines())
    assert file.name in shown.stdout


def test_a_file_that_cannot_be_read_is_refused_too(custody_run: Run, policy_files: Write) -> None:
    [file] = policy_files(layer("jt", 8))
    file.write_bytes(b"\xff\xfe")

    assert isinstance(custody_run("up", "--once").exception, ConfigurationError)
    assert any("✗" in line for line in of_the_policy(custody_run))


def test_the_doctor_names_the_units_that_have_rules_of_their_own(custody_run: Run, policy_files: Write) -> None:
    policy_files(layer(None, 20), layer("xf", 12), layer("jt", 8))

    [line] = of_the_policy(custody_run)

    assert "✓" in line
    assert "jt, xf" in line


def test_a_layer_for_a_unit_that_nobody_has_entered_is_shown(custody_run: Run, policy_files: Write) -> None:
    policy_files(layer("fx", 12))

    _, line = of_the_policy(custody_run)

    assert "!" in line
    assert "'fx'" in line


def draft_of(folder: Path, text: str) -> Path:
    file = folder / "draft.toml"
    file.write_text(text, encoding="utf-8")
    return file


def tried(run: Run, draft: Path) -> Result:
    return run("policy", "try", str(draft), "--since", "2026-01-01")


def test_a_draft_is_measured_by_its_own_unit_and_not_by_the_neighbours(
    custody_run: Run, duty_city: Duties, policy_files: Write, tmp_path: Path
) -> None:
    policy_files(layer("jt", 8))  # stricter than the draft, and no concern of it
    duty_city.settle()
    duty_city.city.wait(hours=15)

    told = tried(custody_run, draft_of(tmp_path, layer("xf", 12)))

    assert told.exit_code == 0, told
    assert "upload: late instead" in told.stdout
    assert "jt" not in told.stdout


@pytest.mark.parametrize(
    ("bad", "key"),
    [
        (layer("xf", 48), "upload_hours"),
        (layer("xfa", 15), "upload_hours"),  # laxer than the unit it is part of
        (UPSIDE_DOWN, "upload_principal_leader_hours"),
        (layer("fx", 12), "unit = 'fx'"),
        ('layer = "unit"\ndocument = "x"', "unit"),
    ],
)
def test_a_draft_that_is_not_sound_is_refused_by_file_key_and_article(
    custody_run: Run, policy_files: Write, tmp_path: Path, bad: str, key: str
) -> None:
    policy_files(layer("xf", 12), layer("jt", 8)) if "xfa" in bad else policy_files(layer("jt", 8))
    draft = draft_of(tmp_path, bad)

    refused = tried(custody_run, draft).exception

    assert isinstance(refused, ConfigurationError)
    assert refused.subject == f"{draft}: {key}"
    assert refused.article


def test_units_whose_rules_a_superior_s_draft_would_make_too_lax_are_named(
    custody_run: Run, duty_city: Duties, policy_files: Write, tmp_path: Path
) -> None:
    _, of_unit = policy_files(layer("jt", 8), layer("xf", 12))
    duty_city.settle()

    told = tried(custody_run, draft_of(tmp_path, layer(None, 10)))

    assert told.exit_code == 0, told
    assert "✗ xf: " in told.stdout
    assert of_unit.name in told.stdout
    assert "✗ jt" not in told.stdout
