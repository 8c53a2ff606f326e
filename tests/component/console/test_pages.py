"""The pages' files and the headers that they come with."""

from __future__ import annotations

import re

import httpx

from tests.component.console.conftest import ORIGIN, Console, problem

CUSTOMER, CAMPAIGN = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"


async def test_every_page_has_a_policy_without_inline_and_a_fresh_nonce(console: Console) -> None:
    """Catches unsafe-inline, and a nonce that can be learnt."""
    answers = [await console.http.get(path) for path in ("/", "/segments/new", "/index.html")]
    nonces = set()
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        [nonce] = re.findall(r"'nonce-([\w-]+)'", policy)
        assert f'content="{nonce}"' in answer.text
        nonces.add(nonce)
    assert len(nonces) == 3


async def test_files_with_a_hash_are_kept_and_nothing_outside_is_given(console: Console) -> None:
    """Catches a file server that walks up."""
    asset = await console.http.get("/assets/index-1.js")
    assert "immutable" in asset.headers["cache-control"]
    assert problem(await console.http.get("/assets/gone.js")) == "no-such-operation"
    for path in (b"/../secret.txt", b"/%2e%2e/secret.txt", b"/assets/../../secret.txt", b"/..%2fsecret.txt"):
        answer = await console.http.get(httpx.URL(ORIGIN).copy_with(raw_path=path))
        assert "secret" not in answer.text, path
    # No file has such a name, and to ask for one is no fault of ours.
    assert problem(await console.http.get(httpx.URL(ORIGIN).copy_with(raw_path=b"/a%00b"))) == "no-such-operation"


async def test_a_letter_is_shut_in(console: Console) -> None:
    """Catches a letter's script that runs with the reader's session."""
    await console.enter("marketer")
    console.services.answer = httpx.Response(200, json={"subject": "s", "text": "t", "html": "<script>1</script>"})
    letter = await console.http.get(f"/letters/{CAMPAIGN}/{CUSTOMER}")
    assert letter.text == "<script>1</script>"
    policy = letter.headers["content-security-policy"]
    assert policy.startswith("sandbox;")
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert console.services.seen[-1].content == f'{{"customer_id":"{CUSTOMER}"}}'.encode()


async def test_a_letter_is_for_those_who_may_read_campaigns(console: Console) -> None:
    """Catches a way around the proxy."""
    await console.enter("privacy-officer")
    assert problem(await console.http.get(f"/letters/{CAMPAIGN}/{CUSTOMER}")) == "role-lacks-scope"
    assert problem(await console.http.get("/services")) == "role-lacks-scope"
