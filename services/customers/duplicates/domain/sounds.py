"""Names as they are compared: without accents and case, and by how they sound."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORDS = re.compile(r"[^\W_]+")
# Letters that no decomposition takes apart.
_LETTERS = str.maketrans({"ß": "ss", "æ": "a", "œ": "o", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
_SOFT = frozenset("aeijouy")
_HARD_C_FIRST = frozenset("ahkloqrux")
_HARD_C = frozenset("ahkoqux")
_PLAIN = {"b": "1", "f": "3", "v": "3", "w": "3", "g": "4", "k": "4", "q": "4", "l": "5", "m": "6", "n": "6", "r": "7",
          "s": "8", "z": "8"}  # fmt: skip


@lru_cache(50_000)
def fold(text: str) -> str:
    """Words in small letters without accents, one space between. Müller, Mueller and MULLER are one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    for written, one in _UMLAUTS:
        plain = plain.replace(written, one)
    return " ".join(_WORDS.findall(plain))


@lru_cache(50_000)
def sound(word: str) -> str:
    """How a folded word sounds, by the rules of Cologne phonetics (Postel 1969), without its vowels but the first.

    A word of another script sounds as it is written.
    """
    if not word.isascii():
        return word
    codes = ""
    for index, letter in enumerate(word):
        code = _code(letter, word[index - 1] if index else "", word[index + 1 : index + 2])
        codes += code
    kept = "".join(code for index, code in enumerate(codes) if index == 0 or code != codes[index - 1])
    return kept[:1] + kept[1:].replace("0", "") or word


def _code(letter: str, before: str, after: str) -> str:
    if letter in _SOFT:
        return "0"
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after and after in "csz" else "2"
    if letter == "x":
        return "8" if before and before in "ckq" else "48"
    if letter == "c":
        hard = after in _HARD_C if before else after in _HARD_C_FIRST
        return "4" if hard and before not in ("s", "z") else "8"
    return _PLAIN.get(letter, letter if letter.isdigit() else "")
