"""Everybody is compared in pieces, goes on where it stopped, and can be asked for again."""

from __future__ import annotations

import httpx
import pytest

from services.customers.duplicates.repository import index
from services.customers.duplicates.service import comparing
from shared.database.transaction import Tx
from tests.component.customers.builders import created
from tests.component.customers.conftest import World
from tests.component.customers.duplicates.test_deciding import told
from tests.component.customers.duplicates.world import a_person, compared, pairs_of

MARKS = "select count(*) from duplicate_marks"


async def test_customers_who_were_there_before_are_compared_piece_by_piece(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an installation that compares the new ones only, a run that begins anew after a crash, and pairs that are
    missed where one piece ends and the next begins."""
    monkeypatch.setattr(comparing, "BATCH", 3)
    person = a_person()
    people = [await created(api, attributes=person) for _ in range(5)]
    await compared(world)
    async with world.database.transaction() as tx:
        for table in ("duplicates", "duplicate_keys", "duplicate_likenesses", "duplicate_marks"):
            await tx.execute(f"delete from {table}")
    run = (await api.post("/duplicate-runs")).json()
    assert run["state"] == "running"
    assert told(await api.post("/duplicate-runs")) == (409, "comparison-running")
    async with world.database.transaction() as tx:
        assert await comparing.compare_some(tx, world.settings)
    path = f"/duplicate-runs/{run['run_id']}"
    assert (await api.get(path)).json()["compared"] == 3
    # A piece that fails is taken back as a whole, and comes again.
    with pytest.raises(RuntimeError):
        async with world.database.transaction() as tx:
            await comparing.compare_some(tx, world.settings)
            raise RuntimeError("the process ends here")
    assert (await api.get(path)).json()["compared"] == 3
    await compared(world)
    done = (await api.get(path)).json()
    customers = await world.value("select count(*) from customers where merged_into is null")
    assert (done["state"], done["compared"], done["customers"]) == ("done", customers, customers)
    assert done["found"] >= 10
    assert len(await pairs_of(api, people[0])) == 4
    assert (await api.get("/duplicate-runs", params={"limit": 1})).json()["items"] == [done]
    assert told(await api.post(f"{path}/cancel")) == (409, "comparison-ended")


async def test_a_run_can_be_cancelled(api: httpx.AsyncClient, world: World) -> None:
    """Catches a run that nobody can stop."""
    run = (await api.post("/duplicate-runs")).json()
    path = f"/duplicate-runs/{run['run_id']}"
    assert (await api.post(f"{path}/cancel")).json()["state"] == "cancelled"
    await compared(world)
    assert (await api.get(path)).json()["compared"] == 0
    missing = "/duplicate-runs/0197f4a1-0000-7000-8000-000000000001"
    assert told(await api.get(missing)) == (404, "no-such-comparison")
    assert told(await api.post(f"{missing}/cancel")) == (404, "no-such-comparison")


async def test_a_file_that_is_taken_goes_first(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an import that takes twice as long as its rows are compared at once."""
    await compared(world)
    monkeypatch.setattr(comparing, "BATCH", 1)
    for _ in range(3):
        await created(api)
    waiting = await world.value(MARKS)

    async def runs(tx: Tx) -> bool:
        return True

    with monkeypatch.context() as importing:
        importing.setattr(index, "import_runs", runs)
        await compared(world)
        assert await world.value(MARKS) == waiting - 1
    await compared(world)
    assert await world.value(MARKS) == 0


async def test_the_first_run_begins_by_itself(world: World) -> None:
    """Catches an upgrade after which nobody who was there before is ever compared."""
    async with world.database.transaction() as tx:
        await tx.execute("delete from duplicate_runs")
    await compared(world)
    assert await world.value("select started_by || ' ' || state from duplicate_runs") == "duplicates done"
