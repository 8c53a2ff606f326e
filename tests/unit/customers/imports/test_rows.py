"""What columns mean, and one row read by that."""

from __future__ import annotations

from services.customers.attributes.domain.catalogue import BUILT_IN
from services.customers.imports.domain.mapping import faults_of, guess_mapping
from services.customers.imports.domain.rows import Reading, RefusedRow, RowRead, read_row
from shared.files.mapping import MappedColumn
from shared.files.sheets import SheetRow, plain_cell, safe_cell

COLUMNS = ("E-Mail", "Vorname", "Geburtsdatum", "Umsatz")
MAPPING = (
    MappedColumn("E-Mail", "email"),
    MappedColumn("Vorname", "given_name"),
    MappedColumn("Geburtsdatum", "birth_date", "DD.MM.YYYY"),
    MappedColumn("Umsatz", "turnover", "1234,5"),
)


def read(*cells: str) -> RowRead | RefusedRow:
    return read_row(SheetRow(2, 0, cells), Reading("key", "DE", COLUMNS, MAPPING, {}, BUILT_IN))


def test_headings_are_known_in_german_and_english_and_each_meaning_is_given_once() -> None:
    """Catches two columns that write one attribute, and a consent that is taken for one."""
    guessed = guess_mapping(
        ["E-Mail", "Mail", "PLZ", "Geburtstag", "Newsletter", "Notiz", "Straße"],
        {"Geburtstag": ["DD.MM.YYYY"]},
        BUILT_IN,
    )
    assert [(mapped.to, mapped.format) for mapped in guessed] == [
        ("email", None),
        ("ignore", None),
        ("postal_code", None),
        ("birth_date", "DD.MM.YYYY"),
        ("consent", None),
        ("ignore", None),
        ("address_lines", None),
    ]


def test_a_mapping_is_refused_for_all_its_faults_at_once() -> None:
    """Catches a mapping that is mended one fault at a time."""
    mapping = [
        MappedColumn("Nowhere", "city"),
        MappedColumn("E-Mail", "shoe_size"),
        MappedColumn("Umsatz", "status"),
        MappedColumn("Geburtsdatum", "birth_date"),
        MappedColumn("Vorname", "external_id"),
    ]
    ambiguous = {"Geburtsdatum": ["DD/MM/YYYY", "MM/DD/YYYY"]}
    faults = faults_of(mapping, COLUMNS, ambiguous, BUILT_IN)
    assert [fault.place for fault in faults] == [0, 1, 2, 3, 4]
    assert "DD/MM/YYYY or as MM/DD/YYYY" in faults[3].what
    (no_key,) = faults_of([MappedColumn("Vorname", "given_name")], COLUMNS, {}, BUILT_IN)
    assert no_key.place == -1


def test_a_row_is_read_by_its_mapping_and_empty_cells_say_nothing() -> None:
    """Catches an import that wipes what is known with its empty cells."""
    found = read("Ada@Example.test", "Ada", "10.12.1815", "1.234")
    assert isinstance(found, RowRead)
    assert found.values == {"given_name": "Ada", "birth_date": "1815-12-10", "turnover": 1234}
    assert found.deriving.kind == "email"
    sparse = read("ada@example.test", "", " ", "")
    assert isinstance(sparse, RowRead)
    assert sparse.values == {}


def test_a_row_is_refused_by_its_column_and_never_shows_its_value() -> None:
    """Catches personal data in reasons, which are kept longer than the file."""
    for cells, reason in (
        (("ada@example.test", "Ada"), "has 2 cells where the heading has 4"),
        (("no address", "Ada", "", ""), "E-Mail: must be an e-mail address such as ada@example.test"),
        (("ada@example.test", "", "31.02.1999", ""), "Geburtsdatum: is a day that does not exist, as DD.MM.YYYY"),
        (("ada@example.test", "", "", "much"), "Umsatz: is no number as 1234,5"),
        (("", "Ada", "", ""), "names nobody: e-mail, card and external id are empty"),
    ):
        refused = read(*cells)
        assert isinstance(refused, RefusedRow)
        assert refused.reason == reason


def test_a_formula_goes_out_as_text_and_comes_back_as_it_was() -> None:
    """Catches a file of refused rows that runs a command when it is opened, and one that cannot be sent again."""
    for cell in ("=1+2", "+44 20 7946 0000", "@home", "-1+1", "\n=1", "＝1"):
        assert safe_cell(cell) == f"'{cell}"
        assert plain_cell(safe_cell(cell)) == cell
    # A number below zero runs nothing, and is one for whoever adds the column up.
    for cell in ("Ada", "-1", "-12,50"):
        assert safe_cell(cell) == cell
    assert plain_cell("'s-Hertogenbosch") == "'s-Hertogenbosch"
