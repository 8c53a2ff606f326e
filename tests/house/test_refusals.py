"""Every refusal has a name of its own, and some test names it: callers decide by names, so none may change unseen."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import services
import shared
from shared.errors import Refusal

_TESTS = Path(__file__).parents[1]
# Bases that others are made of, and are never raised themselves.
_BASES = {"precondition-failed", "malformed-request", "unavailable"}
# What no request can bring about at will; the commands' own are shown where the command is tested.
_RACES = {"still-merging", "never-read", "nothing-relays", "relay-is-running"}


def _refusals(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for refusal in of.__subclasses__():
        yield refusal
        yield from _refusals(refusal)


def test_every_refusal_is_named_by_a_test() -> None:
    """Catches a refusal that is renamed, or answered with another one's status, while every test looks at numbers."""
    for package in (services, shared):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith(".errors"):
                import_module(module.name)
    written = "\n".join(file.read_text() for file in _TESTS.rglob("test_*.py") if file != Path(__file__))
    # Not those of the tests themselves, whose doors other tests of the same process may have imported.
    own = [refusal for refusal in _refusals() if refusal.__module__.startswith(("services.", "shared."))]
    slugs = {refusal.slug for refusal in own if getattr(refusal, "slug", None)}
    assert len(slugs) > 60
    assert {slug for slug in slugs - _BASES - _RACES if slug not in written} == set()
