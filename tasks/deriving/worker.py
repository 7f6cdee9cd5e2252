"""The deriving child: does the one job it is given, as `tasks.clipping.doing` says."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, replace
from typing import Any, BinaryIO

from tasks.clipping.doing import do_one
from tasks.deriving.wanted import Clip, Protected, Sound, Still, Wanted, kind_of, wanted_from_json
from tasks.probing.reading import GlanceStream


def work(job: dict[str, Any], source: GlanceStream, target: int) -> dict[str, Any]:
    """Make what is wanted; gives `tasks.deriving.made.Made` as JSON, without size and digest: the parent takes them."""
    wanted = wanted_from_json(job["wanted"])
    with os.fdopen(target, "w+b", closefd=False) as file:
        made = _make(source, file, wanted)
    asked = None if isinstance(wanted, Still) or made["actual"] is None else wanted.asked
    streams = [asdict(one) for one in made.get("streams", ())]
    actual = None if made["actual"] is None else _rounded(made["actual"])
    told = {"kind": kind_of(wanted).value, "tool": _tool(), "asked": None if asked is None else asdict(asked)}
    return {**made, **told, "actual": actual, "streams": streams}


def _make(source: GlanceStream, file: BinaryIO, wanted: Wanted) -> dict[str, Any]:
    """Each imports what it needs: a clip is there before the libraries for pictures are."""
    match wanted:
        case Clip():
            from tasks.deriving.clip import make_clip

            return make_clip(source, file, wanted)
        case Sound():
            from tasks.deriving.sound import make_sound

            return make_sound(source, file, wanted)
        case Still():
            from tasks.deriving.still import make_still

            return make_still(source, file, wanted)
        case Protected():
            from tasks.deriving.protect import make_protected

            return make_protected(source, file, wanted)


def _rounded(actual: Any) -> dict[str, Any]:
    whole = {name: None if at is None else round(at, 6) for name, at in asdict(actual).items()}
    return asdict(replace(actual, **whole))


def _tool() -> str:
    import av

    return f"PyAV {av.__version__} / libavformat {'.'.join(map(str, av.library_versions['libavformat']))}"


if __name__ == "__main__":
    do_one(sys.argv[1:], work)
