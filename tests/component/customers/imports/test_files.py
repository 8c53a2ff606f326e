"""Files as they come: how they are read, and what is refused about each."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import httpx
import pytest
import xlsxwriter

from services.customers.config import Settings
from tests.component.customers.conftest import as_
from tests.component.customers.imports.files import HEADING, a_csv, send
from tests.sheets import a_workbook


async def test_a_file_is_shown_as_it_was_read(api: httpx.AsyncClient) -> None:
    """Catches an import that is started blindly."""
    heading = ("Kundennr", "E-Mail", "Geburtsdatum", "Umsatz", "Eintritt")
    rows = [(str(n), f"a{n}@example.test", "31.12.1990", "1.234,50", "03/04/2020") for n in range(7)]
    answer = await send(api, a_csv(*rows, heading=heading))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert answer.headers["location"] == f"/imports/{body['import_id']}"
    assert (body["format"], body["encoding"], body["separator"], body["rows"]) == ("csv", "utf-8", ";", 7)
    assert body["columns"] == list(heading)
    assert [row[0] for row in body["first_rows"]] == ["0", "1", "2", "3", "4"]
    assert body["formats"]["Geburtsdatum"] == ["DD.MM.YYYY"]
    assert body["formats"]["Umsatz"] == ["1234,5"]
    assert body["formats"]["Eintritt"] == ["DD/MM/YYYY", "MM/DD/YYYY"]
    guessed = {column["column"]: column["to"] for column in body["guessed_mapping"]}
    assert guessed == {
        "Kundennr": "external_id",
        "E-Mail": "email",
        "Geburtsdatum": "birth_date",
        "Umsatz": "turnover",
        "Eintritt": "ignore",
    }


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
async def test_byte_order_marks_tell_the_encoding(api: httpx.AsyncClient, encoding: str) -> None:
    """Catches a first column whose name begins with an invisible sign."""
    answer = await send(api, "E-Mail,Ort\nada@example.test,Köln\n".encode(encoding))
    assert answer.status_code == 201, answer.text
    assert (answer.json()["columns"], answer.json()["encoding"]) == (["E-Mail", "Ort"], encoding)
    assert answer.json()["first_rows"] == [["ada@example.test", "Köln"]]


async def test_an_old_encoding_is_asked_for_with_previews(api: httpx.AsyncClient) -> None:
    """Catches a guess that turns every ß of a customer file into another letter."""
    content = "E-Mail;Ort\r\nada@example.test;Łódź\r\n".encode("windows-1250")
    answer = await send(api, content)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/unknown-encoding")
    assert answer.json()["previews"]["windows-1250"] == ["ada@example.test;Łódź"]
    assert answer.json()["previews"]["windows-1252"] != ["ada@example.test;Łódź"]
    named = await send(api, content, encoding="windows-1250")
    assert named.json()["first_rows"] == [["ada@example.test", "Łódź"]]


async def test_workbooks_are_read_with_their_days_and_formulas_as_text(api: httpx.AsyncClient) -> None:
    """Catches 3.0 children, and a cell that some program runs."""
    answer = await send(api, a_workbook(["E-Mail", "Kinder", "Notiz"], ["ada@example.test", 3, "=1+2"]))
    assert answer.status_code == 201, answer.text
    assert (answer.json()["format"], answer.json()["first_rows"]) == ("xlsx", [["ada@example.test", "3", "=1+2"]])


def a_bomb() -> bytes:
    """A workbook of some kilobytes that unpacks to twenty megabytes."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet,
    ):
        for _ in range(20):
            sheet.write(b" " * 2**20)
    return file.getvalue()


def a_sparse_workbook() -> bytes:
    """A few kilobytes whose cells stand in the first and in the very last place of a sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "E-Mail")
        sheet.write(1_048_575, 16_383, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (a_csv(), "no row"),
        (b"\r\n\r\n", "no heading"),
        (a_csv(("a@example.test", "A", "B", "C"), heading=("E-Mail", "Ort", "Ort", "X")), "Two columns are named"),
        (a_csv(("a@example.test", "A"), heading=("E-Mail", "", "Ort")), "Column 2 has no name"),
        (b"E-Mail;Ort\r\na@example.test;B\x00th\r\n", "null bytes"),
        ("E-Mail;Ort\r\na@example.test;Bath\r\n".encode("utf-16-le"), "null bytes"),
        (b'E-Mail;Ort\r\na@example.test;"Bath\r\n', "not written as CSV"),
        (b"PK\x03\x04 and then nothing of a workbook", "damaged"),
        (a_sparse_workbook(), "cannot be read within the memory"),
    ],
    ids=["empty", "rowless", "blank", "twice", "nameless", "null", "utf-16", "quote", "damaged", "sparse"],
)
async def test_a_file_that_cannot_be_read_is_refused_and_leaves_nothing(
    api: httpx.AsyncClient, settings: Settings, content: bytes, what: str
) -> None:
    """Catches a 500, a process that dies of a small file, and bytes that stay behind in the folder."""
    before = set(settings.import_folder.iterdir()) if settings.import_folder else set()
    answer = await send(api, content)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/unreadable-file"), answer.text
    assert what in answer.json()["detail"]
    assert answer.json()["cure"]
    assert settings.import_folder is not None
    assert set(settings.import_folder.iterdir()) == before


async def test_a_file_that_is_too_large_is_refused_packed_or_not(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """Catches a disk that one upload fills, and a bomb dressed as a workbook."""
    monkeypatch.setitem(settings.__dict__, "import_most_mib", 1)
    running: Any = api._transport
    monkeypatch.setitem(running.app.state.context.settings.__dict__, "import_most_mib", 1)
    large = await send(api, a_csv(("a@example.test", "x" * 2**20, "", "")))
    assert (large.status_code, large.json()["type"]) == (413, "/problems/file-too-large")
    bomb = await send(api, a_bomb())
    assert (bomb.status_code, bomb.json()["type"]) == (413, "/problems/file-too-large"), bomb.text


async def test_a_mapping_with_a_column_that_is_not_there_is_refused_by_its_place(api: httpx.AsyncClient) -> None:
    """Catches a misspelt column that is silently left out."""
    sent = (await send(api, a_csv(("a@example.test", "A", "B", "C")))).json()
    columns = [{"column": HEADING[0], "to": "email"}, {"column": "Stadt", "to": "city"}]
    answer = await api.put(f"/imports/{sent['import_id']}/mapping", json={"columns": columns}, headers=as_("importer"))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-mapping")
    assert [error["where"] for error in answer.json()["errors"]] == ["/columns/1"]
