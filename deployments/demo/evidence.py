"""The demo's act about evidence: people turn footage into a package that a court checks by itself (Art. 19)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from html import unescape
from pathlib import Path

from rich.table import Table

from blocks.evidence_package import package_folder
from deployments.console import errors, out
from deployments.demo.access import LEADER, enrolled
from deployments.demo.browser import Form, Page, Person
from deployments.demo.city import LATE_OFFICER, RECORDER, UNIT, Day
from deployments.facts import reading
from deployments.home import Home
from registry.queries.conversion import conversion_numbered, discs_of
from regulation.conversion_states import ConversionState
from regulation.errors import CustodyError

ADMINISTRATOR, HEAD = "SL010101", "SL010003"
_PATIENCE = 180.0
_LISTED = 12


def convert(home: Home, day: Day, mailbox: str) -> Path:
    """Ask for footage with a copy, enter the case, convert, extract, check, sign, and verify what comes out; gives the
    disc that the court keeps."""
    table = Table("who", "does", "what came of it", title="Footage becomes evidence (Art. 19)")
    with errors.status("Converting footage to evidence"), _people(home, mailbox) as people:
        officer, leader, administrator, checker, head = people
        request = _granted(officer, leader, day)
        told = _explained(officer, head, day)
        table.add_row(officer.number, "says why recording stopped for a while", told)
        case = _case(administrator, day)
        table.add_row(ADMINISTRATOR, "enters the case file", case)
        number = _asked(officer, request, case)
        table.add_row(officer.number, "says what it proves", f"{number}: handed in")
        _say(officer, number, "extract", "从保管库原件提取（示例）")
        table.add_row(officer.number, "extracts", _until(home, number, ConversionState.CHECKING))
        _say(checker, number, "check", "与原件一致（示例）")
        table.add_row(checker.number, "checks, as a second person", "what was made is what was asked")
        _say(head, number, "sign", "同意签发（示例）")
        table.add_row(head.number, "signs", _until(home, number, ConversionState.ISSUED))
    bag = _bag(home, number)
    disc = home.root / "court" / bag.name
    shutil.copytree(bag, disc)  # what a drive would burn
    table.add_row("a court's clerk", "runs verify.py, which is on the disc", _verified(disc))
    out.print(table)
    out.print(f"  Package     {bag.parent}")
    out.print(f"  Conversion  {home.settings.pages_url}/conversions/{number}  (password and codes as above)")
    return disc


def show_disc(home: Home, disc: Path) -> None:
    """What the court still has when the machine's own copies are long gone: the files, and that they check by
    themselves."""
    machine = home.settings.packages / disc.name
    here = "still there" if machine.exists() else "removed, their time was over"
    out.print(f"  On the machine the files of {disc.name} are {here}. On the court's disc:")
    for line in _contents(disc):
        out.print(f"    {line}")
    out.print(f"  python3 verify.py   {_verified(disc)}")
    out.print(f"  Disc        {disc}", soft_wrap=True)


@contextmanager
def _people(home: Home, mailbox: str) -> Iterator[list[Person]]:
    """Everybody whose word it takes, signed in."""
    with ExitStack() as stack:
        found = []
        for number in (RECORDER.officer, LEADER, ADMINISTRATOR, LATE_OFFICER, HEAD):
            one = enrolled(home, number, mailbox)
            stack.callback(one.leave)
            one.sign_in("/conversions")
            found.append(one)
        yield found


def _activity(day: Day) -> str:
    """The second activity of the day."""
    return f"{UNIT}-{day.service_start:%Y}-00002"


def _granted(officer: Person, leader: Person, day: Day) -> Page:
    """A request for the second activity's footage, a copy included, which the leader grants."""
    page = officer.open(f"/new-request?activity={_activity(day)}&copies=1")
    form = next(one for one in page.forms if "recording" in one.fields)
    asked = officer.send(page, form, recording=form.fields["recording"], purpose="作为案件证据（示例）")
    place = asked.address.removeprefix(asked.address.split("/requests/")[0])
    page = leader.open(place)
    leader.send(page, page.form("/steps/"), do="approve", reason="同意，用于办案（示例）", change="", successor="")
    return officer.open(place)


