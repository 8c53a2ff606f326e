"""Check that a contract changes by optional additions only; a new meaning is a new version beside the old one."""

from __future__ import annotations

import json
from collections.abc import Container
from pathlib import Path
from typing import Any

from shared.contracts.envelope import Fact
from shared.contracts.registry import FACTS

SCHEMAS = Path(__file__).parent / "schemas"
EXAMPLES = Path(__file__).parent / "examples"
_TEXTS = ("description", "title", "default")
_PARTS = ("properties", "required", "$defs")


def schema_of(fact: type[Fact]) -> dict[str, Any]:
    """The JSON Schema of an event's `data`."""
    return fact.model_json_schema(mode="serialization")


def breaks(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Why a reader of `old` could not read what `new` allows, and the other way round; empty when compatible."""
    problems = _object_breaks("data", old, new)
    for name, part in old.get("$defs", {}).items():
        fresh = new.get("$defs", {}).get(name)
        problems += [f"{name} is gone"] if fresh is None else _object_breaks(name, part, fresh)
    return problems


def _object_breaks(where: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    problems = [f"{where}.{name} is gone" for name in before if name not in after]
    # Also a field that was optional: events written before do not have it.
    required = old.get("required", [])
    problems += [f"{where}.{name} is newly required" for name in new.get("required", []) if name not in required]
    for name in sorted(before.keys() & after.keys()):
        if _meaning(before[name]) != _meaning(after[name]):
            problems.append(f"{where}.{name} changed its type")
        if "default" in before[name] and before[name]["default"] != after[name].get("default"):
            problems.append(f"{where}.{name} changed what its absence means")
    # Keywords of the whole object (the values of an enumeration, further constraints).
    if _meaning(old, _PARTS) != _meaning(new, _PARTS):
        problems.append(f"{where} changed its type")
    return problems


def _meaning(schema: Any, without: Container[str] = ()) -> Any:
    """A schema without its texts and defaults."""
    if isinstance(schema, dict):
        return {k: _meaning(v) for k, v in schema.items() if k not in _TEXTS and k not in without}
    return [_meaning(part) for part in schema] if isinstance(schema, list) else schema


def freeze() -> list[str]:
    """Write the schema of every type that has none, or that grew compatibly. Returns what was written.

    Raises ValueError when a contract was changed in a way that old events or old readers do not survive.
    """
    written = []
    for kind, fact in FACTS.items():
        file, schema = SCHEMAS / f"{kind}.json", schema_of(fact)
        if file.exists():
            frozen = json.loads(file.read_text())
            if problems := breaks(frozen, schema):
                raise ValueError(f"{kind}: {'; '.join(problems)}. Make it a new version beside the old one.")
            if frozen == schema:
                continue
        file.write_text(json.dumps(schema, indent=2, sort_keys=True) + "\n")
        written.append(kind)
    return written
