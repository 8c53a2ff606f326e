"""Read models are rebuilt beside themselves while the product runs, and what was spoilt in them is mended."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import asyncpg
import pytest

from services.crm.installation import environment_of
from tests.journeys.conftest import Product
from tests.journeys.steps import Until, buy, consent, found, the_road_works

Report = dict[str, dict[str, Any]]


async def crm(product: Product, *words: str) -> tuple[int, Report]:
    """A command as an operator gives it, on this installation: its exit status, and the reports by table."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.crm", *words, "--json", "--folder", str(product.installation.folder)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode in (0, 1), err.decode()
    assert out, err.decode()
    return process.returncode, {report["name"]: report for report in json.loads(out)}


async def execute(product: Product, service: str, *statements: str) -> None:
    connection = await asyncpg.connect(environment_of(product.installation.folder, service)["DATABASE_URL"])
    try:
        for statement in statements:
            assert (await connection.execute(statement)).split()[-1] != "0", f"{statement} changed nothing"
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def people(product: Product, campaign: dict[str, Any], until: Until) -> list[str]:
    """Some who bought, agreed, and some who were merged; all of it has reached everybody."""
    who = ["rebecca", "rupert", "ruth", "roman"]
    for name in who:
        await consent(product, name)
        await buy(product, name, 2)
    ids = [await found(product, until, name) for name in who]
    await product.done("POST", "customers", "/merges", "operator", json={"survivor": ids[0], "absorbed": ids[1]})
    await the_road_works(product, until, "rebuilt-canary")
    return ids


SPOILT = {
    "campaigns": (
        "delete from profiles where version > 0 and customer_id = (select min(customer_id::text)::uuid from profiles)",
        "update memberships set member = false where member",
        "update consents set state = 'denied' where state = 'granted'",
        "insert into consents values (gen_random_uuid(), 'made-up', 'email', 'granted', null, 7)",
        "insert into restrictions values (gen_random_uuid(), true, 3)",
        "delete from merges where not undone",
    ),
    "analytics": (
        "delete from facts where customer_id = (select min(customer_id::text)::uuid from facts)",
        "update facts set amount = amount + 1 where customer_id = (select max(customer_id::text)::uuid from facts)"
        " and amount is not null",
        "insert into facts (customer_id, time, event_id, line, event, recorded_at, amount)"
        " select customer_id, time, gen_random_uuid(), 0, event, recorded_at, 5 from facts where line = 0 limit 1",
    ),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("service", "model"), [("campaigns", "copies"), ("analytics", "facts")])
async def test_a_read_model_is_what_its_sources_say_and_what_is_spoilt_in_it_is_mended(
    product: Product, people: list[str], until: Until, service: str, model: str
) -> None:
    """Catches copies that no longer follow from their sources, a rebuild that sees nothing, and one that loses rows:
    hash(live) = hash(rebuilt)."""
    status, before = await crm(product, "rebuild", service, model, "--compare")
    assert {name: (report["live"], report["differing"]) for name, report in before.items()} == {
        name: (report["rebuilt"], 0) for name, report in before.items()
    }
    assert status == 0
    assert all(before[name]["rows"] > 0 for name in before.keys() - {"restrictions"})

    await execute(product, service, *SPOILT[service])
    status, spoilt = await crm(product, "rebuild", service, model, "--compare")
    assert status == 1
    assert [name for name, report in spoilt.items() if report["live"] == report["rebuilt"]] == []

    status, mended = await crm(product, "rebuild", service, model)
    assert status == 0
    assert {name: report["live"] for name, report in mended.items()} == {
        name: report["live"] for name, report in before.items()
    }
    # The live consumer goes on where it stood.
    await the_road_works(product, until, f"after-{service}")