def _explained(officer: Person, head: Person, day: Day) -> str:
    """Why nothing was recorded between two of the recordings; whoever heads the department takes note (Art. 13)."""
    found = re.search(r"/activities/[0-9a-f-]{36}", officer.open(f"/activities?words={_activity(day)}").text)
    if found is None:
        raise CustodyError("the desk does not show the activity")
    page = officer.open(found[0])
    [gap, *_] = re.findall(r'<option value="([^"]+/[^"]+)"', page.text)
    form = next(one for one in page.forms if one.fields.get("do") == ["report"])
    officer.send(page, form, gap=unescape(gap), manner="spoken", reason="更换电池，恢复记录时已说明（示例）")
    page = head.open(found[0])
    head.send(page, next(one for one in page.forms if one.fields.get("do") == ["acknowledge"]))
    return "the head of the department takes note"


def _case(administrator: Person, day: Day) -> str:
    number = f"示例罚立〔{day.now:%Y}〕7号"
    page = administrator.open("/cases/new")
    form = next(one for one in page.forms if "number" in one.fields)
    administrator.send(page, form, number=number, unit=UNIT, permanent="")
    return number


def _asked(officer: Person, request: Page, case: str) -> str:
    """The conversion, handed in; gives its number."""
    found = re.search(r"/conversions/new\?grant=[0-9a-f-]+", request.text)
    if found is None:
        raise CustodyError("the grant offers no conversion")
    page = officer.open(found[0])
    form = next(one for one in page.forms if "item" in one.fields)
    keys = form.fields["item"]
    filled: dict[str, str | list[str]] = {
        "recording": keys,
        "case": case,
        "cause": "送达执法文书（示例）",
        "carrier": "dvd-r",
        "copies": "1",
        "extractor": officer.number,
        "checker": LATE_OFFICER,
        "proves": "执法文书已当场送达（示例）",
    }
    for name in form.fields:
        if name.startswith(("sound-", "original-")):
            filled[name] = "yes" if name.startswith("original-") else ""
    filled |= {f"start-{keys[0]}": "0.5", f"end-{keys[0]}": "2", f"stills-{keys[0]}": "0.5, 1.5"}
    asked = officer.send(page, form, **filled, do="submit")
    return asked.address.rsplit("/", 1)[1]


def _say(person: Person, number: str, do: str, reason: str) -> None:
    page = person.open(f"/conversions/{number}")
    person.send(page, _step(page), do=do, reason=reason)


def _step(page: Page) -> Form:
    return next(one for one in page.forms if "step" in one.fields and "reason" in one.fields)


def _until(home: Home, number: str, state: ConversionState) -> str:
    """Wait for the worker's run, which looks into the registry after each answer."""
    end = time.monotonic() + _PATIENCE
    while True:
        with reading(home) as session:
            row = conversion_numbered(session.connection(), number)
        assert row is not None
        if row.state is state:
            return f"its run goes on: {state.value}"
        if row.state is ConversionState.DRAFT or time.monotonic() > end:
            raise CustodyError(f"{number} is {row.state.value}: {row.problem or 'its run did not come'}")
        time.sleep(0.5)


def _bag(home: Home, number: str) -> Path:
    with reading(home) as session:
        row = conversion_numbered(session.connection(), number)
        assert row is not None
        [disc] = discs_of(session.connection(), row.id)
    return package_folder(home.settings.packages, number, row.edition) / str(disc.name)


def _verified(bag: Path) -> str:
    """By a Python without any package, as on any machine."""
    command = [sys.executable, "-I", "-S", str(bag / "verify.py"), str(bag)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise CustodyError(f"verify.py does not find {bag.name} sound: {done.stdout}{done.stderr}")
    good = sum(line.lstrip().startswith("✓") for line in done.stdout.splitlines())
    return f"{(done.stdout.split() or ['nothing'])[-1]}: {good} checks"


def _contents(bag: Path) -> list[str]:
    """What is on the disc."""
    files = [path.relative_to(bag) for path in sorted(bag.rglob("*")) if path.is_file()]
    files.sort(key=lambda path: path.parts[:2] != ("data", "statement"))  # what is read first, first
    shown = [f"{path}  {(bag / path).stat().st_size:,}" for path in files if path.parts[0] == "data"]
    return [*shown[:_LISTED], *([f"… {len(files)} files in all"] if len(files) > _LISTED else [])]
