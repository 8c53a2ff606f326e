"""Rows of files on the disk."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared.files.sealing import NotSealed, RowSeal


def test_a_sealed_row_shows_nothing_and_opens_in_its_own_file_only() -> None:
    """Catches rows that a copy of the disk shows, and lines that can be moved from one file to another."""
    file, plain = uuid4(), b'[2,["ada@example.test","Ada"]]'
    line = RowSeal.of("secret", file).seal(plain)
    assert (b"Ada" in line, line.count(b"\n"), line.endswith(b"\n")) == (False, 1, True)
    assert RowSeal.of("secret", file).open(line) == plain
    for stranger in (RowSeal.of("secret", uuid4()), RowSeal.of("another", file)):
        with pytest.raises(NotSealed):
            stranger.open(line)
    with pytest.raises(NotSealed):
        RowSeal.of("secret", file).open(line[:20] + b"\n")


def test_the_same_row_looks_different_each_time() -> None:
    """Catches lines by which equal rows can be told."""
    seal = RowSeal.of("secret", uuid4())
    assert seal.seal(b"[]") != seal.seal(b"[]")


def test_a_row_of_the_version_before_is_read_as_it_is() -> None:
    """Catches files that an upgrade makes unreadable."""
    assert RowSeal.of("secret", uuid4()).open(b'[2,["Ada"]]\n') == b'[2,["Ada"]]\n'
