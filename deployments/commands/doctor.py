"""`custody doctor`: what is missing on this machine, and how to mend it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import Annotated

import typer
from rich.table import Table

from deployments.commands.checking import Check, tried
from deployments.commands.watching import WITHIN_MINUTES, heartbeat, look_at_watch
from deployments.console import out
from deployments.facts import reading
from deployments.home import PAGES_KEY, RECEIPT_KEY, Home
from deployments.policies import looked_at, strangers
from deployments.server import is_free, scheduled_runs
from deployments.settings import read_settings
from registry.database import Registry
from regulation.errors import ConfigurationError, CustodyError

LEAST_FREE_GIB = 5
SCHEDULES_MEND = (
    "wait a minute after a start; run `custody up`, or apply prefect.yaml and look for errors of the scheduler in the "
    "server's log"
)
VAULT_MENDS = {
    "directory": "mount its disk, see CUSTODY_VAULT_… in docs/reference/settings.md; `custody vault lay-out` if it is "
    "lost",
    "s3": "set what is named by CUSTODY_S3_ENDPOINT, _REGION, _BUCKET, _ACCESS_KEY, _SECRET_KEY, _CERTIFICATES or "
    "_ACCEPTS_NO_OBJECT_LOCK (docs/reference/settings.md), or see that the server runs; `custody vault lay-out` if the "
    "bucket is lost",
}


def doctor(
    heartbeat_only: Annotated[
        bool, typer.Option("--heartbeat", help="Only whether the sweep over deadlines runs; for a watchdog's cron.")
    ] = False,
    within: Annotated[int, typer.Option(help="With --heartbeat: the minutes a sweep may be ago.")] = WITHIN_MINUTES,
) -> None:
    """Look at Python, home, clock, disk, registry, vault, keys, server and the watch over duties; status 1 when
    something grave is wrong."""
    home = Home(read_settings())
    home.enter()
    if heartbeat_only:
        heartbeat(home, within)
        return
    looks = LOOKS if home.root.exists() or home.settings.database_url is not None else WITHOUT_ANYTHING
    checks = [check for look in looks for check in look(home)]
    table = Table("", "what", "found", "to mend it")
    for check in checks:
        mark = "[green]✓[/]" if check.well else "[red]✗[/]" if check.grave else "[yellow]![/]"
        table.add_row(mark, check.what, check.found, "" if check.well else check.mend)
    out.print(table)
    if any(check.grave and not check.well for check in checks):
        raise typer.Exit(1)


def _python(home: Home) -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    well = (3, 11) <= sys.version_info[:2] < (3, 14)
    yield Check("Python", well, version, "use Python 3.11, 3.12 or 3.13")


def _home(home: Home) -> Iterator[Check]:
    root = home.root
    if not root.exists():
        yield Check(
            "home", False, f"{root} is not there", "run `custody up` or `custody dock DIR` once, or set CUSTODY_HOME"
        )
        return
    mode = root.stat().st_mode & 0o077
    yield Check("home", os.access(root, os.W_OK), str(root), f"make {root} writable for this user")
    yield Check("home is private", mode == 0, f"{root.stat().st_mode & 0o777:o}", f"chmod 700 {root}", grave=False)
    for secret in (RECEIPT_KEY, "prefect-password", PAGES_KEY):
        path = root / secret
        well = path.exists() and path.stat().st_mode & 0o077 == 0
        yield Check(secret, well, "there, private" if well else "missing or readable by others", f"chmod 600 {path}")


def _disk(home: Home) -> Iterator[Check]:
    settings = home.settings
    for what, path in (("disk of home", home.root), ("disk of the vault", settings.vault_root)):
        if what.endswith("vault") and settings.vault != "directory":
            continue
        at = next(p for p in (path, *path.parents) if p.exists())
        free = shutil.disk_usage(at).free / 2**30
        yield Check(
            what, free > LEAST_FREE_GIB, f"{free:.0f} GiB free", f"free at least {LEAST_FREE_GIB} GiB", grave=False
        )


def _registry(home: Home) -> Iterator[Check]:
    def look(question: Callable[[Registry], str]) -> str:
        registry = Registry(home.settings.registry_url)
        try:
            registry.check()
            return question(registry)
        finally:
            registry.dispose()

    mend = "run `custody registry migrate`, or set CUSTODY_DATABASE_URL"
    reached = tried("registry", lambda: look(lambda registry: registry.shown_url), mend)
    yield reached
    if reached.well:
        mend = "import it with `custody directory import units.csv`, or set CUSTODY_UNIT"
        yield tried("unit", lambda: look(lambda registry: _unit(home, registry)), mend)


def _unit(home: Home, registry: Registry) -> str:
    """The installation's own unit, which sessions are opened for."""
    from registry.queries import unit_by_code

    code = home.settings.unit
    with registry.reading() as reading:
        if unit_by_code(reading, code) is None:
            raise ConfigurationError("No unit has this code.", subject=f"CUSTODY_UNIT={code}")
    return code


