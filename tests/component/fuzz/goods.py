"""For each door that takes a body, one that it accepts: with as many fields as it has, so that each can be spoiled.

A word in angle brackets stands for the id of something that exists; see `Ground.ids`.
"""

from __future__ import annotations

from typing import Any

from services.interactions.ingest.routes.examples import EVENTS
from services.interactions.segment_api.routes.examples import CALLS

_REF: dict[str, Any] = {
    "external_id": {"source": "shop", "id": "4711"},
    "card": "C-1",
    "email": "ada@example.test",
    "phone": "+44 20 7946 0000",
}
_NOTICE_REF = {"name": "fuzz-footer", "version": "1", "language": "en"}
_NOTICE = {**_NOTICE_REF, "purpose": "marketing", "channels": ["email"], "text": "Yes, write to me."}
_ADDRESS = {"channel": "email", "address": "gone@example.test"}
_CONSENT: dict[str, Any] = {
    "customer": _REF,
    "purpose": "marketing",
    "channel": "email",
    "action": "granted",
    "occurred_at": "2024-05-01T12:00:00Z",
    "expires_at": "2031-05-01T12:00:00+02:00",
    "basis": "consent",
    "wording": "Yes, write to me.",
    "wording_version": "1",
    "evidence": {"form": "checkout", "page": 3, "ticked": True},
    "campaign_id": "0197f4a1-0000-7000-8000-000000000001",
    "message_id": "0197f4a1-0000-7000-8000-000000000002",
}
_IDENTIFIER = {"kind": "email", "value": "ada.fuzz@example.test", "source": None, "verified": True, "preferred": True}
_BOUGHT: dict[str, Any] = {
    "event": "purchase",
    "agg": "sum",
    "field": "amount",
    "window": {"last": "P30D"},
    "where": {"all": [{"prop": "channel", "op": "eq", "value": "web"}]},
    "op": "gte",
    "value": 2,
}
_TREE: dict[str, Any] = {
    "all": [
        {"attr": "sex", "op": "eq", "value": "male"},
        {"any": [_BOUGHT, {"not": {"attr": "city", "op": "missing"}}]},
        {"event": "response", "agg": "last", "within": "P7D"},
        {"event": "return", "op": "lt", "value": 1, "window": {"calendar": {"unit": "month", "which": "this"}}},
        {"sequence": {"first": {"event": "purchase"}, "without": {"event": "return"}, "within": "P1D", "last": "P9D"}},
        {"consent": {"channel": "email", "purpose": "marketing"}, "is": "granted"},
        {"attr": "birth_date", "op": "years_gte", "value": 18, "zone": "Europe/London"},
        {"bucket": {"salt": "fuzz", "from": 0, "to": 9000}},
    ]
}
_CAMPAIGN: dict[str, Any] = {
    "name": "Welcome",
    "purpose": "marketing",
    "trigger": {"kind": "event", "event": "purchase", "where": [{"field": "amount", "op": "at_least", "value": 5000}]},
    "content": {
        "subject": "Hello {{ customer.name }}",
        "text": "Hello {{ customer.name | default: 'you' }} {{ unsubscribe_url }}",
        "html": "<p>{{ customer.name }}</p> <a href='{{ unsubscribe_url }}'>no more</a>",
    },
    "channel": "email",
    "re_entry": {"kind": "again_after", "days": 30},
    "cap": {"limit": 3, "window": "P7D"},
    "quiet_hours": {"start": "21:00:00", "end": "08:00:00"},
    "holdout_percent": 12.5,
    "expires_after": "P3D",
    "priority": 5,
}
_EVENT = EVENTS["purchase"] | {"time": "2024-05-01T12:00:00Z", "origin": "history"}
_CALL = {"userId": "4711", "messageId": "call-1", "timestamp": "2024-05-01T12:00:00Z"}
_NOTE = {"note": "seen by the till's makers"}

