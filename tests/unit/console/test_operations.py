"""What the proxy knows of the five APIs, and what roles may use of it."""

from __future__ import annotations

import json

from console.server.config import ROOT, SERVICES
from console.server.operations import read_operations
from console.server.roles import OWNER, ROLES, scopes_of
from deploy.local.keys import ROLES as KEYS
from shared.security.api_keys import SCOPES

OPERATIONS = read_operations(ROOT / "docs/openapi", SERVICES)


def test_every_operation_of_the_documents_is_found_by_its_path() -> None:
    """Catches an operation that the proxy would take for another, or for none."""
    for service in SERVICES:
        document = json.loads((ROOT / f"docs/openapi/{service}.json").read_text())
        for template, methods in document["paths"].items():
            path = "/".join("1" if part.startswith("{") else part for part in template.split("/"))
            for method, operation in methods.items():
                known = OPERATIONS.find(service, method.upper(), path)
                if "x-scope" in operation:
                    assert known is not None, f"{method} {template}"
                    assert (known.template, known.scope) == (template, operation["x-scope"])
                else:
                    assert known is None, f"{method} {template} is for mails, not for the console"


def test_a_fixed_path_goes_before_one_with_a_parameter() -> None:
    """Catches /segments/vocabulary taken for the segment called vocabulary."""
    vocabulary = OPERATIONS.find("analytics", "GET", "/segments/vocabulary")
    assert vocabulary is not None
    assert vocabulary.template == "/segments/vocabulary"


def test_what_is_in_no_document_is_not_found() -> None:
    """Catches a proxy that forwards whatever it is given."""
    for method, path in (
        ("GET", "/metrics"),
        ("GET", "/docs"),
        ("DELETE", "/customers/1"),
        ("GET", "/customers/1/2/3"),
    ):
        assert OPERATIONS.find("customers", method, path) is None


def test_roles_have_scopes_that_exist_and_the_console_has_them_all() -> None:
    """Catches a role whose pages the services would refuse: the console's own key must cover every role."""
    for role, scopes in ROLES.items():
        assert scopes <= SCOPES.keys(), role
        assert scopes <= set(KEYS["service-console"]), role
    assert scopes_of([OWNER]) == set().union(*ROLES.values())
    assert scopes_of(["a role of long ago"]) == frozenset()


def test_the_dead_letter_doors_are_the_same_everywhere() -> None:
    """Catches a service whose dead letters the console's one page would misread."""

    def doors(service: str) -> dict[str, object]:
        document = json.loads((ROOT / f"docs/openapi/{service}.json").read_text())
        schemas = document["components"]["schemas"]
        kinds = {
            name: schema for name, schema in schemas.items() if name.startswith(("DeadLetter", "RepairIn", "NoteIn"))
        }
        paths = {path: sorted(methods) for path, methods in document["paths"].items() if "dead-letters" in path}
        return {**kinds, **paths}

    def without_words(schema: object) -> object:
        """Services tell of the same fields in their own words."""
        if isinstance(schema, dict):
            return {key: without_words(value) for key, value in schema.items() if key != "description"}
        return schema

    assert [without_words(doors(service)) == without_words(doors("customers")) for service in SERVICES] == [True] * 5


def test_nobody_but_the_privacy_officer_and_the_owner_erases() -> None:
    """Catches a role that grew by accident."""
    assert {role for role, scopes in ROLES.items() if "privacy:erase" in scopes} == {"privacy-officer", OWNER}
    assert {role for role, scopes in ROLES.items() if "privacy:admin" in scopes} == {"privacy-officer", OWNER}
    assert {role for role, scopes in ROLES.items() if "catalogue:write" in scopes} == {"operator", OWNER}
    assert {role for role, scopes in ROLES.items() if "privacy:requests" in scopes} == {"privacy-officer", OWNER}
    assert {role for role, scopes in ROLES.items() if "operations" in scopes} == {"operator", OWNER}
    assert {role for role, scopes in ROLES.items() if "campaigns:write" in scopes} == {"marketer", OWNER}
