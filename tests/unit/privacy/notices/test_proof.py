"""What a grant must show."""

from __future__ import annotations

import pytest

from services.privacy.notices.domain import missing_proof

SALE = {"order": "A-1", "similar_goods": True, "objection_offered": True}


@pytest.mark.parametrize(
    ("basis", "evidence", "worded", "lacking"),
    [
        ("consent", {}, True, ()),
        ("consent", {"form": "footer"}, False, ("wording",)),
        ("soft_opt_in", SALE, True, ()),
        ("soft_opt_in", SALE | {"objection_offered": False}, True, ("evidence.objection_offered",)),
        ("soft_opt_in", {}, True, ("evidence.order", "evidence.similar_goods", "evidence.objection_offered")),
        ("contract", {"contract": ""}, True, ("evidence.contract",)),
        ("legitimate_interest", {"assessment": "LIA-7"}, True, ()),
        ("objection", {}, True, ()),
    ],
)
def test_a_grant_is_proven_by_its_wording_and_by_what_its_basis_asks_for(
    basis: str, evidence: dict[str, object], worded: bool, lacking: tuple[str, ...]
) -> None:
    """Catches an own customer who is written to although nobody offered them to object, and a flag that is false."""
    assert missing_proof(basis, evidence, worded=worded) == lacking
