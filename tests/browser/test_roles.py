"""Roles × pages: who sees what in the menu, and what an address typed by hand gives."""

from __future__ import annotations

import pytest

from console.server.roles import ROLES
from tests.browser.conftest import Enter
from tests.browser.shop_answers import everything

AREAS = {
    "Customers": ("/customers", "customers:read"),
    "Imports": ("/imports", "customers:import"),
    "Catalogue": ("/catalogue", "catalogue:read"),
    "Cases": ("/cases", "cases:read"),
    "Segments": ("/segments", "analytics:read"),
    "Campaigns": ("/campaigns", "campaigns:read"),
    "Insights": ("/insights", "analytics:read"),
    "Settings": ("/settings", "campaigns:read"),
    "Privacy desk": ("/privacy", "privacy:read"),
    "Operations": ("/operations", "operations"),
}
ABOUT = {
    "/customers": "Everybody the firm knows",
    "/imports": "Files that were brought in",
    "/segments": "Rules over what customers are",
    "/campaigns": "Messages that a segment",
    "/privacy": "Requests of people",
}
ACTS = {
    "Import customers": ("/imports", "customers:import"),
    "Customers with their orders": ("/imports", "interactions:import"),
    "New segment": ("/segments", "analytics:write"),
    "New campaign": ("/campaigns", "campaigns:write"),
    "Take in a request": ("/privacy", "privacy:erase"),
    "Duplicates": ("/customers", "customers:merge"),
}
NOT_ALLOWED = "Your role does not include this page."


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_sees_its_pages_and_is_told_of_the_others(enter: Enter, front: str, role: str) -> None:
    """Catches a menu that leads to refusals, and a page that shows itself to whoever knows its address."""
    visitor = await enter(front, role)
    await visitor.answer(everything())
    await visitor.open("/", "What happens now")
    menu = visitor.page.get_by_role("navigation")
    for name, (path, scope) in AREAS.items():
        allowed = scope in ROLES[role]
        assert (await menu.get_by_role("link", name=name, exact=True).count() > 0) == allowed, name
        if not allowed:
            await visitor.open(path, NOT_ALLOWED)
            await visitor.open("/", "What happens now")
    for name, (path, scope) in ACTS.items():
        if dict(AREAS.values())[path] in ROLES[role]:
            await visitor.open(path, ABOUT[path])
            shown = await visitor.page.get_by_text(name, exact=True).count() > 0
            assert shown == (scope in ROLES[role]), f"{name} for {role}"
    assert visitor.faults == []
