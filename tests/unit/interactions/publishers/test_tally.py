"""Counting publishers' events in memory: bounded whoever sends, and nothing of what was sent in an example."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.interactions.publishers.domain import (
    EXAMPLES_OF_ONE,
    HIDDEN,
    MOST_CELLS,
    MOST_EXAMPLES,
    SEVERAL,
    Cell,
    Tally,
    example_of,
    place_of,
)


def a_fault(**changes: str) -> dict[str, str]:
    return {"reason": "wrong-field", "where": "/data/kind", "what": "wrong", "cure": "mend it", **changes}


def test_whoever_makes_up_names_fills_no_memory() -> None:
    """Catches a tally that grows with the names that strangers give themselves on the topic."""
    tally = Tally()
    for number in range(MOST_CELLS * 3):
        tally.add(Cell(f"p{number}", "topic", "recorded"), 1)
        if tally.wants_example(f"p{number}", "", "x"):
            tally.show(example_of(f"p{number}", "topic", "", a_fault(), None))
    assert len(tally.cells) == MOST_CELLS + 1
    assert tally.cells[Cell(SEVERAL, "topic", "recorded")] == MOST_CELLS * 2
    assert tally.cells.total() == MOST_CELLS * 3
    assert len(tally.examples) == MOST_EXAMPLES


def test_a_flood_of_one_fault_is_counted_and_shown_a_few_times() -> None:
    """Catches work for each refused event of a flood, and one that crowds out another fault."""
    tally = Tally()
    shown = 0
    for _ in range(1_000):
        if tally.wants_example("shop", "purchase", "wrong-field"):
            tally.show(example_of("shop", "batch", "purchase", a_fault(), {}))
            shown += 1
    assert shown == EXAMPLES_OF_ONE
    assert tally.wants_example("shop", "purchase", "missing-field")
    cells, examples = tally.take()
    assert list(examples.values()) == [EXAMPLES_OF_ONE]
    assert (cells.total(), tally.examples) == (0, {})
    assert tally.wants_example("shop", "purchase", "wrong-field")


def test_names_of_fields_are_shown_and_what_is_none_is_not() -> None:
    """Catches a misspelt field that nobody can find, and an address that stands as a field's name."""
    assert place_of("/data/lines/12/product_id") == "/data/lines/12/product_id"
    assert place_of("/traits/ada@example.test") == f"/traits/{HIDDEN}"
    assert place_of("/traits/Ada Lovelace/0151234567") == f"/traits/{HIDDEN}/{HIDDEN}"
    assert place_of("/traits/born_1815") == f"/traits/{HIDDEN}"
    assert place_of("") == ""


_SENT = st.recursive(
    # Letters that stand in none of the words around them.
    st.text("xyz@+4 ", min_size=3, max_size=20).filter(lambda text: len(text.strip()) > 2) | st.integers(1_000, 10**9),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def leaves(value: object) -> list[str]:
    """Every value in it, as a text would quote it."""
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner)]
    return [str(value)]


@given(_SENT)
def test_no_value_is_quoted(message: object) -> None:
    """Catches an example whose text quotes what was sent, whatever that was."""
    for leaf in leaves(message):
        fault = a_fault(what=f"not '{leaf}' here", cure=leaf)
        said = example_of("shop", "single", "", fault, message)
        assert (said.what, said.cure) == (f"not '{HIDDEN}' here", HIDDEN)
