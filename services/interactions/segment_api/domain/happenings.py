"""Calls that are no orders: what somebody looked at or put into a cart, and events of the firm's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from services.interactions.segment_api.domain.people import text_of

_NOT_WORDS = re.compile(r"[^a-z0-9]+")
# Names of the e-commerce specification, version 2; `viewed product` and the like are those of the first.
_ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        name: action
        for action, names in {
            "product_viewed": ("product viewed", "viewed product"),
            "list_viewed": ("product list viewed", "viewed product category", "product list filtered"),
            "searched": ("products searched", "searched products"),
            "cart_viewed": ("cart viewed", "viewed cart"),
            "added_to_cart": ("product added", "added product"),
            "removed_from_cart": ("product removed", "removed product"),
            "checkout_started": ("checkout started", "started order"),
        }.items()
        for name in names
    }
)
_LONGEST_TEXT, _LONGEST_CODE, _MOST_PROPERTIES = 300, 100, 200


def happening_of(call: Mapping[str, Any], kind: str, properties: Mapping[str, Any], channel: str) -> tuple[str, Any]:
    """The type of the event and its data. What a browsing event has no field for is left out."""
    if kind in ("page", "screen"):
        return "browsing", {"channel": channel, "action": f"{kind}_viewed", **_page(call, properties)}
    if kind == "group":
        traits = call.get("traits")
        said = {"groupId": call.get("groupId"), "traits": traits if isinstance(traits, dict) else {}}
        return "custom", _custom("group", said, channel)
    action = _ACTIONS.get(plain_name(call.get("event")))
    if action is None:
        name = text_of(call.get("event"))
        return "custom", _custom(name[:_LONGEST_CODE].strip() if name else "", properties, channel)
    return "browsing", {"channel": channel, "action": action, **_page(call, {}), **_product(properties)}


def plain_name(name: Any) -> str:
    """The name of an event in small letters and words: `Order Completed` and `order_completed` are one."""
    return _NOT_WORDS.sub(" ", name.lower()).strip() if isinstance(name, str) else ""


def _custom(name: str, properties: Mapping[str, Any], channel: str) -> dict[str, Any]:
    # These clients declare nothing: kept as it is, and told nobody.
    named = {key: value for key, value in properties.items() if 0 < len(key) <= _LONGEST_CODE and key.isprintable()}
    kept = dict(list(named.items())[:_MOST_PROPERTIES])
    return {"channel": channel, "name": name, "properties": kept, "undeclared": True}


def _page(call: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    context = call.get("context")
    page = context.get("page") if isinstance(context, dict) else None
    page = page if isinstance(page, dict) else {}
    path = properties.get("path") or page.get("path") or _path_of(properties.get("url") or page.get("url"))
    found = {
        "path": _text(path, _LONGEST_TEXT),
        "title": _text(properties.get("title") or call.get("name") or page.get("title"), _LONGEST_TEXT),
        "category": _text(call.get("category") or properties.get("category"), _LONGEST_CODE),
    }
    return {name: value for name, value in found.items() if value}


def _product(properties: Mapping[str, Any]) -> dict[str, Any]:
    product = next((properties[name] for name in ("product_id", "productId", "sku") if properties.get(name)), None)
    quantity = properties.get("quantity")
    numeric = isinstance(quantity, int | float) and not isinstance(quantity, bool) and 0 <= quantity <= 10**9
    found = {
        "product_id": _text(product, _LONGEST_CODE),
        "category": _text(properties.get("category"), _LONGEST_CODE),
        "brand": _text(properties.get("brand"), _LONGEST_CODE),
        "cart_id": _text(properties.get("cart_id") or properties.get("order_id"), _LONGEST_CODE),
        "query": _text(properties.get("query"), _LONGEST_TEXT),
        "quantity": float(quantity) if numeric and quantity is not None else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _path_of(url: Any) -> str | None:
    """Without what stands behind the question mark: forms put names and addresses there."""
    try:
        return urlsplit(url).path if isinstance(url, str) else None
    except ValueError:
        return None


def _text(value: Any, longest: int) -> str | None:
    text = text_of(value)
    return (text[:longest].strip() or None) if text and text.isprintable() else None
