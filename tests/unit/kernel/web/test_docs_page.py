"""/docs needs nothing from elsewhere: the page, its files and its document come from the app itself."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.component.kernel.doors import DoorSettings, create


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    nowhere = "127.0.0.1:1"
    settings = DoorSettings(
        database_url=f"postgresql://nobody:none@{nowhere}/none",
        kafka_bootstrap=nowhere,
        redis_url=f"redis://{nowhere}/0",
        api_keys_file=tmp_path / "keys.json",
    )
    transport = httpx.ASGITransport(create(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        yield client


async def test_the_page_and_all_that_it_loads_come_from_here(reader: httpx.AsyncClient) -> None:
    """Catches a page that is blank where there is no internet."""
    page = await reader.get("/docs")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 4
    assert "://" not in page.text
    for path in loaded:
        found = await reader.get(f"/{path}")
        assert (found.status_code, len(found.content) > 50) == (200, True), path
    assert "SwaggerUIBundle" in (await reader.get("/docs/swagger-ui-bundle.js")).text
    assert (await reader.get("/openapi.json")).json()["paths"]


async def test_the_page_may_load_nothing_else_and_be_framed_by_nobody(reader: httpx.AsyncClient) -> None:
    policy = (await reader.get("/docs")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]


async def test_a_file_is_sent_once_and_packed(reader: httpx.AsyncClient) -> None:
    """Catches a megabyte that goes out, or is packed, again for every stranger who asks."""
    first = await reader.get("/docs/swagger-ui-bundle.js")
    assert first.headers["content-encoding"] == "gzip"
    again = await reader.get("/docs/swagger-ui-bundle.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["../__init__.py", "..%2f__init__.py", "redoc.standalone.js", "x", "core.py"])
async def test_no_other_file_is_given_out(reader: httpx.AsyncClient, name: str) -> None:
    answer = await reader.get(f"/docs/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
