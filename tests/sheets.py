"""Files as firms have them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import xlsxwriter

from shared.files.imports.table import ImportTable


def a_csv(*rows: Sequence[str], heading: Sequence[str]) -> bytes:
    """A file as German spreadsheets save it."""
    return "".join(";".join(row) + "\r\n" for row in (heading, *rows)).encode()


def a_workbook(*rows: Sequence[Any]) -> bytes:
    """An Excel file; the first of `rows` is the heading."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "default_date_format": "dd.mm.yyyy"}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return file.getvalue()


@contextmanager
def killed_before_its_commit(monkeypatch: pytest.MonkeyPatch, imports: ImportTable[Any]) -> Iterator[None]:
    """Within, everything of a batch of rows is written, and the process ends before its commit."""
    save = imports.save

    async def die(tx: Any, made: Any) -> None:
        await save(tx, made)
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(imports, "save", die)
        with pytest.raises(SystemExit):
            yield
