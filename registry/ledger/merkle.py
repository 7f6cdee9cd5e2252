"""Merkle trees as in RFC 6962: one root for a stretch of the ledger, and short proofs that an entry is under it.

SHA-256. A leaf is hashed behind the byte 00, an inner node behind the byte 01, so that none can pass for the other; a
tree of n leaves splits after the largest power of two below n. Leaves here are the 32 bytes of entries' hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()
"""The root of no leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node above two others."""
    return sha256(b"\1" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and keeps only the roots of its full subtrees: one a binary digit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []  # the largest, which is the leftmost, first

    def add(self, leaf: bytes) -> None:
        """The next leaf."""
        node, size = sha256(b"\0" + leaf).digest(), self.size
        while size & 1:
            node = sha256(b"\1" + self._full.pop() + node).digest()
            size >>= 1
        self._full.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._full:
            return EMPTY
        *left, node = self._full
        for sibling in reversed(left):
            node = node_hash(sibling, node)
        return node


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over `leaves`, streamed."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def prove(leaves: Iterable[bytes], indexes: Iterable[int]) -> tuple[bytes, dict[int, list[bytes]]]:
    """The root over `leaves`, streamed, and for each of `indexes`, which count from 0, the hashes beside its way up to
    the root, the lowest first (RFC 6962, 2.1.1). Raises `ValueError` for an index beyond the leaves."""
    paths: dict[int, list[bytes]] = {index: [] for index in indexes}
    full: list[tuple[bytes, list[int]]] = []  # roots of full subtrees, and which of the wanted lie below each

    def above(left: tuple[bytes, list[int]], right: tuple[bytes, list[int]]) -> tuple[bytes, list[int]]:
        for index in left[1]:
            paths[index].append(right[0])
        for index in right[1]:
            paths[index].append(left[0])
        return node_hash(left[0], right[0]), left[1] + right[1]

    size = 0
    for index, leaf in enumerate(leaves):
        node = leaf_hash(leaf), [index] if index in paths else []
        while size & 1:
            node, size = above(full.pop(), node), size >> 1
        full.append(node)
        size = index + 1
    if any(not 0 <= index < size for index in paths):
        raise ValueError("there is no such leaf")
    if not full:
        return EMPTY, paths
    *left, top = full
    for sibling in reversed(left):
        top = above(sibling, top)
    return top[0], paths


def root_from(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to from `leaf`, which is number `index` of `size`; None where the proof does not have
    the length that this place in the tree asks for (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    node, place, last = leaf_hash(leaf), index, size - 1
    for sibling in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    return node if last == 0 else None
