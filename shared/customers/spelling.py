"""How identifiers are spelt: the form in which two spellings are equal, the form before that, and what names nobody."""

from __future__ import annotations

import re
import unicodedata
from string import ascii_lowercase, ascii_uppercase

import idna
import phonenumbers

# By which a stored identifier shows that it was written by `normalise` below; the former ones are 1.
SPELLING = 2
_NOT_DIGITS = re.compile(r"[^0-9]")
# Not str.lower: only A to Z are one with a to z in every mailbox. Whether Straße@ and strasse@ are one is the business
# of the host alone, and on most they are two people.
_ASCII_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
# What programs write where a value is missing, as their languages spell it; the ids that shops give to all who are
# signed in as nobody; and 0, by which several shop systems mean a guest.
_NOBODY = frozenset(
    {
        *("undefined", "null", "(null)", "none", "nil", "nan", "n/a", "true", "false", "0"),
        *("[object object]", "object object", "anonymous", "guest", "not_authenticated"),
    }
)
_QUOTES = "\"'`"


def strip_invisible(text: str) -> str:
    """Without blanks and format characters (zero-width space, byte order mark) at either end."""
    if text.isascii() and text.isprintable():
        # Nearly all of them: several of these are asked for every event.
        return text.strip(" ")
    start, end = 0, len(text)
    while start < end and _invisible(text[start]):
        start += 1
    while end > start and _invisible(text[end - 1]):
        end -= 1
    return text[start:end]


def names_nobody(kind: str, value: str) -> bool:
    """True for a value that stands for a missing one, such as `undefined`, or that shows nothing at all.

    It would make one customer of everybody of whom the same is missing.
    """
    if value.isascii() and value[:1].isalnum() and value[-1:].isalnum():
        # Nearly all of them: there is nothing at either end to take away.
        shown = value.lower()
    else:
        shown = strip_invisible(strip_invisible(value).strip(_QUOTES)).casefold()
    # What begins with a visible sign shows something.
    if not shown or shown in _NOBODY:
        return True
    if kind == "email":
        local, _, domain = shown.rpartition("@")
        return not strip_invisible(local) or domain in _NOBODY
    if kind == "phone":
        return not _NOT_DIGITS.sub("", shown).strip("0")
    return False


def normalise(kind: str, value: str, source: str | None = None, region: str = "") -> str:
    """The form in which two spellings of one identifier are equal. Never raises: what can be no address stays a text.

    `region` (ISO 3166, two letters) is that of phone numbers without a country; without one they keep their digits.
    """
    text = strip_invisible(unicodedata.normalize("NFC", value))
    if kind == "email":
        local, at, domain = text.rpartition("@")
        return f"{local.translate(_ASCII_LOWER)}{at}{ascii_domain(domain)}"
    if kind == "phone":
        return _phone(text, region)
    if kind == "external_id":
        return f"{strip_invisible(unicodedata.normalize('NFC', source or ''))}\x1f{text}"
    return text


def ascii_domain(domain: str) -> str:
    """The domain as mail servers know it (IDNA 2008 with the mapping of UTS 46): lower case, `xn--` where it must be.

    What is no domain name comes back in small letters: it is still compared, if never reached.
    """
    plain = domain.translate(_ASCII_LOWER).removesuffix(".")
    if plain.isascii():
        return plain
    try:
        return idna.encode(domain, uts46=True).decode().removesuffix(".")
    except (idna.IDNAError, UnicodeError):
        return plain


def deliverable_email(address: str) -> str:
    """The address as a mail server takes it: the domain in ASCII, the part before it as its owner writes it."""
    local, at, domain = strip_invisible(unicodedata.normalize("NFC", address)).rpartition("@")
    return f"{local}{at}{ascii_domain(domain)}"


def former_normalise(kind: str, value: str, source: str | None = None) -> str:
    """The form in which installations of the first release compared identifiers; their ids and hashes rest on it."""
    text = unicodedata.normalize("NFC", value).strip()
    if kind == "email":
        return text.casefold()
    if kind == "phone":
        return _digits(text)
    if kind == "external_id":
        return f"{unicodedata.normalize('NFC', source or '').strip()}\x1f{text}"
    return text


def _phone(text: str, region: str) -> str:
    """E.164 (and the extension), or the digits alone where the country is not known or the number is none."""
    international = f"+{text[2:]}" if text.startswith("00") else text
    try:
        number = phonenumbers.parse(international, region or None)
    except phonenumbers.NumberParseException:
        return _digits(text)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written}x{number.extension}" if number.extension else written


def _digits(text: str) -> str:
    """Digits; in front of an international number "+", also for 00, and without the (0) of the national form."""
    international = text.startswith(("+", "00"))
    digits = _NOT_DIGITS.sub("", text.replace("(0)", "") if international else text)
    return "+" + digits.removeprefix("00") if international else digits


def _invisible(sign: str) -> bool:
    # Cf: format characters, such as zero-width spaces. The Hangul fillers and the blank of Braille are letters and
    # symbols that show nothing.
    return sign.isspace() or unicodedata.category(sign) in ("Cf", "Cc") or sign in "\u115f\u1160\u3164\uffa0\u2800"
