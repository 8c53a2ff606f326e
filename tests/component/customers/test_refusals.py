"""What customers refuses, each by its name: a program can tell one from the other."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from shared.files.errors import FilesNotSetUp
from shared.files.folder import Files
from tests.component.customers.builders import a_customer, an_email, created, derived, merged, observed
from tests.component.customers.conftest import World, as_

NOBODY = "0197f4a1-0000-7000-8000-000000000001"


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def test_records_and_their_identifiers_refuse_by_name(api: httpx.AsyncClient) -> None:
    """Catches refusals that changed their name or status: callers decide by them."""
    email = an_email()
    body = await created(api, identifiers=[email])
    path = f"/customers/{body['customer_id']}"
    again = a_customer(customer_id=body["customer_id"])
    assert told(await api.post("/customers", json=again)) == (409, "customer-exists")
    assert told(await api.post("/customers", json=a_customer(identifiers=[email]))) == (409, "identifier-taken")
    wrong = a_customer(identifiers=[{"kind": "external_id", "value": "4711"}])
    assert told(await api.post("/customers", json=wrong)) == (422, "invalid-identifier")
    change = {"attributes": {"no_such_attribute_here": 1}}
    assert told(await api.patch(path, json=change, headers={"If-Match": "*"})) == (422, "invalid-attributes")
    assert told(await api.patch(path, json={}, headers={"If-Match": '"999"'})) == (412, "version-conflict")
    assert told(await api.patch(path, json={})) == (428, "version-required")
    gone = await api.delete(f"{path}/identifiers/{NOBODY}", headers={"If-Match": "*"})
    assert told(gone) == (404, "no-such-identifier")


async def test_attributes_merges_and_imports_refuse_by_name(api: httpx.AsyncClient, world: World) -> None:
    """Catches refusals that changed their name or status: callers decide by them."""
    name = f"a_{uuid4().hex[:8]}"
    attribute = {"name": name, "type": "text", "label": "Something", "purpose": "analytics"}
    assert told(await api.get(f"/attributes/{name}")) == (404, "no-such-attribute")
    made = await api.post("/attributes", json=attribute)
    assert made.status_code == 201, made.text
    assert told(await api.post("/attributes", json=attribute)) == (409, "attribute-exists")
    wrong = {**attribute, "name": "kind"}
    assert told(await api.post("/attributes", json=wrong)) == (422, "invalid-definition")
    assert told(await api.get(f"/merges/{NOBODY}")) == (404, "no-such-merge")
    merge = await merged(api, await created(api), await created(api))
    assert (await api.post(f"/merges/{merge['merge_id']}/undo")).status_code == 200
    assert told(await api.post(f"/merges/{merge['merge_id']}/undo")) == (409, "already-undone")
    assert told(await api.post(f"/link-candidates/{NOBODY}/accept")) == (404, "no-such-candidate")
    email, card = an_email(), {"kind": "card", "value": uuid4().hex}
    await created(api, identifiers=[email])
    customer = derived(world.settings, card)
    await world.deliver(world.event(observed(card, email), customer))
    candidates = (await api.get("/link-candidates?limit=500")).json()["items"]
    (candidate,) = [found for found in candidates if found["customer_id"] == str(customer)]
    path = f"/link-candidates/{candidate['candidate_id']}/dismiss"
    assert (await api.post(path)).status_code == 204
    assert told(await api.post(path)) == (409, "already-decided")
    assert told(await api.get(f"/imports/{NOBODY}", headers=as_("importer"))) == (404, "no-such-import")
    with pytest.raises(FilesNotSetUp) as refused:
        Files(world.settings.model_copy(update={"import_folder": None}))
    assert (refused.value.status, refused.value.slug) == (503, "imports-not-set-up")
