"""Which container a copy goes into: the family it came from, or Matroska, which takes nearly everything.

A container that would rewrite what it is given is found out by the digests: see `tasks.deriving.clip`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from av.container import InputContainer


@dataclass(frozen=True, slots=True)
class Form:
    """A container as libavformat writes it: its name there, the usual extension and media type."""

    muxer: str
    extension: str
    media_type: str
    options: Mapping[str, str] = field(default_factory=dict)


MP4 = Form("mp4", "mp4", "video/mp4")
MOV = Form("mov", "mov", "video/quicktime")
MATROSKA = Form("matroska", "mkv", "video/x-matroska")
MATROSKA_SOUND = Form("matroska", "mka", "audio/x-matroska")
WAV = Form("wav", "wav", "audio/wav", {"rf64": "auto"})  # more than 4 GiB
PNG = Form("", "png", "image/png")
JPEG = Form("", "jpg", "image/jpeg")

_FAMILIES: Mapping[str, Form] = {  # by what `tasks.probing.sniffing` has it read by
    "avi": Form("avi", "avi", "video/x-msvideo"),
    "mpegts": Form("mpegts", "ts", "video/mp2t"),
    "flv": Form("flv", "flv", "video/x-flv"),
    "matroska": MATROSKA,
    "wav": WAV,
    "mp3": Form("mp3", "mp3", "audio/mpeg"),
    "amr": Form("amr", "amr", "audio/amr"),
    "aac": Form("adts", "aac", "audio/aac"),
    "ogg": Form("ogg", "ogg", "audio/ogg"),
    "flac": Form("flac", "flac", "audio/flac"),
}
_BRANDS: Mapping[str, Form] = {
    "qt": MOV,
    "3gp": Form("3gp", "3gp", "video/3gpp"),
    "3g2": Form("3g2", "3g2", "video/3gpp2"),
    "m4a": Form("ipod", "m4a", "audio/mp4"),
}
_QUICKTIME = "mov"


def forms_for(whole: InputContainer) -> list[Form]:
    """What is tried for a copy of `whole`, in this order."""
    own = _family(whole)
    last = MATROSKA if whole.streams.video else MATROSKA_SOUND
    if own is None or own.muxer == last.muxer:
        return [last]
    is_vague = own.muxer == "avi" and any(one.codec_context.name == "aac" for one in whole.streams.audio)
    return [last, own] if is_vague else [own, last]  # AVI would time AAC by its bytes


def _family(whole: InputContainer) -> Form | None:
    name = whole.format.name
    if name != _QUICKTIME:
        return _FAMILIES.get(name)
    brand = whole.metadata.get("major_brand", "").strip().lower()
    form = next((form for begins, form in _BRANDS.items() if brand.startswith(begins)), MP4)
    # Recorders put raw sound into MP4 as QuickTime names it; as MP4 names it few programs know it.
    is_raw = any(one.codec_context.name.startswith(("pcm_", "adpcm_")) for one in whole.streams.audio)
    return MOV if form is MP4 and is_raw else form
