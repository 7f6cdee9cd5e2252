"""How a recorder was held: pictures are stored as the sensor lay, beside a note of how they are to be turned.

Stills are turned as they are shown; boxes are given for what is shown, and put where that is stored.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from av.sidedata.sidedata import Type
from PIL import Image

from regulation.conversion import Box

_TURNS = {
    (1, 0, 0, 1): None,
    (-1, 0, 0, -1): Image.Transpose.ROTATE_180,
    (0, 1, -1, 0): Image.Transpose.ROTATE_270,
    (0, -1, 1, 0): Image.Transpose.ROTATE_90,
    (-1, 0, 0, 1): Image.Transpose.FLIP_LEFT_RIGHT,
    (1, 0, 0, -1): Image.Transpose.FLIP_TOP_BOTTOM,
    (0, 1, 1, 0): Image.Transpose.TRANSPOSE,
    (0, -1, -1, 0): Image.Transpose.TRANSVERSE,
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A display matrix as FFmpeg has it, nine numbers, and the `signs` of the four that turn and mirror."""

    matrix: tuple[int, ...] | None = None
    signs: tuple[int, int, int, int] = (1, 0, 0, 1)

    @property
    def is_square(self) -> bool:
        """Whether it turns by quarters only; no recorder does otherwise."""
        return self.signs in _TURNS

    def shown(self, picture: Image.Image) -> Image.Image:
        """The picture as it is shown."""
        method = _TURNS.get(self.signs)
        return picture if method is None else picture.transpose(method)

    def stored(self, box: Box) -> Box:
        """Where in what is stored that is which is shown in `box`."""
        (left, top), (right, bottom) = self._stored(box.x, box.y), self._stored(box.x + box.width, box.y + box.height)
        return Box(min(left, right), min(top, bottom), abs(right - left), abs(bottom - top))

    def _stored(self, across: float, down: float) -> tuple[float, float]:
        a, b, c, d = self.signs
        if a:
            return across if a > 0 else 1 - across, down if d > 0 else 1 - down
        return down if b > 0 else 1 - down, across if c > 0 else 1 - across


def turn_of(frame: Any) -> Turn:
    """How a picture that was decoded is to be turned."""
    for note in frame.side_data:
        if note.type == Type.DISPLAYMATRIX:
            matrix = struct.unpack("=9i", bytes(note)[:36])
            signs = [round(matrix[place] / 65_536) for place in (0, 1, 3, 4)]
            return Turn(matrix, (signs[0], signs[1], signs[2], signs[3]))
    return Turn()
