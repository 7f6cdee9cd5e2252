"""Merkle trees against RFC 6962: certificate transparency's published vectors, and the definition itself."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.merkle import EMPTY, Tree, leaf_hash, node_hash, prove, root_from, root_of

# The leaves, roots and audit paths that certificate transparency's implementations test themselves with.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}

some_leaves = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + by_definition(leaves[:half]) + by_definition(leaves[half:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize("place", PATHS, ids=str)
def test_the_published_paths(place: tuple[int, int]) -> None:
    index, size = place
    root, paths = prove(LEAVES[:size], [index])
    assert [one.hex() for one in paths[index]] == PATHS[place]
    assert root == root_from(LEAVES[index], index, size, paths[index])


def test_without_leaves_there_is_the_empty_root_and_nothing_to_prove() -> None:
    assert Tree().root() == EMPTY == prove([], [])[0]
    assert root_from(b"", 0, 0, []) is None


@pytest.mark.parametrize("index", [-1, 8])
def test_a_leaf_that_is_not_there_is_not_proved(index: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        prove(LEAVES, [index])


@given(some_leaves)
def test_a_root_is_that_of_the_definition_at_every_size(leaves: list[bytes]) -> None:
    tree = Tree()
    for size, leaf in enumerate(leaves, 1):
        tree.add(leaf)
        assert (tree.size, tree.root()) == (size, by_definition(leaves[:size]))


@given(some_leaves, st.data())
def test_a_proof_leads_to_the_root_from_its_own_leaf_and_place_alone(leaves: list[bytes], data: st.DataObject) -> None:
    indexes = data.draw(st.sets(st.integers(0, len(leaves) - 1), min_size=1))
    root, paths = prove(leaves, indexes)
    assert root == by_definition(leaves)
    assert paths.keys() == indexes
    size = len(leaves)
    for index, path in paths.items():
        assert root_from(leaves[index], index, size, path) == root
        assert root_from(leaves[index] + b"x", index, size, path) != root
        assert root_from(leaves[index], size, size, path) is None
        assert root_from(leaves[index], index, size, [*path, EMPTY]) != root
        assert root_from(leaves[index], index, size, path[:-1]) != root or not path
        for place in range(len(path)):
            changed = [*path[:place], EMPTY, *path[place + 1 :]]
            assert root_from(leaves[index], index, size, changed) != root


def test_a_node_does_not_pass_for_a_leaf() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_memory_grows_with_the_digits_of_the_size_alone() -> None:
    tree, most = Tree(), 0
    for n in range(100_000):
        tree.add(b"%d" % n)
        most = max(most, len(tree._full))
    assert most == 16  # at 65,535 leaves