GOODS: dict[str, dict[str, list[Any]]] = {
    "customers": {
        "POST /attributes": [
            {"name": "shoe_size", "type": "number", "purpose": "To suggest shoes", "label": "Shoe size",
             "applies_to": "person", "allowed": [], "personal": True, "segmentable": True, "retention_days": 30}
        ],
        "PATCH /attributes/{name}": [
            {"purpose": "To suggest boots", "label": "Boots", "applies_to": "both", "personal": False,
             "segmentable": False, "retention_days": 60}
        ],
        "POST /cards": [{"customer_ids": ["<customer_id>"]}],
        "POST /customers": [
            {"kind": "person", "status": "lead", "source": "shop", "identifiers": [_IDENTIFIER],
             "attributes": {"given_name": "Ada", "birth_date": "1990-02-03", "city": "Leeds", "country": "GB"}}
        ],
        "POST /customers/search": [
            {"identifier": {"kind": "external_id", "value": "4711", "source": "shop"}, "limit": 5},
            {"name": "ada", "limit": 5},
            {"email": "ada", "limit": 5},
        ],
        "PATCH /customers/{customer_id}": [
            {"kind": "person", "status": "active", "source": "till",
             "attributes": {"given_name": "Eve", "birth_date": "1990-02-03", "city": None, "language": "en"}}
        ],
        "POST /customers/{customer_id}/identifiers": [_IDENTIFIER | {"value": "second@example.test"}],
        "PATCH /customers/{customer_id}/identifiers/{identifier_id}": [{"verified": True, "preferred": False}],
        "POST /customers/{customer_id}/relations": [
            {"kind": "partner_of", "other_id": "<other_id>", "since": "2024-05-01", "until": None, "note": "partners"}
        ],
        "PATCH /relations/{relation_id}": [{"since": "2024-05-01", "until": "2031-05-01", "note": "for years"}],
        "POST /duplicates/{duplicate_id}/confirm": [{"survivor": "<other_id>", "dry_run": True}],
        "PUT /imports/{import_id}/mapping": [
            {"columns": [{"column": "Mail", "to": "email"},
                         {"column": "Born", "to": "birth_date", "format": "DD.MM.YYYY"},
                         {"column": "No", "to": "external_id", "source": "erp"}]}
        ],
        "POST /merges": [{"survivor": "<customer_id>", "absorbed": "<other_id>", "dry_run": True}],
    },
    "interactions": {
        **{f"POST /v1/{kind}": [_CALL | call] for kind, call in CALLS.items()},
        "POST /v1/batch": [{"batch": [_CALL | {"type": kind} | call for kind, call in CALLS.items()]}],
        "POST /events": [
            *EVENTS.values(),
            _EVENT | {"customer": _REF, "data": _EVENT["data"] | {"store": "S1", "payment": "card"}},
        ],
        "POST /events/batch": [{"events": [_EVENT, EVENTS["contact"]]}],
        "PUT /imports/{import_id}/mapping": [
            {"columns": [{"column": "Nr", "to": "order_id"}, {"column": "Mail", "to": "email"},
                         {"column": "Born", "to": "ordered_at", "format": "DD.MM.YYYY"},
                         {"column": "No", "to": "amount", "format": "1234,5"}],
             "source": "erp", "currency": "EUR", "channel": "web", "time_zone": "Europe/Berlin"}
        ],
        "PUT /products": [
            {"products": [{"product_id": "apple", "kind": "product", "name": "Apples", "category": "Fruit/Apples",
                           "department": "fresh", "brand": "Acme", "price": 299, "cost": 180, "currency": "EUR",
                           "since": "2024-05-01T12:00:00Z", "stock": 12.5, "starts_at": "2024-05-01T12:00:00Z",
                           "ends_at": "2031-05-01T12:00:00Z", "url": "https://shop.example/a",
                           "image": "https://shop.example/a.png", "substitutes": ["pear"], "complements": ["plum"]}]}
        ],
        "PUT /event-types/{name}": [
            {"description": "A course", "schema": {"properties": {"level": {"type": "string", "maxLength": 20}}},
             "segmentable": ["level"], "personal": []}
        ],
        "POST /event-types/{name}/check": [{"properties": {"level": "beginner"}}],
        "POST /cases": [
            {"customer_id": "8f0d3c51-0b1e-8c55-9a77-5b1d0a4e2f01", "kind": "complaint", "subject": "Broken",
             "priority": "high", "owner": "eve", "channel": "phone", "due_at": "2031-05-01T12:00:00Z",
             "message": "Broken."}
        ],
        "PATCH /cases/{case_id}": [
            {"state": "pending", "priority": "low", "owner": None, "due_at": "2031-05-01T12:00:00Z", "subject": "Less"}
        ],
        "POST /cases/{case_id}/messages": [{"direction": "note", "text": "Asked the carrier."}],
        "PUT /base-currency": [{"currency": "USD"}],
        "PUT /rates": [{"rates": [{"currency": "EUR", "day": "2024-05-01", "rate": "1.0825"}]}],
    },
    "analytics": {
        "POST /lists": [{"name": "Testers", "description": "Those who try things first"}],
        "PUT /lists/{list_id}": [{"name": "Some", "description": None}],
        "POST /lists/{list_id}/members": [{"customer_ids": ["<customer_id>"], "expires_at": "2031-01-01T00:00:00Z"}],
        "POST /lists/{list_id}/members/remove": [{"customer_ids": ["<customer_id>"], "expires_at": None}],
        "POST /segments": [{"name": "Fuzzy", "description": "of every kind", "definition": _TREE}],
        "POST /scores/fits": [{"model": "mbgnbd", "horizon_weeks": 52, "yearly_discount": 0.1, "margin": 0.35}],
        "POST /segments/preview": [{"definition": _TREE, "sample": 3}],
        "POST /segments/validate": [{"definition": _TREE}],
        "PATCH /segments/{segment_id}": [{"name": "Fuzzier", "description": "more", "definition": _TREE}],
    },
    "campaigns": {
        "POST /campaigns": [
            _CAMPAIGN,
            _CAMPAIGN | {"trigger": {"kind": "segment_entered", "segment_id": "<segment_id>"}},
        ],
        "PUT /campaigns/{campaign_id}": [_CAMPAIGN],
        "POST /campaigns/{campaign_id}/dry-run": [{"segment_id": "<segment_id>", "limit": 100}],
        "POST /campaigns/{campaign_id}/preview": [{"customer_id": "<customer_id>"}],
        "POST /campaigns/{campaign_id}/test-send": [{"seeds": ["seed@example.test"], "customer_id": "<customer_id>"}],
        "POST /messages/{message_id}/settle": [{"outcome": "failed", "note": "provider-log"}],
        "PUT /policies": [
            {"caps": [{"limit": 3, "window": "P7D", "purpose": "marketing"}],
             "quiet_hours": {"start": "21:00:00", "end": "08:00:00"}}
        ],
        "PUT /switch": [{"halted": True}],
        "PUT /settings/sending": [
            {"sender": {"name": "Fruit", "address": "news@example.test"},
             "server": {"host": "127.0.0.1", "port": 1, "security": "starttls", "user": "ada", "password": "x"}}
        ],
        "PUT /settings/allow-list": [{"patterns": ["*@example.test"], "holds": False, "recipients": None}],
    },
    "privacy": {
        "POST /consents": [_CONSENT],
        "POST /consents/batch": [{"items": [_CONSENT, _CONSENT | {"action": "denied", "expires_at": None}]}],
        "POST /withdrawals": [
            {"customer": _REF, "purpose": "marketing", "channel": "email", "evidence": {"call": "17"},
             "campaign_id": None, "message_id": None}
        ],
        "PUT /customers/{customer_id}/restriction": [{"restricted": True}],
        "POST /holds": [
            {"customer_id": "<customer_id>", "reason": "a claim", "until": "2100-01-01T00:00:00Z"}
        ],
        "POST /inbound-messages": [
            {"message_id": "m1", "channel": "sms", "from": "+447700900123", "text": "Stop", "received_at": None},
            {"message_id": "m2", "channel": "email", "from": "ada@example.test", "text": "Hello"}
        ],
        "PUT /customers/{customer_id}/profiling": [{"objects": True, "how": "by letter"}],
        "POST /erasures": [
            {"customer": {"external_id": {"source": "shop", "id": "leaving"}}, "requested_by": "officer-3",
             "identity_checked": False, "addresses": [_ADDRESS]}
        ],
        "POST /permits": [
            {"requests": [{"message_id": "0197f4a1-0000-7000-8000-000000000002", "customer_id": "<customer_id>",
                           "purpose": "marketing", "channel": "email", "address": "ada@example.test"}]}
        ],
        "POST /suppressions": [{"addresses": [_ADDRESS], "reason": "manual", "customer_id": "<customer_id>"}],
        "POST /suppressions/removals": [{"addresses": [_ADDRESS], "reason": "manual", "customer_id": None}],
        "POST /suppressions/checks": [{"addresses": [_ADDRESS]}],
        "POST /imported-consents/batch": [
            {"import_id": "0197f4a1-0000-7000-8000-000000000004",
             "items": [_CONSENT | {"consent_id": "0197f4a1-0000-7000-8000-000000000005"}]}
        ],
        "POST /imported-consents/annulments": [
            {"items": [{"consent_id": "0197f4a1-0000-7000-8000-000000000005", "customer_id": "<customer_id>"}]}
        ],
        "POST /suppression-lists/{name}/entries": [
            {"channel": "email", "algorithm": "sha256", "digests": ["ab" * 32], "key_id": None}
        ],
        "PUT /purposes/{name}": [
            {"labels": {"en": "Wine", "pt-BR": "Vinho"}, "description": "Letters about wine", "channels": ["email"],
             "bases": [{"basis": "consent", "days": None}, {"basis": "soft_opt_in", "days": 730}], "archived": False}
        ],
        "POST /notices": [_NOTICE],
        "POST /signups": [
            {"email": "ada.fuzz@example.test", "given_name": "Ada", "family_name": "Lovelace", "language": "en",
             "notices": [_NOTICE_REF], "evidence": {"page": "/checkout"}, "birth_date": "1985-12-10", "country": "GB"}
        ],
        "POST /signups/cards": [{"signup_ids": ["0197f4a1-0000-7000-8000-000000000001"]}],
        "PUT /signup-forms/{name}": [
            {"titles": {"en": "Our letter"}, "notices": ["fuzz-footer"], "ask_name": True, "archived": False}
        ],
        "PUT /customers/{customer_id}/preferences": [
            {"paused_until": None, "language": "de", "frequencies": {"marketing": "monthly"}}
        ],
        "POST /requests": [
            {"customer": {"external_id": {"source": "shop", "id": "asking"}}, "kind": "rectification",
             "received_at": "2024-05-01T12:00:00Z", "identity_checked": False, "language": "en", "note": "by letter"}
        ],
        "POST /requests/{request_id}/identity-check": [{"how": "called back"}],
        "POST /requests/{request_id}/extension": [{"days": 30, "reason": "several archives"}],
        "POST /requests/{request_id}/refusal": [{"reason": "identity not shown"}],
        "POST /requests/{request_id}/completion": [{"done": "surname corrected"}],
        "POST /preference-links": [{"customer": {"customer_id": "<customer_id>", "email": "ada@example.test"}}],
    },
}  # fmt: skip
EVERYWHERE: dict[str, list[Any]] = {
    "POST /subject-data": [{"customer_ids": ["0197f4a1-0000-7000-8000-000000000001"]}],
    "POST /dead-letters/{id}/repair": [{"text": "{}", **_NOTE}, {"base64": "e30=", **_NOTE}],
    "POST /dead-letters/{id}/replay": [_NOTE],
    "POST /dead-letters/{id}/discard": [_NOTE],
}
