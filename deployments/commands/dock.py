"""`custody dock`: take in a dump by hand, or whatever appears in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from blocks.station_names import station_name
from deployments.commands.send import send
from deployments.console import Bars, errors, out
from deployments.facts import acting, person_id, session_id
from deployments.home import Home
from deployments.operator import operator
from deployments.server import prefect_at_hand
from deployments.settings import read_settings
from tasks.dump import Dump


class DockGroup(TyperGroup):
    """`custody dock DIR` is short for `custody dock take-in DIR`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands:
            args = ["take-in", *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Options before the folder belong to `take-in` as well."""
        if args and args[0].startswith("-") and args[0] not in ("--help", "-h"):
            args = ["take-in", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=DockGroup, help="Take in a recorder's dump: custody dock DIR.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="The dump: a mounted recorder or a copy of one.", metavar="DIR")]

app.command("send")(send)


@app.command("take-in")
def take_in(
    folder: Folder,
    unit: Annotated[str | None, typer.Option(help="Code of the unit; the station's own by default.")] = None,
    wipe: Annotated[
        bool, typer.Option("--wipe", help="Then wipe what the receipt names, each file re-checked.")
    ] = False,
) -> None:
    """Take in one dump and issue its receipt. Interrupted, the same command finishes what it finds begun."""
    home = Home(read_settings())
    home.prepare()
    with Dump(folder):  # before a server is started for nothing
        pass
    with prefect_at_hand(home):
        number = _take_in(home, folder.resolve(), unit, wipe)
    page = home.settings.receipts / number / "receipt.html"
    out.print(f"[bold green]Receipt {number}[/]")
    out.print(f"  {page.with_suffix('.json')}", soft_wrap=True)
    out.print(f"  {page}", soft_wrap=True)


def _take_in(home: Home, folder: Path, unit: str | None, wipe: bool) -> str:
    """Run the flow in this process, whose operator may name any folder; returns the receipt's number."""
    from deployments.bootstrap import register
    from flows.upload import upload_dock_session
    from tasks.docking.work import open_session
    from tasks.progress import watched_by

    station = register(home, unit=unit)
    registry = station.registry.open()
    open_session(registry, station, folder, by=operator(), at=home.now())
    registry.dispose()
    with Bars() as bars, watched_by(bars):
        return upload_dock_session(folder, station=station_name(unit), wipe=wipe)


@app.command("confirm")
def confirm(
    session: Annotated[str, typer.Argument(help="Number of the dock session, such as DS-…", metavar="SESSION")],
    by: Annotated[str, typer.Option(help="Certificate number of the person who confirms it.")],
) -> None:
    """Confirm, on somebody's word, that what came over the air has arrived reliably (Art. 16)."""
    from registry.transitions.docking import confirm_arrival

    with acting(Home(read_settings())) as act:
        confirm_arrival(act, session_id(act.session, session), person_id(act.session, by))
    out.print(f"[bold green]✓[/] the arrival of {session} is confirmed")


@app.command("watch")
def watch(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Every folder in these is a dump.", metavar="DIR…")
    ] = None,
    settle: Annotated[float, typer.Option(help="Seconds without change before a dump is taken in.")] = 10.0,
    once: Annotated[bool, typer.Option("--once", help="Look once, then end.")] = False,
    wipe: Annotated[bool, typer.Option("--wipe", help="Wipe each dump by its receipt.")] = False,
    spool: Annotated[Path | None, typer.Option(help="What docks have pushed, a folder a unit.", hidden=True)] = None,
) -> None:
    """Take in every dump that appears in a folder, each as a run of its own; polling works on network mounts too."""
    home = Home(read_settings())
    home.prepare()
    with prefect_at_hand(home) as standing:
        from deployments.watch import Place, Watch

        by = operator() if wipe else "watch"  # whoever has it wiped answers for that
        places = [Place(folder.resolve(), None, wipe, settle, by) for folder in folders or []]
        watching = Watch(home, places, deployed=standing, spool=spool)
        watching.end_on_interrupt()
        errors.print(f"Watching {', '.join(map(str, folders or [])) or spool} – Ctrl-C ends.")
        watching.run(once=once)
