"""The deriving child: does the one job it is given, as `tasks.clipping.doing` says."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from typing import Any

import av

from tasks.clipping.doing import Target, serve
from tasks.deriving.clip import make_clip
from tasks.deriving.protect import make_protected
from tasks.deriving.sound import make_sound
from tasks.deriving.still import make_still
from tasks.deriving.wanted import Clip, Protected, Sound, Still, Wanted, kind_of, wanted_from_json
from tasks.probing.reading import GlanceStream


def work(job: dict[str, Any], source: GlanceStream, target: Target | None) -> dict[str, Any]:
    """Make what is wanted; gives `tasks.deriving.made.Made` as JSON, without size and digest: the parent takes them."""
    wanted = wanted_from_json(job["wanted"])
    assert target is not None
    made = _make(source, target, wanted)
    asked = None if isinstance(wanted, Still) or made["actual"] is None else wanted.asked
    streams = [asdict(one) for one in made.get("streams", ())]
    actual = None if made["actual"] is None else _rounded(made["actual"])
    told = {"kind": kind_of(wanted).value, "tool": _tool(), "asked": None if asked is None else asdict(asked)}
    return {**made, **told, "actual": actual, "streams": streams}


def _make(source: GlanceStream, target: Target, wanted: Wanted) -> dict[str, Any]:
    match wanted:
        case Clip():
            return make_clip(source, target.file, wanted, target.is_written)
        case Sound():
            return make_sound(source, target.file, wanted)
        case Still():
            return make_still(source, target.file, wanted)
        case Protected():
            return make_protected(source, target.file, wanted)


def _rounded(actual: Any) -> dict[str, Any]:
    whole = {name: None if at is None else round(at, 6) for name, at in asdict(actual).items()}
    return asdict(replace(actual, **whole))


def _tool() -> str:
    return f"PyAV {av.__version__} / libavformat {'.'.join(map(str, av.library_versions['libavformat']))}"


if __name__ == "__main__":
    serve(sys.argv[1:], work)
