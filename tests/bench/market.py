"""The whole product with customers who may be written to: what the rows about sending share."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
import uvloop

from tests.bench.ground import Ground, Site
from tests.bench.http import in_turn, request
from tests.bench.load import SOURCE, Outgoing, customer_ids, fill, inbound, with_address
from tests.bench.memory import resident
from tests.bench.quiet import until_quiet
from tests.bench.sink import Sink, a_sink

_CONSENTS = 500
# A letter as shops send it: both forms, six offers with a tracked link each, styles in every cell, about 3 KB.
_HELLO = "Hello {{ customer.given_name | default: 'there' }},"
_CELL = (
    '<tr><td style="padding:12px 24px;font:16px/24px Helvetica,Arial,sans-serif;color:#222">'
    '<h2 style="margin:0 0 8px;font-size:20px">Offer {n}</h2>'
    "<p>Ripe this week, from growers nearby: what you bought last season is back, at the price of last season.</p>"
    '<p><a href="https://shop.example.test/offers/{n}?from=letter" style="background:#0a7;color:#fff;padding:9px">'
    "See the offer</a></p></td></tr>"
)
_OFFERS = range(1, 7)
_HTML = (
    '<html><body style="margin:0;background:#f4f4f4"><table width="600" cellpadding="0" role="presentation">'
    f"<tr><td><p>{_HELLO}</p></td></tr>"
    + "".join(_CELL.format(n=n) for n in _OFFERS)
    + '<tr><td><p><a href="{{ unsubscribe_url }}">No more of these</a></p></td></tr></table></body></html>'
)
_OFFER = "Offer {n}: ripe this week, from growers nearby.\nhttps://shop.example.test/offers/{n}"
_TEXT = "\n\n".join([_HELLO, *(_OFFER.format(n=n) for n in _OFFERS), "No more of these: {{ unsubscribe_url }}\n"])
# What arrives is longer: links are signed.
LETTER_BYTES = len(_HTML) + len(_TEXT) + 4_000


@dataclass
class Market:
    """Every process of the product runs, and a mail server beside them. `fresh` are customers not yet used up."""

    ground: Ground
    site: Site
    sink: Sink
    pids: dict[str, int]
    at_start: dict[str, float]
    ids: list[UUID] = field(default_factory=list)
    used: int = 0

    async def call(self, method: str, service: str, path: str, role: str, body: Any = None) -> Any:
        """One request with a role's key; the JSON of the answer."""
        raw = request(method, path, self.site.header(role), b"" if body is None else orjson.dumps(body))
        (answer,) = await in_turn(self.site.installation.ports[f"{service}.app"], [raw])
        return orjson.loads(answer) if answer else None

    async def customers(self, count: int) -> range:
        """The numbers of so many customers with address and consent, whom no campaign has written to."""
        first, self.used = self.used, self.used + count
        if self.used > len(self.ids):
            await self._introduce(range(len(self.ids), self.used))
        return range(first, self.used)

    async def _introduce(self, numbers: Sequence[int]) -> None:
        """They call once, give their address, and agree to be written to; it is heard everywhere."""
        self.ids = customer_ids(self.site.installation.keys["installation"], numbers[-1] + 1)
        records: Iterator[Outgoing] = (
            (str(self.ids[n]).encode(), inbound(SOURCE, with_address(n, kind="contact")), []) for n in numbers
        )
        await fill(self.ground.dsns.kafka, f"{self.site.prefix}interactions-inbound", records)
        items = [_consent(n) for n in numbers]
        role = self.site.header("data-protection")
        bodies = [{"items": items[at : at + _CONSENTS]} for at in range(0, len(items), _CONSENTS)]
        raws = [request("POST", "/consents/batch", role, orjson.dumps(body)) for body in bodies]
        await in_turn(self.site.installation.ports["privacy.app"], raws, connections=2)
        await until_quiet(self.ground, self.site)

    async def segment(self, name: str, definition: dict[str, Any]) -> str:
        """A live segment's id."""
        made = await self.call("POST", "analytics", "/segments", "marketing", {"name": name, "definition": definition})
        while (await self.call("GET", "analytics", f"/segments/{made['id']}", "marketing"))["state"] != "live":
            await asyncio.sleep(0.1)
        await until_quiet(self.ground, self.site)
        return str(made["id"])

    async def campaign(self, name: str, trigger: dict[str, Any]) -> str:
        """A draft's id."""
        content = {"subject": "Ripe this week", "text": _TEXT, "html": _HTML}
        body = {"name": name, "purpose": "marketing", "trigger": trigger, "content": content}
        return str((await self.call("POST", "campaigns", "/campaigns", "marketing", body))["id"])

    async def act(self, campaign: str, action: str) -> None:
        """Start, pause, stop a campaign."""
        await self.call("POST", "campaigns", f"/campaigns/{campaign}/{action}", "marketing")


def _consent(number: int) -> dict[str, Any]:
    return {
        "customer": {"external_id": {"source": SOURCE, "id": f"customer-{number}"}},
        "purpose": "marketing",
        "channel": "email",
        "action": "granted",
        "wording": "Yes, write to me.",
        "wording_version": "1",
    }


def open_market(ground: Ground, stack: contextlib.ExitStack) -> Market:
    """Everything is started, once for all rows that need it; `stack` ends it."""
    sink = stack.enter_context(a_sink(ground.folder / "sink"))
    runner = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))

    async def enter() -> tuple[contextlib.AsyncExitStack, Site, dict[str, int]]:
        held = contextlib.AsyncExitStack()
        site = await held.enter_async_context(ground.site("market", smtp=sink.address))
        pids = await held.enter_async_context(site.running(*site.installation.process_names()))
        return held, site, pids

    held, site, pids = runner.run(enter())
    stack.callback(lambda: runner.run(held.aclose()))
    return Market(ground, site, sink, pids, resident(pids))
