"""What the first bytes say a file is. Names are only compared with that, never believed.

Standard library only: the parent uses it too, to class a file that its child died of.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from regulation.vocabulary import MediaKind

HEAD_BYTES = 4096
"""How much of the start of a file is looked at."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What the bytes look like. `demuxer` is the one FFmpeg format allowed to read them, None where none may."""

    container: str
    kind: MediaKind
    demuxer: str | None = None

    @property
    def is_media(self) -> bool:
        return self.kind is not MediaKind.OTHER


VIDEO, PHOTO, SOUND, OTHER = MediaKind.VIDEO, MediaKind.PHOTO, MediaKind.SOUND, MediaKind.OTHER

EXTENSIONS: dict[str, frozenset[str]] = {
    "mp4": frozenset({"mp4", "m4v", "mov", "qt", "3gp", "3g2", "m4a", "lrv", "insv"}),
    "avi": frozenset({"avi", "divx"}),
    "ts": frozenset({"ts", "m2ts", "mts", "m2t", "tp", "trp"}),
    "mkv": frozenset({"mkv", "webm", "mka"}),
    "flv": frozenset({"flv", "f4v"}),
    "asf": frozenset({"asf", "wmv", "wma"}),
    "mpeg": frozenset({"mpg", "mpeg", "vob", "ps", "mp2"}),
    "dav": frozenset({"dav"}),
    "h264": frozenset({"h264", "264", "avc"}),
    "h265": frozenset({"h265", "265", "hevc"}),
    "jpeg": frozenset({"jpg", "jpeg", "jpe", "jfif", "thm", "mpo"}),
    "png": frozenset({"png"}),
    "gif": frozenset({"gif"}),
    "bmp": frozenset({"bmp", "dib"}),
    "webp": frozenset({"webp"}),
    "tiff": frozenset({"tif", "tiff", "dng"}),
    "heic": frozenset({"heic", "heif", "hif"}),
    "avif": frozenset({"avif"}),
    "wav": frozenset({"wav", "wave"}),
    "amr": frozenset({"amr", "awb"}),
    "mp3": frozenset({"mp3", "mp2", "mpga"}),
    "aac": frozenset({"aac", "adts"}),
    "ogg": frozenset({"ogg", "oga", "opus", "ogv", "ogx", "spx"}),
    "flac": frozenset({"flac"}),
}
"""Which extensions fit which container."""

_KINDS_OF_EXTENSIONS = {
    **dict.fromkeys(("jpeg", "png", "gif", "bmp", "webp", "tiff", "heic", "avif"), PHOTO),
    **dict.fromkeys(("wav", "amr", "mp3", "aac", "ogg", "flac"), SOUND),
}
_SOUND_ALTHOUGH_SHARED = frozenset({"m4a", "mka", "wma"})

# Offset, bytes, what they mean; the first that fits wins.
_MAGIC: tuple[tuple[int, bytes, Guess], ...] = (
    (0, b"\xff\xd8\xff", Guess("jpeg", PHOTO)),
    (0, b"\x89PNG\r\n\x1a\n", Guess("png", PHOTO)),
    (0, b"GIF87a", Guess("gif", PHOTO)),
    (0, b"GIF89a", Guess("gif", PHOTO)),
    (0, b"II*\0", Guess("tiff", PHOTO)),
    (0, b"MM\0*", Guess("tiff", PHOTO)),
    (0, b"\x1aE\xdf\xa3", Guess("mkv", VIDEO, "matroska")),
    (0, b"FLV\x01", Guess("flv", VIDEO, "flv")),
    (0, b"0&\xb2u\x8ef\xcf\x11", Guess("asf", VIDEO, "asf")),
    (0, b"DHAV", Guess("dav", VIDEO, "dhav")),
    (0, b"\0\0\x01\xba", Guess("mpeg", VIDEO, "mpeg")),
    (0, b"\0\0\x01\xb3", Guess("mpeg", VIDEO, "mpegvideo")),
    (0, b"#!AMR", Guess("amr", SOUND, "amr")),
    (0, b"OggS", Guess("ogg", SOUND, "ogg")),
    (0, b"fLaC", Guess("flac", SOUND, "flac")),
    (0, b"ID3", Guess("mp3", SOUND, "mp3")),
    (0, b"PK\x03\x04", Guess("zip", OTHER)),
    (0, b"PK\x05\x06", Guess("zip", OTHER)),
    (0, b"Rar!\x1a\x07", Guess("rar", OTHER)),
    (0, b"7z\xbc\xaf\x27\x1c", Guess("7z", OTHER)),
    (0, b"\x1f\x8b", Guess("gzip", OTHER)),
    (0, b"BZh", Guess("bzip2", OTHER)),
    (0, b"\xfd7zXZ\0", Guess("xz", OTHER)),
    (0, b"\x28\xb5\x2f\xfd", Guess("zstd", OTHER)),
    (257, b"ustar", Guess("tar", OTHER)),
    (0, b"\x7fELF", Guess("executable", OTHER)),
    (0, b"MZ", Guess("executable", OTHER)),
    (0, b"\xcf\xfa\xed\xfe", Guess("executable", OTHER)),
    (0, b"\xca\xfe\xba\xbe", Guess("executable", OTHER)),
    (0, b"SQLite format 3\0", Guess("database", OTHER)),
    (0, b"%PDF-", Guess("pdf", OTHER)),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Guess("office", OTHER)),
)
_RIFF_FORMS = {
    b"AVI ": Guess("avi", VIDEO, "avi"),
    b"WAVE": Guess("wav", SOUND, "wav"),
    b"WEBP": Guess("webp", PHOTO),
}
_BOXES_AT_START = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof"})
_STILL_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc"), Guess("heic", PHOTO)),
    **dict.fromkeys((b"avif", b"avis"), Guess("avif", PHOTO)),
}
MP4 = Guess("mp4", VIDEO, "mov")
MP4_SOUND = Guess("mp4", SOUND, "mov")


