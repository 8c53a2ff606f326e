"""Columns and attributes as typed SQL values: null when missing or of another type, as the engine reads them."""

from services.analytics.segments.domain.catalogue import DATES, NUMERIC, Type
from services.analytics.segments.domain.engine.predicates import LARGEST
from services.analytics.segments.domain.instants import ISO
from services.analytics.segments.domain.sql.parameters import Parameters

TEXTS = frozenset(
    ("channel", "store", "product", "category", "brand", "department", "direction", "outcome", "kind", "campaign")
)
WHOLES = frozenset(("amount", "items", "cost"))
FRACTIONS = frozenset(("quantity",))

MISSING: dict[Type, str] = {
    Type.STRING: "cast(null as text)", Type.STRINGS: "cast(null as text[])", Type.BOOLEAN: "cast(null as boolean)",
    **dict.fromkeys(NUMERIC, "cast(null as numeric)"),
    **dict.fromkeys(DATES, "cast(null as timestamptz)"),
}  # fmt: skip


def normal(text: str) -> str:
    """A text in Unicode normal form C. ASCII is in it already, and asking that costs a third of normalising."""
    return f"case when octet_length({text}) = char_length({text}) then {text} else normalize({text}, NFC) end"


def fold(text: str) -> str:
    """A text without its case; PostgreSQL's own Unicode rules, which are Python's."""
    return f"normalize(casefold({text} collate pg_unicode_fast), NFC)"


def fact_property(name: str, kind: Type, row: str = "f") -> str:
    """A property of a row of facts."""
    column = f"{row}.{name}"
    if name in TEXTS:
        return normal(column) if kind is Type.STRING else MISSING[kind]
    if name not in WHOLES | FRACTIONS or kind not in NUMERIC:
        return MISSING[kind]
    if kind is Type.NUMBER:
        return column
    if kind is Type.QUANTITY:
        # By its shortest text: the cast of a double keeps 15 digits only.
        exact = f"cast({column} as numeric)" if name in WHOLES else f"cast(cast({column} as text) as numeric)"
        return f"case when {column} between {-LARGEST} and {LARGEST} then round({exact}, 6) end"
    whole = f" and {column} = trunc({column})" if name in FRACTIONS else ""
    return f"case when {column} between {-LARGEST} and {LARGEST}{whole} then cast({column} as bigint) end"


def attribute(name: str, kind: Type, parameters: Parameters) -> str:
    """An attribute of the profile at hand."""
    value = f"(profile.attributes -> {parameters.text(name)})"
    bare = f"({value} #>> '{{}}')"
    match kind:
        case Type.STRING:
            return f"case when jsonb_typeof({value}) = 'string' then {normal(bare)} end"
        case Type.BOOLEAN:
            return f"case when jsonb_typeof({value}) = 'boolean' then {value} = to_jsonb(true) end"
        case Type.NUMBER:
            return f"case when jsonb_typeof({value}) = 'number' then cast({bare} as numeric) end"
        case Type.QUANTITY:
            number = f"case when jsonb_typeof({value}) = 'number' then cast({bare} as numeric) end"
            return f"case when {number} between {-LARGEST} and {LARGEST} then round(cast({bare} as numeric), 6) end"
        case Type.INTEGER | Type.MONEY:
            whole = (
                f"case when jsonb_typeof({value}) = 'number' and {bare} ~ '^-?[0-9]+$' then cast({bare} as numeric) end"
            )
            return f"case when {whole} between {-LARGEST} and {LARGEST} then cast({bare} as numeric) end"
        case Type.STRINGS:
            return (
                f"case when jsonb_typeof({value}) = 'array' then case when not jsonb_path_exists({value},"
                " 'strict $[*] ? (@.type() != \"string\")')"
                f" then array(select {normal('t.item')} from jsonb_array_elements_text({value}) as t(item)) end end"
            )
        case _:
            return instant(value, parameters)


def instant(value: str, parameters: Parameters) -> str:
    """A JSON text with an ISO 8601 date or datetime as an instant; without an offset it is UTC."""
    # More than six digits of a second are cut off, not rounded.
    bare = f"regexp_replace({value} #>> '{{}}', '([.][0-9]{{6}})[0-9]+', '\\1')"
    return (
        f"case when {_is_date(value, parameters)} then case when {bare} ~ '[T ].*(Z|[+-][0-9:]+)$'"
        f" then cast({bare} as timestamptz) else cast({bare} as timestamp) at time zone 'UTC' end end"
    )


def calendar_day(name: str, parameters: Parameters) -> str:
    """The calendar date that an attribute writes, in whatever zone."""
    value = f"(profile.attributes -> {parameters.text(name)})"
    return f"case when {_is_date(value, parameters)} then cast(left({value} #>> '{{}}', 10) as date) end"


def _is_date(value: str, parameters: Parameters) -> str:
    bare = f"({value} #>> '{{}}')"
    shape = parameters.text(f"^(?:{ISO})$")
    return f"jsonb_typeof({value}) = 'string' and {bare} ~ {shape} and pg_input_is_valid(left({bare}, 10), 'date')"
