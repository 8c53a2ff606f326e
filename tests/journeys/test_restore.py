"""The machine is lost: a backup and the journal of another disk bring the installation back, and nobody is harmed."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import Dsns
from deploy.local.installation import SERVICES, Installation, Plan
from tests.journeys.conftest import Product
from tests.journeys.steps import Until, a_mail_to, buy, consent, found, the_road_works
from tests.journeys.test_erasure import places

GONE = "zzq-lost-and-erased"


async def crm(*words: str) -> dict[str, Any]:
    """What a command answered; it must succeed."""
    ended = await asyncio.to_thread(run_crm, *words)
    assert ended[0] == 0, ended[2]
    answer: dict[str, Any] = json.loads(ended[1])
    return answer


def run_crm(*words: str) -> tuple[int, str, str]:
    """Exit status and what was printed."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "services.crm", *words, "--json"], capture_output=True, text=True, env=environment
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
async def backup(
    product: Product, campaign: dict[str, Any], until: Until, tmp_path: Path
) -> tuple[Path, dict[str, int]]:
    """A backup, and what happened between it and the end: how many mails each person has by then."""
    for who in ("kept", "late", "leaver", "waiter", GONE):
        await consent(product, who)
    await buy(product, "kept", 2)
    await a_mail_to(product, until, "kept")
    for who in ("late", "leaver", GONE):
        await buy(product, who)
        await found(product, until, who)
    await product.done("PUT", "campaigns", "/switch", "marketing", json={"halted": True})
    await buy(product, "waiter", 2)
    waiter = await found(product, until, "waiter")

    async def waits() -> Any:
        shown = await product.done("GET", "campaigns", f"/customers/{waiter}/messages", "marketing")
        return [message for message in shown["items"] if message["state"] == "waiting"]

    await until(waits)
    taken = await crm("backup", str(tmp_path / "backup"), "--folder", str(product.installation.folder))
    assert set(taken["heads"]) == set(SERVICES)
    # What the backup does not know.
    await product.done("PUT", "campaigns", "/switch", "marketing", json={"halted": False})
    await a_mail_to(product, until, "waiter")
    await buy(product, "late")
    await a_mail_to(product, until, "late")
    customer = {"customer": {"external_id": {"source": "shop", "id": "leaver"}}}
    await product.done(
        "POST", "privacy", "/consents", "data-protection",
        json=customer | {"purpose": "marketing", "channel": "email", "action": "withdrawn"},
    )  # fmt: skip
    gone = await found(product, until, GONE)
    await product.done(
        "POST", "privacy", "/erasures", "data-protection",
        json={"customer": {"customer_id": gone, "email": f"{GONE}@example.test"}, "requested_by": "officer-1",
              "identity_checked": True},
    )  # fmt: skip
    journal = product.installation.folder / "journal"

    async def written() -> Any:
        told = "".join(file.read_text() for file in journal.glob("*.jsonl"))
        return all(word in told for word in (gone, waiter, "denied", "handed_over"))

    await until(written)
    return tmp_path / "backup", {
        who: len(product.mails_to(f"{who}@example.test")) for who in ("kept", "late", "waiter")
    }


# Ten more processes start besides those of the other journeys.
@pytest.mark.timeout(600)
async def test_on_an_empty_machine_nothing_is_sent_twice_nobody_erased_returns_and_the_road_works_again(
    product: Product, dsns: Dsns, session_id: str, smtp: tuple[str, int], until: Until, tmp_path: Path,
    campaign: dict[str, Any], backup: tuple[Path, dict[str, int]],
) -> None:  # fmt: skip
    """Catches a restore that sends again what was sent since, brings back whom it forgot to forget, believes consents
    that were withdrawn since, or leaves an installation in which versions and positions fit no more."""
    archive, mails = backup
    folder, journal = tmp_path / "new", product.installation.folder / "journal"
    await crm("restore", str(archive), "--only", "files", "--folder", str(folder))
    plan = Plan(smtp=smtp, topic_prefix=f"{session_id}-r-")
    restored = Installation(folder / "installation", dsns, plan)
    assert restored.keys["installation"] == product.installation.keys["installation"]
    told: dict[str, Any] = {}

    def fill() -> None:
        words = ("restore", str(archive), "--only", "databases", "--folder", str(folder), "--journal", str(journal))
        status, out, err = run_crm(*words)
        assert status == 0, err
        told.update(json.loads(out))

    await asyncio.to_thread(restored.prepare, fill)
    assert told["another_broker"] is True
    assert told["erased"] >= 1
    assert told["refusals"] >= 2
    assert told["hand_overs"] >= 2
    async with httpx.AsyncClient(timeout=20) as http:
        new = Product(restored, product.mailbox, http)
        assert await places(new, (GONE,)) == {}, "before a process runs, nobody erased is there"
        await asyncio.to_thread(restored.start)
        try:
            await _look(new, until, campaign, mails, folder)
        finally:
            await asyncio.to_thread(restored.stop)


async def _look(new: Product, until: Until, campaign: dict[str, Any], mails: dict[str, int], folder: Path) -> None:
    switch = await new.done("GET", "campaigns", "/switch", "marketing")
    assert (switch["halted"], switch["by"]) == (True, "restore")
    kept = await found(new, until, "kept")
    timeline = await new.done("GET", "interactions", f"/customers/{kept}/timeline", "marketing")
    assert [item["kind"] for item in timeline["items"]].count("purchase") == 2
    # The shop sends again what it had sent since the backup: whoever it makes a fan waits.
    await buy(new, "late")
    await buy(new, "leaver")

    async def waits() -> Any:
        late = await found(new, until, "late")
        return (await new.done("GET", "campaigns", f"/customers/{late}/messages", "marketing"))["items"]

    await until(waits)
    refused = await new.call("PUT", "campaigns", "/switch", "marketing", json={"halted": False})
    assert refused.json()["type"] == "/problems/restored-not-confirmed", refused.text
    resumed = await crm("sending", "resume", "--waiting", "unknown", "--folder", str(folder))
    assert (resumed["halted"], resumed["restored_from"]) == (False, None)
    await the_road_works(new, until, "canary-after-restore")
    for who, number in mails.items():
        assert len(new.mails_to(f"{who}@example.test")) == number, who
    assert new.mails_to("leaver@example.test") == []
    assert new.mails_to(f"{GONE}@example.test") == []
