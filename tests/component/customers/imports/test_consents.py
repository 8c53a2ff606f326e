"""What files say of consent, on its way to the real privacy."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import Dsns
from services.customers.config import Settings
from services.customers.imports.clients import privacy as privacy_client
from services.customers.imports.domain.consents import ConsentRule
from services.customers.imports.service.consents import tell_privacy
from services.customers.imports.service.faults import refuse_consent_faults
from services.privacy import app as privacy_app
from services.privacy.config import Settings as PrivacySettings
from services.registry import run_migrations
from shared.contracts.privacy import ErasureRequested
from shared.files.errors import InvalidMapping
from shared.ids import new_id
from shared.web.service_client import service_client
from tests.component.customers.builders import Body, derived
from tests.component.customers.conftest import World, as_
from tests.component.customers.imports.files import a_csv, an_address, send, shown, worked
from tests.infrastructure import CreateDatabase

_HEADING = ("Mail", "Newsletter", "Am", "Fassung")
_COLUMNS = [{"column": "Mail", "to": "email"}, {"column": "Newsletter", "to": "consent"}]
_RULE = {
    "purpose": "marketing",
    "channel": "email",
    "answer_column": "Newsletter",
    "given_at_column": "Am",
    "given_at_format": "DD.MM.YYYY",
    "wording": "Ja, ich will.",
    "wording_version_column": "Fassung",
    "source": "checkout",
}
_KEY = "key-of-customers"


@pytest.fixture(scope="session")
async def privacy_transport(
    settings: Settings, dsns: Dsns, create_database: CreateDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """The way to the app of privacy on a database of its own; customers' key may write there."""
    keys: Path = tmp_path_factory.mktemp("privacy") / "keys.json"
    scopes = ["privacy:write", "privacy:read"]
    entries = [{"id": "service-customers", "sha256": sha256(_KEY.encode()).hexdigest(), "scopes": scopes}]
    await asyncio.to_thread(keys.write_text, json.dumps(entries))
    made = PrivacySettings(
        database_url=await create_database("privacy"),
        kafka_bootstrap=dsns.kafka,
        redis_url=dsns.redis,
        topic_prefix=settings.topic_prefix,
        api_keys_file=keys,
        installation_key=settings.installation_key,
    )
    await asyncio.to_thread(run_migrations, "privacy", made.database_url)
    app = privacy_app.create(made)
    async with app.router.lifespan_context(app):
        yield httpx.ASGITransport(app=app, raise_app_exceptions=False)


@pytest.fixture
async def privacy(privacy_transport: httpx.AsyncBaseTransport) -> AsyncIterator[httpx.AsyncClient]:
    """Calls privacy."""
    headers = {"Authorization": f"Bearer {_KEY}"}
    async with httpx.AsyncClient(transport=privacy_transport, base_url="http://privacy", headers=headers) as client:
        yield client


