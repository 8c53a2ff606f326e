"""The five APIs through the console: with its key, in a person's name, within their role."""

from __future__ import annotations

import httpx
import pytest

from console.server.config import ROOT, SERVICES
from console.server.operations import read_operations
from console.server.roles import ROLES
from tests.component.console.conftest import ORIGIN, Console, problem

ERASURE = "/api/privacy/erasures"


async def test_a_service_sees_the_consoles_key_and_who_acts(console: Console) -> None:
    """Catches a session cookie that leaks to a service, and an act in nobody's name."""
    await console.enter("marketer")
    answer = await console.post("/api/analytics/segments?limit=3", {"name": "x"}, **{"If-Match": '"7"', "X-Odd": "1"})
    assert answer.json() == {"path": "/segments?limit=3"}
    [seen] = console.services.seen
    assert seen.headers["authorization"] == "Bearer local-service-key"
    assert seen.headers["acting-for"] == "marketer"
    assert seen.headers["if-match"] == '"7"'
    assert seen.content == b'{"name":"x"}'
    assert not {"cookie", "x-odd", "origin"} & set(seen.headers)


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_reaches_what_its_scopes_allow_and_nothing_else(console: Console, role: str) -> None:
    """Walks roles × operations. Catches a role that can do more by address than its pages show."""
    await console.enter(role)
    for operation in read_operations(ROOT / "docs/openapi", SERVICES):
        path = "/".join("1" if part.startswith("{") else part for part in operation.template.split("/"))
        headers = {"Origin": ORIGIN}
        answer = await console.http.request(operation.method, f"/api/{operation.service}{path}", headers=headers)
        allowed = operation.scope in ROLES[role]
        assert answer.status_code == (200 if allowed else 403), f"{role}: {operation}"
        if not allowed:
            assert problem(answer) == "role-lacks-scope"


@pytest.mark.parametrize(
    "path",
    ["customers/metrics", "customers/customers/..%2fdocs", "customers/customers/%2e%2e", "nobody/customers",
     "customers/unsubscribe/x", "privacy/unsubscribe/x", "customers/customers/a%2Fb"],
)  # fmt: skip
async def test_no_path_leads_out_of_the_listed_operations(console: Console, path: str) -> None:
    """Catches a path that means one thing here and another behind the proxy."""
    await console.enter("owner")
    url = httpx.URL(ORIGIN).copy_with(raw_path=f"/api/{path}".encode())
    answer = await console.http.get(url)
    assert answer.status_code in (403, 404), answer.text
    assert console.services.seen == [] or console.services.seen[-1].url.path.startswith("/customers/")


async def test_nobody_signed_in_reaches_nothing(console: Console) -> None:
    """Catches a proxy that is open."""
    assert problem(await console.http.get("/api/customers/customers")) == "not-signed-in"
    assert problem(await console.http.get("/services")) == "not-signed-in"
    assert problem(await console.http.get("/clock")) == "not-signed-in"
    assert console.services.seen == []


async def test_a_change_that_another_site_asks_for_is_refused(console: Console) -> None:
    """Catches cross-site requests: forms, other origins, none at all."""
    await console.enter("privacy-officer")
    for headers in ({}, {"Origin": "http://evil.test"}, {"Origin": "null"},
                    {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}):  # fmt: skip
        assert problem(await console.http.post(ERASURE, json={}, headers=headers)) == "cross-site"
    form = await console.http.post(ERASURE, data={"a": "1"}, headers={"Origin": ORIGIN})
    assert problem(form) == "unsupported-media-type"
    large = await console.http.post(ERASURE, content=b" " * 3_000_000, headers={"Origin": ORIGIN})
    assert problem(large) == "too-large"
    assert console.services.seen == []


async def test_a_services_refusal_passes_as_it_is(console: Console) -> None:
    """Catches a refusal whose words the console swallows."""
    await console.enter("operator")
    console.services.answer = httpx.Response(
        409, json={"type": "/problems/x", "detail": "why"}, headers={"Content-Type": "application/problem+json"}
    )
    answer = await console.http.get("/api/customers/customers")
    assert (answer.status_code, answer.json()["detail"]) == (409, "why")


async def test_a_service_that_is_away_is_said_to_be(console: Console) -> None:
    """Catches a neighbour's outage that looks like the console's own fault."""
    await console.enter("operator")
    console.services.answer = httpx.ConnectError("refused")
    answer = await console.http.get("/api/customers/customers")
    assert (answer.status_code, problem(answer)) == (503, "service-away")
    assert "customers" in answer.json()["detail"]
    health = (await console.http.get("/services")).json()
    assert {state["status"] for state in health.values()} == {"away"}


async def test_a_file_goes_on_as_it_came_and_only_where_one_is_taken(console: Console) -> None:
    """Catches a file that is held in memory or cut, and a door for bytes that no operation asks for."""
    await console.enter("marketer")
    file = {"Origin": ORIGIN, "Content-Type": "application/octet-stream"}
    content = bytes(range(256)) * 12_000
    sent = await console.http.post("/api/customers/imports?file_name=a.csv", content=content, headers=file)
    assert sent.json() == {"path": "/imports?file_name=a.csv"}
    [seen] = console.services.seen
    assert seen.headers["content-length"] == str(len(content))
    assert "transfer-encoding" not in seen.headers
    assert seen.content == content
    for path in ("/api/analytics/segments", "/auth/sign-out"):
        refused = await console.http.post(path, content=b"{}", headers=file)
        assert problem(refused) == "unsupported-media-type", path
    large = await console.http.post(
        "/api/customers/imports", headers={**file, "Content-Length": str(2**40)}, content=b"x"
    )
    assert problem(large) == "too-large"
    elsewhere = await console.http.post(
        "/api/customers/imports", content=content, headers={**file, "Origin": "http://evil.test"}
    )
    assert problem(elsewhere) == "cross-site"
    assert len(console.services.seen) == 1
