"""Pairs of customers that are alike, decided by keyboard."""

from __future__ import annotations

from tests.browser.answers import duplicate, everything, merge
from tests.browser.conftest import Enter
from tests.browser.fixed import an_id

CONFIRM, REJECT = "POST /customers/duplicates/{}/confirm", "POST /customers/duplicates/{}/reject"


async def test_pairs_are_decided_one_after_the_other_by_keyboard(enter: Enter, front: str) -> None:
    """Catches a queue that needs the mouse, keys that work where nobody meant them, and a focus that is lost with each
    decision."""
    visitor = await enter(front, "owner")
    answers = {**everything(), CONFIRM: merge(), REJECT: duplicate()}
    await visitor.answer(answers)
    await visitor.open("/customers/duplicates", "a typing error")
    page = visitor.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    await page.keyboard.press("n")
    first = page.get_by_role("group", name="Pair 1 / 3")
    await first.focus()
    await page.keyboard.press("j")
    second = page.get_by_role("group", name="Pair 2 / 3")
    await second.wait_for()
    async with page.expect_request(f"**/duplicates/{an_id(1)}/reject"):
        await page.keyboard.press("n")
    await page.keyboard.press("k")
    await first.wait_for()
    async with page.expect_request(f"**/duplicates/{an_id(0)}/confirm") as confirmed:
        await page.keyboard.press("m")
    sent = (await confirmed.value).post_data_json
    assert sent == {"survivor": an_id(0), "dry_run": False}
    assert not any(url.endswith(f"{an_id(0)}/reject") for url in asked)
    assert visitor.faults == []
