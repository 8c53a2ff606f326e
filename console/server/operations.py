"""Which operations the five APIs have, and the scope each needs: read from their OpenAPI documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# How a file's bytes travel: no form of another site can send this media type.
FILE = "application/octet-stream"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, as its document writes it."""

    service: str
    method: str
    template: str
    scope: str
    takes_file: bool = False


class Operations:
    """What may be forwarded. What no document lists, or what needs no key (links in mails), is not."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._known = [(operation, _pattern(operation.template)) for operation in operations]

    def __iter__(self) -> Iterator[Operation]:
        return (operation for operation, _ in self._known)

    def find(self, service: str, method: str, path: str) -> Operation | None:
        """The operation that a request means. Fixed parts go before parameters, as in the services' routers."""
        fitting = [
            operation
            for operation, pattern in self._known
            if operation.service == service and operation.method == method and pattern.fullmatch(path)
        ]
        return min(fitting, key=lambda operation: operation.template.count("{"), default=None)


def read_operations(folder: Path, services: Iterable[str]) -> Operations:
    """From `<folder>/<service>.json`."""
    operations = []
    for service in services:
        document = json.loads((folder / f"{service}.json").read_text())
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if method in _METHODS and (scope := operation.get("x-scope")):
                    body = operation.get("requestBody", {}).get("content", {})
                    operations.append(Operation(service, method.upper(), path, scope, takes_file=FILE in body))
    return Operations(operations)


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", template)
    return re.compile("[^/]+".join(map(re.escape, parts)))
