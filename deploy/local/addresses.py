"""What a visitor of a running installation needs first: where everything answers, and a way in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from deploy.local.console import sign_in


def addresses(urls: Mapping[str, str], inbox_page: str, console_page: str | None, redis: str) -> str:
    """A line for each address; for the console a link that signs its owner in, once."""
    lines = [f"  {service:<13}{url:<24}  {url}/docs" for service, url in urls.items()]
    lines.append(f"  {'inbox':<13}{inbox_page}")
    if console_page is not None:
        link = asyncio.run(sign_in(redis, console_page))
        lines += [f"  {'console':<13}{console_page}", f"  Sign in, once: {link}"]
    return "\n".join(lines)
