"""What the demonstration remembers between two runs, in one file."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.demo.schedule import Position, Published


@dataclass
class Progress:
    """How far it came: segments and campaigns by name, how many messages there were
    when the history was in, what was published, who answered."""

    file: Path
    households: int = 0
    seed: int = 1
    segments: dict[str, str] = field(default_factory=dict)
    campaigns: dict[str, str] = field(default_factory=dict)
    consents_given: bool = False
    history_until: datetime | None = None
    history_messages: int | None = None
    live_from: datetime | None = None
    done: Position | None = None
    published: Published = field(default_factory=Published)
    web_orders: list[tuple[int, datetime]] | None = field(default_factory=list)
    """What the audience bought on the web site: which household, and when. None in files of before."""
    mails_read: int = 0
    responses: Counter[str] = field(default_factory=Counter)

    def save(self) -> None:
        """Write it down, whole or not at all."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(self._body(), indent=1))
        fresh.replace(self.file)

    def _body(self) -> dict[str, Any]:
        published = self.published
        return {
            "households": self.households,
            "seed": self.seed,
            "segments": self.segments,
            "campaigns": self.campaigns,
            "consents_given": self.consents_given,
            "history_until": _written(self.history_until),
            "history_messages": self.history_messages,
            "live_from": _written(self.live_from),
            "done": None if self.done is None else [self.done[0].isoformat(), self.done[1]],
            "published": {
                "accepted": published.accepted, "copies": published.copies, "late": published.late,
                "dead": published.dead, "refused": published.refused,
            },
            "web_orders": (
                None if self.web_orders is None else [[number, at.isoformat()] for number, at in self.web_orders]
            ),
            "mails_read": self.mails_read,
            "responses": self.responses,
        }  # fmt: skip


def load(file: Path, households: int, seed: int) -> Progress:
    """What `file` says, or a beginning. A sample once begun stays: its size and seed are the file's."""
    if not file.exists():
        return Progress(file, households, seed)
    body = json.loads(file.read_text())
    published = body["published"]
    return Progress(
        file=file,
        households=body["households"],
        seed=body["seed"],
        segments=body["segments"],
        campaigns=body["campaigns"],
        consents_given=body["consents_given"],
        history_until=_read(body["history_until"]),
        history_messages=body["history_messages"],
        live_from=_read(body["live_from"]),
        done=None if body["done"] is None else (datetime.fromisoformat(body["done"][0]), body["done"][1]),
        published=Published(
            accepted=Counter(published["accepted"]),
            copies=published["copies"],
            late=published["late"],
            dead=Counter(published["dead"]),
            refused=Counter(published["refused"]),
        ),
        web_orders=_orders(body.get("web_orders")),
        mails_read=body["mails_read"],
        responses=Counter(body["responses"]),
    )


def _orders(written: list[Any] | None) -> list[tuple[int, datetime]] | None:
    return None if written is None else [(int(number), datetime.fromisoformat(at)) for number, at in written]


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
