"""Find the identifiers that stand anywhere in stored bytes, readable or not, as keyed numbers.

What a dead letter holds may be truncated, wrapped in another text, escaped, or no JSON at all: that is why it is one.
So nothing here relies on its form. Every text that could be an e-mail, a phone, a card or an id of some storefront is
hashed as that identifier would be, in each spelling; an erasure asks for the hashes that it knows.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_plus
from uuid import UUID

from shared.customers.identifiers import fingerprint
from shared.customers.spelling import former_normalise, normalise

# A JSON string (its end may be missing) with the colon behind it when it is a name, or a word without quotes.
_LEX = re.compile(r'"((?:[^"\\]++|\\.)*+)"?(\s*+:)?|([^\s",;{}\[\]&=|<>()]++)', re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SHORT_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_CELL = re.compile(r'[",;\t\r\n|&=<>{}\[\]]+')
_BREAK = re.compile(r'[\s"@]')
_EDGE = re.compile(r"[^\w.+-]")
_PHONE = re.compile(r"\+?\(?[0-9][0-9 ()./-]{2,40}")
_ID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_NESTED = re.compile(r'["\\{%=&<@\s]')
_DEPTH = 4
_LONGEST = 400
# Of an e-mail.
_LONGEST_PART = 320
# How far apart in a text the storefront and the customer's id in it may stand, counted in values.
_NEIGHBOURS = 3
_MOST_EDGES = 4
_MOST_SOURCES = 8
# Fields of our messages whose values are no identifiers. Order 42 of a shop is not its customer 42.
_OTHER = frozenset(
    {
        *("order_id", "product_id", "message_id", "quantity", "amount", "discount", "tax", "cost", "category", "brand"),
        *("department", "channel", "currency", "payment", "store", "type", "time", "origin", "topic", "outcome"),
        *("agent", "duration_s", "direction", "step", "link", "campaign_id", "received_at", "recorded_at", "version"),
        *("publisher", "traceparent", "generation", "trust", "first_offset", "last_offset", "records", "base_amount"),
    }
)


def number_of(fingerprint: str) -> int:
    """A fingerprint as it is indexed: its first 64 bits, as a signed number of the database."""
    try:
        number = int(fingerprint[:16], 16)
    except ValueError:
        # No fingerprint of ours, which no erasure should fail over.
        number = int.from_bytes(fingerprint.encode("utf-8", "replace")[:8])
    return number - (1 << 64) if number >= 1 << 63 else number


@dataclass(frozen=True, slots=True)
class Naming:
    """How identifiers become numbers here: the installation's key, and the country of phone numbers without one."""

    key: str = field(repr=False)
    region: str = ""

    def number_of_id(self, customer_id: UUID) -> int:
        """The number of a customer's id."""
        return number_of(fingerprint(self.key, "customer_id", str(customer_id)))

    def fingerprints_of(self, kind: str, value: str, source: str | None = None) -> set[str]:
        """The fingerprints of an identifier: under each spelling by which some service may know it."""
        spelt = {normalise(kind, value, source), former_normalise(kind, value, source)}
        if kind == "phone":
            spelt.add(normalise(kind, value, source, self.region))
            if value.isdigit() and not value.startswith("0"):
                # A number of JSON has no plus in front.
                spelt.add(f"+{value}")
        return {fingerprint(self.key, kind, text) for text in spelt}

    def numbers_of(self, kind: str, value: str, source: str | None = None) -> set[int]:
        """The same as numbers."""
        return {number_of(name) for name in self.fingerprints_of(kind, value, source)}

    def numbers_in(self, *pieces: bytes | str | None) -> set[int]:
        """The numbers of everything in these bytes and texts that could name a customer."""
        reading = _Reading()
        for piece in pieces:
            for text in _texts(piece):
                reading.read(text)
        found = {self.number_of_id(UUID(id)) for id in reading.ids}
        for kind, values in (("email", reading.emails), ("phone", reading.phones), ("card", reading.values)):
            for value in values:
                found |= self.numbers_of(kind, value)
        for source, value in reading.pairs:
            found |= self.numbers_of("external_id", value, source)
        return found


