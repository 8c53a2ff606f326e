"""What a mail server's reply means (RFC 5321, with the enhanced codes of RFC 3463)."""

from __future__ import annotations

import re
from typing import Literal

from services.campaigns.delivery.domain.hand_over import Handed

# What was said last: the envelope (MAIL, RCPT, DATA), or the whole letter with its final dot.
Stage = Literal["envelope", "recipient", "letter"]

_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\d|\.\d)")
# Only these say that the mailbox is dead: no such mailbox, host or syntax, moved, null MX, disabled. Any other
# permanent refusal is about the letter, the moment or the sender: suppressing an address for it loses a customer.
_DEAD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
# Without an enhanced code these say that the server wants us to authenticate.
_UNAUTHENTICATED = frozenset({530, 534, 535, 538})


def read_reply(code: int, text: str, stage: Stage) -> Handed:
    """What became of the letter. `text` is looked at for its enhanced code alone."""
    if 200 <= code < 300:
        return Handed("accepted", str(code))
    enhanced = _enhanced(code, text)
    detail = enhanced or str(code)
    if 500 <= code < 600:
        if enhanced in _DEAD and stage != "envelope":
            return Handed("bounced", detail)
        if code in _UNAUTHENTICATED or (enhanced is not None and enhanced.startswith("5.7.")):
            return Handed("blocked", detail)
        return Handed("rejected", detail)
    if stage == "letter":
        # The server has the whole of it, and some keep what they answer so.
        return Handed("unknown", f"after-data-{detail}")
    return Handed("deferred", detail)


def _enhanced(code: int, text: str) -> str | None:
    """The enhanced code at the beginning of the text, when its class is that of the code."""
    found = _ENHANCED.match(text.strip())
    return found[0] if found is not None and found[1] == str(code)[0] else None
