"""What goes over the wire ends where the letter ends, whatever stands in it."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.delivery.channels.email import _dotted


def received(wire: bytes) -> bytes:
    """What a server makes of it (RFC 5321, 4.5.2), line by line."""
    lines = []
    for line in wire.split(b"\r\n"):
        if line == b".":
            break
        lines.append(line[1:] if line.startswith(b".") else line)
    else:
        raise AssertionError("it never ends")
    return b"\r\n".join(lines) + b"\r\n"


@given(st.lists(st.sampled_from([b".", b"..", b"a", b"\r\n", b"\n", b"\r", b" ", b"=2E"]), max_size=30).map(b"".join))
def test_a_letter_arrives_whole(content: bytes) -> None:
    """Would catch a letter that is cut at a dot of its own, and a line end that a server reads in its own way."""
    wire = _dotted(content)
    assert wire.endswith(b"\r\n.\r\n") or wire == b".\r\n"
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", wire) is None
    expected = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    got = received(wire)
    assert got == (expected if expected.endswith(b"\r\n") else expected + b"\r\n")
