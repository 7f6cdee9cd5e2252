"""Entries that are no files, and files that are in two places."""

from __future__ import annotations

import contextlib
import os
import socket
import stat

from tests.corpus.entries import NOT_A_FILE, WHOLE, Writer

LINKS = (
    ("passwords.mp4", b"/etc/passwd", "a link out of the dump"),
    ("climbing.mp4", b"../../../../../../etc/passwd", "a link that climbs out"),
    ("root", b"/", "a link to the root folder"),
    ("parent", b"..", "a link to its own parent: a loop"),
    ("self.mp4", b"self.mp4", "a link to itself"),
    ("one.mp4", b"two.mp4", "half of a loop"),
    ("two.mp4", b"one.mp4", "the other half"),
    ("nowhere.mp4", b"no-such-file", "a link to nothing"),
    ("inside.jpg", b"linked.jpg", "a link to a file of the dump"),
    ("memory", b"/proc/self/mem", "a link into the process"),
    ("endless.mp4", b"/dev/zero", "a link to a device"),
)


def write_nodes(writer: Writer, samples: dict[str, bytes]) -> None:
    """Links, a pipe, a socket, devices where we may make them, and hard links."""
    writer.write("nodes/linked.jpg", samples["jpg"], "a file that links point to", WHOLE)
    folder = os.path.join(writer.folder, b"nodes")
    os.link(os.path.join(folder, b"linked.jpg"), os.path.join(folder, b"hard-link.jpg"))
    writer.note(b"nodes/hard-link.jpg", "the same file by another name", WHOLE)
    for name, target, what in LINKS:
        os.symlink(target, os.path.join(folder, os.fsencode(name)))
        writer.note(b"nodes/" + os.fsencode(name), what, NOT_A_FILE)
    os.mkfifo(os.path.join(folder, b"pipe.mp4"))
    writer.note(b"nodes/pipe.mp4", "a pipe that nobody writes to", NOT_A_FILE)
    _write_socket(writer, folder)
    _write_devices(writer, folder)


def _write_socket(writer: Writer, folder: bytes) -> None:
    """Bound by way of its folder's descriptor: a socket's address is too short for most paths."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(f"/proc/self/fd/{descriptor}/socket.mp4")
    os.close(descriptor)
    writer.note(b"nodes/socket.mp4", "a socket", NOT_A_FILE)


def _write_devices(writer: Writer, folder: bytes) -> None:
    devices = ((b"zero.mp4", stat.S_IFCHR, (1, 5)), (b"disk.mp4", stat.S_IFBLK, (7, 0)))
    for name, kind, (major, minor) in devices:
        with contextlib.suppress(PermissionError):  # only root may, and not in every container
            os.mknod(os.path.join(folder, name), kind | 0o600, os.makedev(major, minor))
            writer.note(b"nodes/" + name, "a device", NOT_A_FILE)
