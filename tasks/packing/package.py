"""The evidence package: for each disc a bag, its image or ZIP with a digest beside it, and a label (Art. 19).

Every part gets its name when it is finished, and a part that has its name is kept: killed anywhere and run again
with the same contents, the result is the same. Only a timestamp is as the authority gave it: that of a finished bag
stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path

from blocks.receipt_key import ReceiptKey
from blocks.timestamp_authority import TimestampAuthority
from regulation.errors import ActionDenied, FixityError
from tasks.packing.bag import ALGORITHMS, TAG_MANIFEST, BagFacts, check_bag_paths, is_same, read_manifest, write_bag
from tasks.packing.discs import Medium, index_file, split
from tasks.packing.files import PackageFile, of_bytes
from tasks.packing.image import Extent, layout_of, volume_label, write_image
from tasks.packing.label import Label, label_pdf
from tasks.packing.names import safe_name
from tasks.packing.reading import Issued
from tasks.packing.readme import README, VERIFIER, Told, readme
from tasks.packing.sealing import SUMS, TIMESTAMP, Sealer, sums_text
from tasks.packing.writing import settle_folder, write_small
from tasks.packing.zipping import write_zip

VERIFY = Path(__file__).resolve().parents[2] / "deployments" / "verifier" / "verify.py"
"""The verifier that goes along. It is read as a text: nothing of it runs here."""

Progress = Callable[[int], None]
"""Is told how many bytes more were read for the package, and again for its image or ZIP."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a package holds: its number, the unit that makes it, the files that are on every disc (statement, proofs,
    provenance), and the recordings and derivatives in their order. Paths begin with ``data/``."""

    number: str
    organization: str
    common: Sequence[PackageFile]
    items: Sequence[PackageFile]

    @property
    def name(self) -> str:
        """What its files are called."""
        return safe_name(self.number)[:40].rstrip(". ")


@dataclass(frozen=True, slots=True)
class PackedDisc:
    """One disc as it was made. `files` and `size` in bytes are those of its payload; `container` the image or ZIP;
    `issued` what `tasks.packing.reading.read_back` compares with."""

    disc: int
    discs: int
    bag: Path
    files: int
    size: int
    is_stamped: bool
    container: Path | None
    label: Path
    issued: Issued
    volume: str

    def layout(self, at: datetime) -> list[Extent]:
        """Where each file lies in the image, which was made `at`; for `read_back` to name the files that differ."""
        return layout_of(self.bag, at, self.volume)


@dataclass(frozen=True, slots=True)
class Packed:
    """A package as it was made."""

    number: str
    medium: str
    discs: tuple[PackedDisc, ...]


def pack(
    folder: Path,
    contents: Contents,
    medium: Medium,
    signer: ReceiptKey,
    stamp: TimestampAuthority | None,
    at: datetime,
    *,
    url: str,
    verifier: bytes | None = None,
    progress: Progress = lambda count: None,
) -> Packed:
    """Make the package in `folder`, or finish what a killed run left of it.

    `at` is when it is made, in the unit's zone, `url` where it can be checked, `verifier` another verify.py than this
    release's. Only one run may work in a folder at a time.

    Raises `ActionDenied` where a file has a name that no package can have or is too large for the medium, or where
    another package lies there already (Art. 19); `FixityError` where a file is not what it must be, or what lies there
    was changed since it was made (Art. 7); `Unavailable` where the timestamp authority does not answer; and `OSError`.
    """
    check_bag_paths([*contents.common, *contents.items], ())
    shares = split(medium, contents.common, contents.items)
    job = _Job(
        folder=folder,
        contents=contents,
        medium=medium,
        sealer=Sealer(signer, stamp),
        at=at,
        url=url,
        program=VERIFY.read_bytes() if verifier is None else verifier,
        index=index_file(contents.common, shares),
        progress=progress,
    )
    folder.mkdir(parents=True, exist_ok=True)
    made = (_Disc(job, share, number, len(shares)).make() for number, share in enumerate(shares, 1))
    return Packed(contents.number, medium.key, tuple(made))


@dataclass(frozen=True, slots=True)
class _Job:
    """What all discs of a package share."""

    folder: Path
    contents: Contents
    medium: Medium
    sealer: Sealer
    at: datetime
    url: str
    program: bytes
    index: PackageFile
    progress: Progress


class _Disc:
    """One disc of a package."""

    def __init__(self, job: _Job, share: Sequence[PackageFile], disc: int, discs: int) -> None:
        contents = job.contents
        self._job = job
        self._payload = [job.index, *contents.common, *share]
        self._facts = BagFacts(contents.organization, contents.number, job.at, disc, discs)
        self._tags = [*self._texts(), *job.sealer.tags()]
        self._bag = job.folder / (contents.name if discs == 1 else f"{contents.name}-{disc}of{discs}")
        self._volume = volume_label(contents.name, f"_{disc}" if discs > 1 else "")
        self._label = self._bag.with_name(f"{self._bag.name}.label.pdf")

    def make(self) -> PackedDisc:
        """Each part that is not there yet, in order."""
        if self._bag.exists():
            self._check_bag()
        else:
            self._forget_rest()
            payload = [_counted(one, self._job.progress) for one in self._payload]
            write_bag(self._bag, payload, self._facts, self._tags, self._job.sealer.seal)
        container, size, digest = self._contained()
        tag_manifest, sums = (sha256((self._bag / name).read_bytes()).hexdigest() for name in (TAG_MANIFEST, SUMS))
        made = PackedDisc(
            disc=self._facts.disc,
            discs=self._facts.discs,
            bag=self._bag,
            files=len(self._payload),
            size=sum(one.size for one in self._payload),
            is_stamped=(self._bag / TIMESTAMP).exists(),
            container=container,
            label=self._label,
            issued=Issued(tag_manifest, sums, size, digest),
            volume=self._volume,
        )
        write_small(self._label, label_pdf(self._told(made)), self._job.at)
        return made

    def _contained(self) -> tuple[Path | None, int | None, str | None]:
        """The image or ZIP, and its digest beside it."""
        if self._job.medium.container is None:
            return None, None, None
        final = self._bag.with_name(f"{self._bag.name}.{self._job.medium.container}")
        if final.exists():
            digest = _digest_of(final)
        elif self._job.medium.container == "zip":
            digest = write_zip(self._bag, final, self._job.at, self._job.progress)
        else:
            _, digest = write_image(self._bag, final, self._job.at, self._volume, self._job.progress)
        self._check_size(final)
        beside = _digest_beside(final)
        line = sums_text([(final.name, digest)])
        if beside.exists() and beside.read_bytes() != line:
            raise FixityError("It is not what it was when it was made.", article="Art. 7", subject=final.name)
        write_small(beside, line, self._job.at)
        return final, final.stat().st_size, digest

    def _check_size(self, image: Path) -> None:
        capacity = self._job.medium.capacity
        if capacity is not None and image.stat().st_size > capacity:
            raise ActionDenied(
                f"The image has {image.stat().st_size:,} bytes, and {self._job.medium.en} takes {capacity:,}.",
                article="Art. 19",
                subject=image.name,
            )

    def _texts(self) -> list[PackageFile]:
        key, authority = self._job.sealer.key, self._job.sealer.authority
        told = Told(
            number=self._job.contents.number,
            organization=self._job.contents.organization,
            disc=self._facts.disc,
            discs=self._facts.discs,
            key_id=key.key_id,
            is_stamped=authority is not None,
            has_certificates=authority is not None and bool(authority.certificates),
        )
        return [of_bytes(README, readme(told)), of_bytes(VERIFIER, self._job.program)]

    def _told(self, made: PackedDisc) -> Label:
        container = None
        if made.container is not None and made.issued.container_size is not None:
            container = (made.container.name, made.issued.container_size, made.issued.container_sha256 or "")
        return Label(
            number=self._job.contents.number,
            organization=self._job.contents.organization,
            at=self._job.at,
            disc=made.disc,
            discs=made.discs,
            medium=self._job.medium,
            files=made.files,
            size=made.size,
            tag_manifest_sha256=made.issued.tag_manifest_sha256,
            container=container,
            key_id=self._job.sealer.key.key_id,
            url=self._job.url,
        )

    def _forget_rest(self) -> None:
        """What was made of a bag that is gone."""
        for ending in ("iso", "zip"):
            final = self._bag.with_name(f"{self._bag.name}.{ending}")
            final.unlink(missing_ok=True)
            _digest_beside(final).unlink(missing_ok=True)
        self._label.unlink(missing_ok=True)
        settle_folder(self._bag.parent)

    def _check_bag(self) -> None:
        """That the bag that is there is of the same contents, and as it was signed."""
        if not is_same(self._bag, self._payload, self._facts, self._tags):
            raise ActionDenied("Another package lies here already.", article="Art. 19", subject=self._bag.name)
        tags = read_manifest(self._bag / TAG_MANIFEST)
        small = {*tags, *(f"tagmanifest-{name}.txt" for name in ALGORITHMS)}
        for path in sorted(small):
            digest = tags.get(path) or read_manifest(self._bag / SUMS)[path]
            if _digest_of(self._bag / path) != digest:
                raise FixityError("It is not what it was when it was made.", article="Art. 7", subject=path)
        for one in self._payload:
            if (self._bag / one.path).stat().st_size != one.size:
                raise FixityError("It is not what it was when it was made.", article="Art. 7", subject=one.path)


def _digest_beside(final: Path) -> Path:
    return final.with_name(f"{final.name}.sha256")


def _digest_of(path: Path) -> str:
    with path.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def _counted(one: PackageFile, progress: Progress) -> PackageFile:
    """The same file, whose reading is told."""

    def pieces() -> Iterator[bytes]:
        for piece in one.pieces():
            progress(len(piece))
            yield piece

    return PackageFile(one.path, one.size, one.sha256, pieces)
