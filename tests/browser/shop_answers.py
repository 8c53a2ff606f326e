"""What interactions answers in page tests of carts, cases, the catalogue and publishers."""

from __future__ import annotations

from typing import Any

from tests.browser import answers
from tests.browser.fixed import AT, ID, an_id, rows


def service_case(number: int = 1) -> dict[str, Any]:
    return {
        "id": an_id(number), "customer_id": ID, "kind": "complaint", "state": "open", "priority": "high",
        "subject": f"The parcel came open {number}", "owner": "eve", "channel": "phone", "interaction_id": None,
        "opened_at": AT, "opened_by": "call-centre", "due_at": AT, "overdue": True, "changed_at": AT, "solved_at": None,
        "closed_at": None, "reopened": 0, "version": 2,
    }  # fmt: skip


def case_message(number: int = 1) -> dict[str, Any]:
    return {"id": an_id(number), "case_id": ID, "at": AT, "by": "call-centre", "direction": "in",
            "text": f"Half of the apples were missing {number}."}  # fmt: skip


def product(number: int = 0) -> dict[str, Any]:
    price = {"since": AT, "price": 299, "cost": 180, "currency": "EUR"}
    return {"product_id": f"apple-{number}", "kind": "product", "name": f"Red apples {number}", "brand": "Acme",
            "category": "Fruit/Apples", "department": None, "price": price, "stock": 12.5, "starts_at": None,
            "ends_at": None, "url": None, "image": None, "substitutes": [], "complements": [],
            "withdrawn": False}  # fmt: skip


def cart(number: int = 0) -> dict[str, Any]:
    return {"customer_id": ID, "cart_id": f"c{number}", "state": "abandoned", "channel": "web", "checkout": True,
            "products": [{"product_id": "apple", "pieces": 2}], "opened_at": AT, "touched_at": AT, "ordered_at": None,
            "told_at": AT}  # fmt: skip


def publisher(number: int = 0) -> dict[str, Any]:
    outcomes = {"accepted": 20, "recorded": 18, "duplicate": 2, "refused": 1}
    return {"publisher": f"web-shop-{number}" if number else "web-shop", "hour": outcomes, "day": outcomes,
            "seen_at": AT}  # fmt: skip


def activity(count: int = 3) -> dict[str, Any]:
    refused = {"door": "batch", "kind": "purchase", "reason": "wrong-field"}
    return {
        **publisher(), "until": AT, "minutes": [{"minute": AT, "outcome": "refused", "events": 1}],
        "counts": [{**refused, "outcome": "refused", "reason": f"wrong-{number}", "hour": 1, "day": 1}
                   for number in range(min(count, 500))],
        "examples": [{**refused, "where": "/data/currency", "what": f"no currency {number}", "cure": "send ISO 4217",
                      "times": 3, "seen_at": AT} for number in range(min(count, 100))],
    }  # fmt: skip


def everything(count: int = 3) -> dict[str, Any]:
    """What all five answer, by method and path; long lists have so many rows."""
    return {
        **answers.everything(count),
        "GET /interactions/carts": rows(cart, count),
        "GET /interactions/products": rows(product, count),
        "GET /interactions/products/unknown": rows(
            lambda number: {"product_id": f"plum-{number}", "lines": 3, "first_seen": AT, "last_seen": AT}, count),
        "GET /interactions/products/{}": product(),
        "GET /interactions/products/{}/prices": {"items": [product()["price"]]},
        "GET /interactions/cases": rows(service_case, count),
        "GET /interactions/cases/{}": {**service_case(), "steps": [{"at": AT, "by": "eve", "what": {
            "state": [None, "open"]}}]},
        "GET /interactions/cases/{}/messages": rows(case_message, count),
        "GET /interactions/publishers": {"items": [publisher(number) for number in range(count)]},
        "GET /interactions/publishers/{}/activity": activity(count),
    }  # fmt: skip
