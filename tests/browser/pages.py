"""A visitor of the console's pages: what they see, what axe says of it, and APIs that answer what a test wants."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Page, Route

from tests.browser.chromium import PACKAGES, install_test_packages

# Resources that a test makes fail are logged by the browser itself.
_FORESEEN = ("Failed to load resource",)
_SERIOUS = ("serious", "critical")
_TOO_WIDE = """() => {
  if (document.documentElement.scrollWidth <= window.innerWidth) return [];
  const scrolls = (element) => element && (["auto", "scroll", "hidden"].includes(getComputedStyle(element).overflowX)
    || scrolls(element.parentElement));
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > window.innerWidth && !scrolls(element.parentElement))
    .map((element) => element.outerHTML.slice(0, 200));
}"""


class Visitor:
    """One tab of one person."""

    def __init__(self, page: Page, shots: Path) -> None:
        self.page = page
        self.faults: list[str] = []
        self._shots = shots
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_FORESEEN):
            self.faults.append(message.text)

    async def answer(self, answers: Mapping[str, Any], status: int | None = None, only: str | None = None) -> None:
        """From now on the APIs answer so: "GET /customers/customers" → its JSON; an empty page for what is not named.
        With `status` every API refuses (or the one whose path begins with `only`)."""
        await self.page.unroute_all()

        async def fulfil(route: Route) -> None:
            path = urlsplit(route.request.url).path.removeprefix("/api")
            if status is not None and (only is None or path.startswith(only)):
                await route.fulfill(status=status, content_type="application/problem+json", body=_refusal(status))
                return
            body = _fitting(answers, f"{route.request.method} {path}")
            await route.fulfill(status=200, content_type="application/json", body=json.dumps(body))

        await self.page.route("**/api/**", fulfil)
        for own in ("services", "alarms", "alarms/settings", "monday"):
            await self.page.route(f"**/{own}", fulfil)

    async def open(self, path: str, shows: str) -> None:
        """Go there and wait for these words."""
        await self.page.goto(path, wait_until="commit")
        await self.page.get_by_text(shows).first.wait_for()

    async def shoot(self, name: str) -> None:
        """Keep a picture."""
        await self.page.screenshot(path=self._shots / f"{name}.png")

    async def serious(self) -> list[str]:
        """What axe finds serious or worse, one line each. It runs in the page's main world by the debugger, which no
        policy of the page stops."""
        install_test_packages()
        await self.page.evaluate((PACKAGES / "axe-core/axe.min.js").read_text() + "; undefined")
        report = await self.page.evaluate("axe.run({resultTypes: ['violations']})")
        return [_line_of(violation) for violation in report["violations"] if violation["impact"] in _SERIOUS]

    async def take_a_phone(self) -> None:
        """The same page in a narrow window, when its menu has moved away."""
        await self.page.set_viewport_size({"width": 390, "height": 800})
        await self.page.wait_for_timeout(350)

    async def too_wide(self) -> list[str]:
        """What reaches beyond the window although it lies in nothing that scrolls by itself."""
        elements = await self.page.evaluate(_TOO_WIDE)
        return [str(element) for element in elements]


def _line_of(violation: dict[str, Any]) -> str:
    node = violation["nodes"][0]
    return f"{violation['id']}: {violation['help']} {node['html'][:160]} {node['failureSummary'][:300]}"


def _fitting(answers: Mapping[str, Any], asked: str) -> Any:
    """The answer whose path, with {} for any part, is the one asked for."""
    parts = asked.split("/")
    for known, body in answers.items():
        pattern = known.split("/")
        if len(pattern) == len(parts) and all(a in ("{}", b) for a, b in zip(pattern, parts, strict=True)):
            return body
    return {"items": [], "next": None}


def _refusal(status: int) -> str:
    return json.dumps(
        {
            "type": "/problems/on-purpose", "title": "Refused on purpose", "status": status, "errors": [],
            "detail": f"The API said {status} for this test.", "cure": "Nothing to cure.",
        }
    )  # fmt: skip
