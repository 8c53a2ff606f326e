"""Who is who: people by the addresses to which they are written, ids by the merges that joined and parted them."""

from __future__ import annotations

from collections.abc import Iterable

from shared.contracts import customers
from tests.faults.records import Evidence, Row


def forgotten(seen: Evidence) -> set[str]:
    """People whose erasure was asked for."""
    return {row["who"] for row in seen.history if row["op"] == "erase" and row["outcome"] != "failed"}


def addressee(mail: Row) -> str:
    """To whom a mail went, as the load calls them."""
    return str(mail["to"].partition("@")[0])


def roots_now(seen: Evidence) -> dict[str, str]:
    """The id that stands for each id, by the merges that were not undone. Who stands alone is left out."""
    undone = {e["data"]["merge_id"] for e in seen.distinct(customers.MergeUndone.TYPE).values()}
    into = {
        event["data"]["absorbed"]: event["data"]["survivor"]
        for event in seen.distinct(customers.CustomersMerged.TYPE).values()
        if event["data"]["merge_id"] not in undone
    }
    return {id: _end(into, id) for id in into}


def _end(into: dict[str, str], id: str) -> str:
    passed: set[str] = set()
    while id in into and id not in passed:
        passed.add(id)
        id = into[id]
    return id


def ever_one(seen: Evidence) -> dict[str, str]:
    """One of the ids for all ids that were ever merged with each other, also when that was undone."""
    return _classes(
        (event["data"]["survivor"], event["data"]["absorbed"])
        for event in seen.distinct(customers.CustomersMerged.TYPE).values()
    )


def friends(seen: Evidence) -> dict[str, str]:
    """The same of people, as the load asked for it."""
    return _classes((row["who"], row["other"]) for row in seen.history if row["op"] == "merge")


def _classes(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    into: dict[str, str] = {}
    for one, other in pairs:
        ends = _end(into, one), _end(into, other)
        if ends[0] != ends[1]:
            into[ends[1]] = ends[0]
    return {id: _end(into, id) for id in into}
