"""Who counts as one customer: survivors with all that stand for them."""

from services.analytics.segments.domain.sql.parameters import Parameters
from services.analytics.segments.domain.sql.scopes import Customers, Everybody, Scope, Share

# As `shared.customers.merges` answers for some: whoever is connected is one customer, and for them stands the least id
# of those absorbed by nobody, in a circle the least of all.
MERGED = """
    reach as (
        select m.absorbed as member, m.survivor as id from merges m where not m.undone
        union
        select m.survivor, m.absorbed from merges m where not m.undone
        union
        select r.member, n.id from reach r cross join lateral (
            select m.survivor as id from merges m where m.absorbed = r.id and not m.undone
            union all
            select m.absorbed from merges m where m.survivor = r.id and not m.undone
        ) n
    ), standing as (
        select distinct on (member) member, id as root from reach
        order by member, exists (select from merges m where m.absorbed = reach.id and not m.undone), id
    ), merged as materialized (
        select member, root from standing where member <> root
    )"""
# Everybody in a group, survivors included. Rows are few beside the facts of all others.
_GROUPED = """
    grouped as materialized (
        select member, root from merged union all select distinct root, root from merged
    )"""
UNMERGED = (
    "f.customer_id not in (select absorbed from merges where not undone)"
    " and f.customer_id not in (select survivor from merges where not undone)"
)
"""Facts of customers who are in no group. On the plain table: a part of a statement could not be read in parallel."""
# For a few customers their facts are looked up; for everybody the facts are read through.
_MEMBERS = """
    members as materialized (
        select p.root, p.root as member from people p
        union all select m.root, m.member from merged m join people p on p.root = m.root
    )"""

ROOT: dict[type[Scope], str] = {
    Everybody: "coalesce(m.root, f.customer_id)",
    Share: "m.root",
    Customers: "m.root",
}
"""The customer for whom a row `f` counts."""


def owned_facts(scope: Scope, kept: str) -> str:
    """`facts f` of which `kept` is true, with who they count for; to stand behind `from`."""
    if isinstance(scope, Everybody):
        return f"{_owned('facts', scope)} where {kept}"
    # Looked up one customer after the other (`offset 0` keeps it so): the planner takes a few thousand customers for
    # most of them, and would read the facts of everybody.
    return f"members m cross join lateral (select * from facts f where f.customer_id = m.member and {kept} offset 0) f"


def grouped_facts() -> str:
    """`facts f` of customers who are in a group `m`, of everybody."""
    return "grouped m join facts f on f.customer_id = m.member"


def consent_tables(scope: Scope) -> str:
    """`consents f` with who they count for."""
    return _owned("consents", scope)


def list_tables(scope: Scope) -> str:
    """`list_members f` with who they count for."""
    return _owned("list_members", scope)


def population(scope: Scope, parameters: Parameters) -> list[str]:
    """The first parts of a statement: `people (root)` are those whom it looks at."""
    condition = scope.condition(parameters)
    people = f"""
    people as {"" if isinstance(scope, Everybody) else "materialized"} (
        select s.customer_id as root from states s
        where not exists (select from merged m where m.member = s.customer_id){condition and " and " + condition}
    )"""
    return [MERGED, people, _GROUPED if isinstance(scope, Everybody) else _MEMBERS]


def _owned(table: str, scope: Scope) -> str:
    if isinstance(scope, Everybody):
        return f"{table} f left join merged m on m.member = f.customer_id"
    return f"members m join {table} f on f.customer_id = m.member"