@pytest.fixture
def connected(privacy_transport: httpx.AsyncBaseTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    """Customers calls that app, with its own key."""

    def to_privacy(made: Settings, neighbour: str, url: str) -> httpx.AsyncClient:
        return service_client(made, neighbour, url, inner=privacy_transport)

    monkeypatch.setattr(privacy_client, "service_client", to_privacy)


async def prepared(api: httpx.AsyncClient, *rows: tuple[str, ...], rule: Body | None = None) -> str:
    """The id of an import whose mapping speaks of consent."""
    sent = await send(api, a_csv(*rows, heading=_HEADING))
    import_id: str = sent.json()["import_id"]
    body = {"columns": _COLUMNS, "consents": [rule or _RULE]}
    answer = await api.put(f"/imports/{import_id}/mapping", json=body, headers=as_("importer"))
    assert answer.status_code == 200, answer.text
    return import_id


async def ledger(privacy: httpx.AsyncClient, world: World, address: str) -> Body:
    """What privacy knows of that address's customer."""
    customer = derived(world.settings, {"kind": "email", "value": address})
    answer = await privacy.get(f"/customers/{customer}/consents")
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


def both(world: World, address: str) -> Body:
    """A customer by id and address."""
    return {"customer_id": str(derived(world.settings, {"kind": "email", "value": address})), "email": address}


async def holds(privacy: httpx.AsyncClient, world: World, address: str) -> str | None:
    """What holds for marketing by e-mail: granted, denied, withdrawn; None when nothing was ever said."""
    for current in (await ledger(privacy, world, address))["current"]:
        if (current["purpose"], current["channel"]) == ("marketing", "email"):
            action: str = current["by_id"][0]["action"]
            blocked = current["blocked_by_address"] or not current["permitted"]
            return "ended" if action == "granted" and blocked else action
    return None


@pytest.mark.usefixtures("connected")
async def test_only_proven_grants_are_told_and_refusals_always(
    api: httpx.AsyncClient, world: World, privacy: httpx.AsyncClient
) -> None:
    """Catches a tick without its words that makes somebody mailable, and an old unsubscribe that is lost."""
    proven, undated, unworded, refused, silent = (an_address() for _ in range(5))
    import_id = await prepared(
        api,
        (proven, "ja", "03.04.2017", "v1"),
        (undated, "ja", "", "v1"),
        (unworded, "yes", "03.04.2017", ""),
        (refused, "abgemeldet", "05.06.2018", ""),
        (silent, "", "", ""),
    )
    dry = await worked(api, world, import_id, "dry-run")
    assert dry["consent_counts"] == {"granted": 1, "unproven": 2, "withdrawn": 1}
    assert (dry["consents_told"], dry["unproven"]) == ({}, [])
    assert await holds(privacy, world, proven) is None
    ran = await worked(api, world, import_id, "start")
    assert (ran["consent_counts"], ran["consents_told"]) == (dry["consent_counts"], {"sent": 2})
    assert await holds(privacy, world, proven) == "granted"
    (line,) = [line for line in (await ledger(privacy, world, proven))["history"] if not line["at_address"]]
    assert (line["wording"], line["wording_version"]) == ("Ja, ich will.", "v1")
    assert (line["recorded_by"], line["occurred_at"][:10]) == ("service-customers", "2017-04-03")
    assert (line["evidence"]["source"], line["evidence"]["row"]) == ("checkout", 2)
    assert line["evidence"]["import"] == import_id
    for address in (undated, unworded, silent):
        assert await holds(privacy, world, address) is None
    assert await holds(privacy, world, refused) == "withdrawn"


@pytest.mark.usefixtures("connected")
async def test_an_import_never_lifts_a_refusal(
    api: httpx.AsyncClient, world: World, privacy: httpx.AsyncClient
) -> None:
    """Catches the file of last year that writes again to somebody who has unsubscribed since."""
    address = an_address()
    withdrawn = await privacy.post("/withdrawals", json={"customer": both(world, address)})
    assert withdrawn.json()["withdrawn"], withdrawn.text
    import_id = await prepared(api, (address, "ja", "03.04.2017", "v1"))
    assert (await worked(api, world, import_id, "start"))["consents_told"] == {"sent": 1}
    assert await holds(privacy, world, address) != "granted"


@pytest.mark.usefixtures("connected")
async def test_what_is_sent_twice_is_recorded_once(
    api: httpx.AsyncClient, world: World, privacy: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a worker that dies behind the answer of privacy, and doubles the ledger."""
    address = an_address()
    import_id = await prepared(api, (address, "ja", "03.04.2017", "v1"))
    await api.post(f"/imports/{import_id}/start", headers=as_("importer"))
    with monkeypatch.context() as dying:

        async def die(*_: Any) -> None:
            raise SystemExit

        dying.setattr("services.customers.imports.service.consents._moved", die)
        with pytest.raises(SystemExit):
            await world.run_jobs()
    before = len((await ledger(privacy, world, address))["history"])
    assert (await shown(api, import_id))["consents_told"] == {"waiting": 1}
    await world.run_jobs()
    assert (await shown(api, import_id))["consents_told"] == {"sent": 1}
    assert len((await ledger(privacy, world, address))["history"]) == before > 0


@pytest.mark.usefixtures("connected")
async def test_an_undo_annuls_the_grants_and_keeps_the_refusals(
    api: httpx.AsyncClient, world: World, privacy: httpx.AsyncClient
) -> None:
    """Catches consent that outlives its file, and an undo that takes away what the customer said elsewhere."""
    only_here, before, refused = (an_address() for _ in range(3))
    own = {
        "customer": both(world, before),
        "purpose": "marketing",
        "channel": "email",
        "action": "granted",
        "occurred_at": "2016-01-01T00:00:00Z",
        "wording": "Yes",
        "wording_version": "own",
    }
    assert (await privacy.post("/consents", json=own)).status_code == 201
    import_id = await prepared(
        api,
        (only_here, "ja", "03.04.2017", "v1"),
        (before, "ja", "03.04.2017", "v1"),
        (refused, "nein", "03.04.2017", ""),
    )
    await worked(api, world, import_id, "start")
    assert await holds(privacy, world, only_here) == "granted"
    assert (await worked(api, world, import_id, "undo"))["consents_told"] == {"annulled": 2, "sent": 1}
    assert await holds(privacy, world, only_here) == "ended"
    assert await holds(privacy, world, before) == "granted"
    (current,) = (await ledger(privacy, world, before))["current"]
    assert current["by_id"][0]["occurred_at"][:10] == "2016-01-01"
    assert await holds(privacy, world, refused) == "denied"


@pytest.mark.usefixtures("connected")
async def test_a_list_of_unsubscribes_is_a_list_of_withdrawals(
    api: httpx.AsyncClient, world: World, privacy: httpx.AsyncClient
) -> None:
    """Catches the mail provider's list of those who left, which names no answer, and is taken for nothing."""
    address = an_address()
    rule = {
        "purpose": "marketing",
        "channel": "email",
        "answer": "withdrawn",
        "given_at_column": "Am",
        "given_at_format": "DD.MM.YYYY",
        "source": "unsubscribed at the former provider",
    }
    import_id = await prepared(api, (address, "", "05.06.2018", ""), rule=rule)
    assert (await worked(api, world, import_id, "start"))["consent_counts"]["withdrawn"] == 1
    (line,) = [one for one in (await ledger(privacy, world, address))["history"] if not one["at_address"]]
    assert (line["action"], line["evidence"]["source"]) == ("withdrawn", "unsubscribed at the former provider")
    assert line["occurred_at"][:10] == "2018-06-05"


async def test_a_statement_of_somebody_who_was_erased_is_not_on_its_way_any_more(
    api: httpx.AsyncClient, world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a waiting statement that tells privacy again of somebody who was erased meanwhile."""

    def away(made: Settings, neighbour: str, url: str) -> httpx.AsyncClient:
        def refuse(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("nobody there")

        return service_client(made, neighbour, url, inner=httpx.MockTransport(refuse))

    monkeypatch.setattr(privacy_client, "service_client", away)
    monkeypatch.setattr("services.customers.imports.service.consents._PAUSE_S", 0)
    address = an_address()
    import_id = await prepared(api, (address, "ja", "03.04.2017", "v1"))
    assert (await worked(api, world, import_id, "start"))["consents_told"] == {"waiting": 1}
    # Asked again in vain, and the worker goes on.
    await tell_privacy(world.database, settings)
    customer = derived(world.settings, {"kind": "email", "value": address})
    await world.deliver(world.event(ErasureRequested(request_id=new_id(), aliases=[]), customer))
    assert (await shown(api, import_id))["consents_told"] == {}


async def test_a_mapping_of_consent_names_its_faults(api: httpx.AsyncClient, settings: Settings) -> None:
    """Catches rules that look accepted and can never be followed."""
    sent = (await send(api, a_csv((an_address(), "ja", "", ""), heading=_HEADING))).json()
    path = f"/imports/{sent['import_id']}/mapping"

    async def refused(**changes: Any) -> Body:
        body = {"columns": _COLUMNS, "consents": [_RULE, {**_RULE, **changes}]}
        answer = await api.put(path, json=body, headers=as_("importer"))
        assert answer.status_code == 422, answer.text
        found: Body = answer.json()
        return found

    alone = settings.model_copy(update={"privacy_url": None})
    with pytest.raises(InvalidMapping, match="PRIVACY_URL"):
        refuse_consent_faults(alone, [ConsentRule("marketing", "email", answer="withdrawn")], _HEADING)
    for changes in ({"answer_column": "Wo"}, {"answer_column": None}, {"purpose": "service"}, {"given_at_format": "?"}):
        assert (await refused(**changes))["errors"][0]["where"] == "/consents/1"