def sniff(head: bytes) -> Guess | None:
    """What the first `HEAD_BYTES` of a file say it is; None when they say nothing."""
    for offset, magic, guess in _MAGIC:
        if head.startswith(magic, offset):
            return guess
    for look in (_riff, _boxes, _transport_stream, _annex_b, _sound_frames, _bitmap, _text):
        found = look(head)
        if found is not None:
            return found
    return None


def extension_of(shown_name: str) -> str:
    """The lower-case extension without its dot, "" where the name has none worth the word."""
    stem, dot, suffix = shown_name.rstrip(" .").rpartition(".")
    return suffix.lower() if dot and stem and suffix.isascii() and suffix.isalnum() and len(suffix) <= 5 else ""


def kind_of_extension(extension: str) -> MediaKind:
    """What a name claims: only used where the bytes say nothing."""
    if extension in _SOUND_ALTHOUGH_SHARED:
        return SOUND
    for container, extensions in EXTENSIONS.items():
        if extension in extensions:
            return _KINDS_OF_EXTENSIONS.get(container, VIDEO)
    return OTHER


def _riff(head: bytes) -> Guess | None:
    return _RIFF_FORMS.get(head[8:12]) if head[:4] in (b"RIFF", b"RF64", b"BW64") else None


def _boxes(head: bytes) -> Guess | None:
    """ISO base media: MP4, MOV, 3GP, M4A, HEIC."""
    if head[4:8] not in _BOXES_AT_START:
        return None
    if head[4:8] != b"ftyp":
        return MP4
    brand = head[8:12]
    return _STILL_BRANDS.get(brand) or (MP4_SOUND if brand in (b"M4A ", b"M4B ") else MP4)


def transport_grid(head: bytes) -> tuple[int, int] | None:
    """(offset of the first packet, stride) of a transport stream: 188 bytes, or 192 with a time code in front."""
    for stride, lead in ((188, 0), (192, 4)):
        for start in (lead, *range(stride)):
            marks = head[start::stride]
            if len(marks) >= 4 and marks.count(b"G") == len(marks):
                return start - lead, stride
    marks = head[::188]
    return (0, 188) if 188 < len(head) < 4 * 188 and marks.count(b"G") == len(marks) else None


def _transport_stream(head: bytes) -> Guess | None:
    if transport_grid(head) is None or _text(head) is not None:
        return None
    return Guess("ts", VIDEO, "mpegts")


def _annex_b(head: bytes) -> Guess | None:
    """A bare H.264 or H.265 stream begins with a parameter set or a delimiter."""
    if not head.startswith(b"\0\0\0\x01") or len(head) < 6:
        return None
    if head[4] & 0x1F in (7, 9) and not head[4] & 0x80:
        return Guess("h264", VIDEO, "h264")
    return Guess("h265", VIDEO, "hevc") if head[4] >> 1 in (32, 35) and head[5] == 1 else None


def _sound_frames(head: bytes) -> Guess | None:
    """MP3 and AAC have no magic but a frame header, so two in a row are asked for."""
    for guess, measure in ((Guess("aac", SOUND, "aac"), adts_frame), (Guess("mp3", SOUND, "mp3"), mpeg_audio_frame)):
        size = measure(head[:8])
        if size is not None and (size >= len(head) or measure(head[size : size + 8]) is not None):
            return guess
    return None


def adts_frame(header: bytes) -> int | None:
    """Bytes in the ADTS frame that starts with `header`, None when none does."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 0xF > 12:
        return None
    size = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return size if size >= 7 else None


_BITRATES = {  # (MPEG-1?, layer) → kbit/s by index
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MPEG_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def mpeg_audio_frame(header: bytes) -> int | None:
    """Bytes in the MPEG layer II or III frame that starts with `header`, None when none does."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer, index, rate = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3), header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or layer not in (2, 3) or index in (0, 15) or rate == 3:
        return None
    samples = 576 if layer == 3 and version != 3 else 1152
    bits = _BITRATES[version == 3, layer][index] * 1000
    return samples // 8 * bits // _MPEG_RATES[version][rate] + (header[2] >> 1 & 1)


def _bitmap(head: bytes) -> Guess | None:
    return Guess("bmp", PHOTO) if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and len(head) >= 26 else None


def _text(head: bytes) -> Guess | None:
    """Logs, indexes, pages and scripts, in the encodings met in China."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Guess("text", OTHER)
    if any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head):
        return None
    for encoding in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(head, final=False)
        except UnicodeDecodeError:
            continue
        return Guess("text", OTHER)
    return None