def _policy(home: Home) -> Iterator[Check]:
    """The policy of every unit: each fault by file, key and article."""
    mend = "mend the file that is named; `custody policy try FILE --since DAY` says what it would do"
    try:
        policies, problems = looked_at(home)
    except CustodyError as refused:
        yield Check(
            "policy", False, str(refused), "mend the registry, or CUSTODY_POLICY_FILES; see docs/reference/settings.md"
        )
        return
    for problem in problems:
        yield Check("policy", False, str(problem), mend)
    if not problems:
        units = ", ".join(sorted(policies.own))
        yield Check("policy", True, f"sound; rules of their own: {units}" if units else "sound")
    for code in strangers(home, policies):
        mend = "correct `unit` in the layer of CUSTODY_POLICY_FILES, or import the unit"
        yield Check("policy of no unit", False, f"a layer is for {code!r}, which nobody has entered", mend, grave=False)


def _vault(home: Home) -> Iterator[Check]:
    from deployments.bootstrap import prepare_vault

    try:
        with reading(home):
            pass
    except CustodyError:
        yield Check("vault", False, "not looked at", "mend the registry first: it says what the vault should hold")
        return
    try:
        abilities = prepare_vault(home)
    except CustodyError as refused:
        yield Check("vault", False, str(refused), VAULT_MENDS[home.settings.vault])
        return
    yield Check("vault", True, home.settings.vault)
    for ability in abilities:
        yield Check(
            f"vault: {ability.name}", ability.given, ability.detail, "the store does not give this", ability.required
        )


def _dock_roots(home: Home) -> Iterator[Check]:
    for root in home.settings.dock_roots:
        well = root.is_dir() and os.access(root, os.R_OK | os.X_OK)
        found = str(root) if well else f"{root} is no folder that can be read"
        yield Check("dock folder", well, found, "mount or create it, or take it out of CUSTODY_DOCK_ROOTS", grave=False)


def _blocks(home: Home) -> Iterator[Check]:
    from blocks.kept import check_secrets
    from deployments.bootstrap import blocks_of

    def look() -> str:
        for block in blocks_of(home).values():
            check_secrets(block, "default")
        return "no secret in any, and each where they say"

    yield tried("blocks", look, "set what is named; `custody blocks --check` says what was changed in Prefect")


def _server(home: Home) -> Iterator[Check]:
    well = home.server_answers()
    yield Check("Prefect server", well, home.settings.api_url, "run `custody up`", grave=False)
    if well:
        yield tried("schedules", lambda: _schedules(home), SCHEDULES_MEND, grave=False)
    else:
        for port in (home.settings.prefect_port, home.settings.pages_port):
            free = is_free(home.settings.host, port)
            mend = "another program has it; set CUSTODY_PREFECT_PORT or CUSTODY_PAGES_PORT"
            yield Check(f"port {port}", free, "free" if free else "taken", mend, grave=False)


def _schedules(home: Home) -> str:
    if (waiting := scheduled_runs(home)) == 0:
        raise ConfigurationError("Nothing is scheduled: no sweep, audit or notice begins by itself.", article="Art. 20")
    return f"{waiting} runs wait for their time"


LOOKS = (_python, _home, _disk, _registry, _policy, _vault, _dock_roots, _blocks, _server, look_at_watch)
WITHOUT_ANYTHING = (_python, _home, _dock_roots, _server)
"""What can be looked at before there is a home or a registry: the rest would only say that again."""
