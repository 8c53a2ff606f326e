"""The keys that sign links in mails: with versions, so that one can be changed while links in old mails go on working.

A token under key 2 is written `2.<token>`. One without a number is of the time before there were such keys, or of an
installation without them: the installation key signed it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

_KEY = re.compile(r"([1-9][0-9]{0,3}):(\S+)")


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """`current` is the number of the key that signs, empty for the installation key. All of them verify."""

    current: str
    keys: Mapping[str, str] = field(repr=False)

    @property
    def signing(self) -> str:
        """The secret that signs."""
        return self.keys[self.current]

    def read(self, token: str, read: Callable[[str, str], T | None]) -> T | None:
        """What `read(secret, token)` makes of the token under the key that it names; None for a key that is unknown."""
        number, dot, rest = token.partition(".")
        secret = self.keys.get(number if dot else "")
        return None if secret is None else read(secret, rest if dot else token)


def numbered(number: str, token: str) -> str:
    """The token as it stands in a link; see `LinkKeys.current`."""
    return f"{number}.{token}" if number else token


def read_link_keys(text: str, installation_key: str) -> LinkKeys:
    """The keys of a setting such as `2:new-secret,1:old-secret`, of which the first signs. Raises ValueError."""
    keys: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _KEY.fullmatch(part)
        if found is None or found[1] in keys:
            raise ValueError(
                "LINK_KEYS is a list of number:secret such as 2:new,1:old; the first signs; no number twice"
            )
        keys[found[1]] = found[2]
    return LinkKeys(next(iter(keys), ""), {**keys, "": installation_key})