class _Reading:
    """What was found in some texts."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.emails: set[str] = set()
        self.phones: set[str] = set()
        self.values: set[str] = set()
        self.pairs: set[tuple[str, str]] = set()

    def read(self, text: str, depth: int = 0) -> None:
        """Look at a text, and at the texts inside it."""
        self.ids.update(_ID.findall(text))
        self.emails.update(_emails_in(text))
        if depth or text[:1] not in ("{", "["):
            # Of JSON the values are looked at one by one.
            self.phones.update(found.strip() for found in _PHONE.findall(text))
            self.values.update(cell for cell in map(str.strip, _CELL.split(text)) if 0 < len(cell) <= _LONGEST)
        for inner in self._lex(text):
            if depth < _DEPTH:
                self.read(inner, depth + 1)

    def _lex(self, text: str) -> Iterator[str]:
        """Take the values one by one; yields those that may hold further texts."""
        near: deque[str] = deque(maxlen=_NEIGHBOURS)
        sources: set[str] = set()
        name = ""
        for quoted, colon, word in _LEX.findall(text):
            value = _unescaped(quoted) if quoted else word
            if colon or not value:
                name = value
                continue
            if quoted and value != text and _NESTED.search(value):
                yield value
            if name in _OTHER or len(value) > _LONGEST:
                name = ""
                continue
            self.values.add(value)
            if sum(sign.isdigit() for sign in value) >= 4:
                self.phones.update(_PHONE.findall(value))
            if name.casefold() in ("source", "namespace") and len(sources) < _MOST_SOURCES:
                sources.add(value)
            for other in {*near, *sources, name} - {""}:
                self.pairs.add((other, value))
                self.pairs.add((value, other))
            near.append(value)
            name = ""


def _texts(piece: bytes | str | None) -> Iterator[str]:
    """A piece in each way in which it may have been written."""
    if not piece:
        return
    if isinstance(piece, str):
        text = piece
    else:
        # UTF-16 is told by its zero bytes: what is left without them is ASCII, as addresses are.
        if b"\x00" in piece:
            yield piece.replace(b"\x00", b"").decode("utf-8", "replace")
        text = piece.decode("utf-8", "replace")
        if "\ufffd" in text:
            yield piece.decode("latin-1")
    yield text
    if "%" in text:
        yield unquote_plus(text)
    for _ in range(_DEPTH):
        if "\\" not in text:
            break
        text = _unescaped(text)
        yield text


def _unescaped(text: str) -> str:
    """With JSON's escapes resolved as far as they are any."""
    if "\\" not in text:
        return text

    def resolve(found: re.Match[str]) -> str:
        sign = found.group(1)
        if len(sign) == 5:
            return chr(int(sign[1:], 16))
        return _SHORT_ESCAPES.get(sign, sign)

    # Two halves of a sign beyond 16 bits become one.
    return _ESCAPE.sub(resolve, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _emails_in(text: str) -> Iterator[str]:
    """Every e-mail, whatever stands before and behind it without a blank."""
    if "@" not in text:
        return
    breaks = [-1, *(found.start() for found in _BREAK.finditer(text)), len(text)]
    for before, at, behind in zip(breaks, breaks[1:], breaks[2:], strict=False):
        if text[at] != "@" or behind - before <= 2:
            continue
        local = text[max(before + 1, at - _LONGEST_PART) : at]
        domain = text[at + 1 : min(behind, at + 1 + _LONGEST_PART)]
        starts = [0, *[found.end() for found in _EDGE.finditer(local)][-_MOST_EDGES:]]
        ends = [*[found.start() for found in _EDGE.finditer(domain)][:_MOST_EDGES], len(domain)]
        for start in starts:
            for end in ends:
                if local[start:] and domain[:end]:
                    yield f"{local[start:]}@{domain[:end]}"
                    yield f"{local[start:]}@{domain[:end].rstrip('.')}"


def all_numbers(naming: Naming, fingerprints: Iterable[str], ids: Iterable[UUID]) -> set[int]:
    """The numbers by which what is kept about somebody is found: hashes that a service knows, and the person's ids."""
    return {number_of(name) for name in fingerprints} | {naming.number_of_id(id) for id in ids}
