"""What the five APIs answer in page tests: plausible, whole, as many rows as wanted."""

from __future__ import annotations

from typing import Any

from tests.browser.fixed import AT, ID, READY, an_id, rows
from tests.browser.import_answers import about_imports


def customer(number: int = 1) -> dict[str, Any]:
    return {
        "customer_id": an_id(number), "name": f"Ada Lovelace {number}", "kind": "person", "status": "active",
        "created_at": AT, "changed_at": AT, "version": 3, "source": "shop", "reachable": ["email"], "aliases": [],
        "attributes": {"given_name": "Ada", "city": "Leeds", "children": 2}, "unfit": [],
        "provenance": {"city": {"at": AT, "by": "tills", "customer_id": an_id(number)}},
        "identifiers": [{"identifier_id": ID, "kind": "email", "value": "ada@example.test", "source": None,
                         "verified": True, "preferred": True, "at": AT, "by": "tills", "customer_id": an_id(number)}],
    }  # fmt: skip


def attribute(number: int = 1) -> dict[str, Any]:
    name, type_ = [("city", "text"), ("birth_date", "date"), ("children", "integer")][number % 3]
    return {"name": name, "label": None, "type": type_, "applies_to": "both", "allowed": [], "built_in": True,
            "personal": True, "retention_days": None, "segmentable": True}  # fmt: skip


def segment(number: int = 1) -> dict[str, Any]:
    rule = {"event": "purchase", "op": "gte", "value": number + 1, "window": {"last": "P30D"}}
    return {
        "id": an_id(number), "name": f"Regulars {number}", "description": None, "state": "live", "members": 40 + number,
        "filled": None, "version": 1, "newest_version": 1, "created_at": AT, "changed_at": AT,
        "definition": {"all": [rule, {"not": {"attr": "city", "op": "in", "value": ["Leeds", "York"]}}]},
    }  # fmt: skip


def campaign(number: int = 1, state: str = "running") -> dict[str, Any]:
    return {
        "id": an_id(number), "version": 2, "state": state, "created_at": AT, "started_at": AT, "run_id": ID,
        "definition": {
            "name": f"Welcome {number}", "purpose": "marketing", "channel": "email", "priority": 5,
            "trigger": {"kind": "segment_entered", "segment_id": an_id(1)}, "holdout_percent": 10,
            "content": {"subject": "Welcome", "text": "Hello\n{{ unsubscribe_url }}\n", "html": None},
            "re_entry": {"kind": "once", "days": None}, "cap": None, "quiet_hours": None, "expires_after": "P3D",
        },
    }  # fmt: skip


def message(number: int = 1) -> dict[str, Any]:
    return {
        "id": an_id(number), "customer_id": an_id(number), "entry_id": ID, "step": "send", "channel": "email",
        "state": "refused", "reason": "no-consent", "deferred_for": None, "attempts": 0, "bounced": False,
        "enrolled_at": AT, "not_before": None, "expires_at": AT, "claimed_at": None, "permit_id": None,
        "settled_at": AT, "settled_by": "gate",
    }  # fmt: skip


def interaction(number: int = 1) -> dict[str, Any]:
    return {
        "id": an_id(number), "customer_id": ID, "kind": "purchase", "channel": "web", "time": AT, "recorded_at": AT,
        "origin": "live", "publisher": "tills", "message_id": None, "campaign_id": None, "cause": None,
        "currency": "EUR", "amount": 1999 + number, "base_amount": 1999,
        "detail": {"lines": [{"product": "apple", "category": "FRUIT"}]},
    }  # fmt: skip


def consent(number: int = 1) -> dict[str, Any]:
    return {
        "consent_id": an_id(number), "customer_id": ID, "version": number, "purpose": "marketing", "channel": "email",
        "action": "granted", "basis": "consent", "effective": True, "occurred_at": AT, "recorded_at": AT,
        "recorded_by": "shop", "wording": "Yes, write to me.", "wording_version": "1", "evidence": {"form": "sign-up"},
        "expires_at": None, "campaign_id": None, "message_id": None, "withdrawn_via": None,
    }  # fmt: skip


def consents(count: int = 2) -> dict[str, Any]:
    return {
        "customer_id": ID, "customer_ids": [ID], "erased": False, "restricted": False,
        "current": [{"purpose": "marketing", "channel": "email", "permitted": True, "reason": None, "by_id": []}],
        "history": [consent(number) for number in range(count)], "next": "more" if count > 100 else None,
    }  # fmt: skip


def message_to(number: int = 1) -> dict[str, Any]:
    campaign_of = {"campaign_id": an_id(5), "campaign": "Welcome letter", "purpose": "marketing", "responses": []}
    return {**message(number), **campaign_of}


def scores() -> dict[str, Any]:
    return {"customer_id": ID, "as_of": AT, "last_purchase": AT, "orders": 7, "money": 12345, "r": 5, "f": 4, "m": 3,
            "rfm_group": "champions", "rfm_fit": ID, "p_active": 0.83, "purchases_expected": 3.2, "clv": 4200,
            "crosses_at": AT, "value_fit": ID}  # fmt: skip


def fit(number: int = 1) -> dict[str, Any]:
    return {"id": an_id(number), "model": "mbgnbd", "state": "refused", "options": {}, "requested_at": AT,
            "requested_by": "night", "as_of": AT, "finished_at": AT, "customers": 12, "parameters": None,
            "quality": None, "reason": "too-few-customers",
            "detail": f"12 customers bought, 300 are needed ({number})"}  # fmt: skip


def sending(checked_at: str | None) -> dict[str, Any]:
    server = {"host": "mail.example.test", "port": 587, "security": "starttls", "user": "ada", "password_set": True}
    return {"sender": {"name": "Fruit shop", "address": "news@shop.example.test", "set_by": "environment"},
            "server": {**server, "set_by": "people"}, "checked_at": checked_at, "changed_at": AT,
            "changed_by": "ada"}  # fmt: skip


def setting_change(number: int = 1) -> dict[str, Any]:
    before, after = ({"patterns": ["me@example.test"], "holds": holds} for holds in (True, False))
    return {"id": an_id(number), "at": AT, "by": f"ada {number}", "what": "allow-list", "before": before,
            "after": after}  # fmt: skip


def erasure(number: int = 1) -> dict[str, Any]:
    return {
        "erasure_id": an_id(number), "customer_id": an_id(number), "aliases": [], "state": "running", "overdue": False,
        "asked": 1, "asked_at": AT, "requested_at": AT, "requested_by": "the customer, by letter", "due_at": AT,
        "held": False, "identity_checked_at": AT, "completed_at": None, "certificate": None, "missing": ["campaigns"],
        "receipts": [{"service": "customers", "received_at": AT, "stores": {"customers": 1}, "remaining": {}}],
    }  # fmt: skip


def hold(number: int = 1) -> dict[str, Any]:
    return {"hold_id": an_id(number), "customer_id": ID, "reason": f"claim about order {number}", "until": AT,
            "stands": True, "placed_at": AT, "placed_by": "data-protection", "lifted_at": None,
            "lifted_by": None}  # fmt: skip


def subject_request(number: int = 1, state: str = "waiting") -> dict[str, Any]:
    steps = [("received", ""), ("asked-again", ""), ("identity-checked", "called back")][
        : 2 if state == "waiting" else 3
    ]
    return {
        "request_id": an_id(number), "customer_id": an_id(number), "kind": "access", "state": state, "received_at": AT,
        "due_at": "2026-06-03T09:30:00Z", "overdue": number % 3 == 2, "due_soon": False, "extended_for": None,
        "identity_checked_by": None if state == "waiting" else "data-protection", "erasure_id": None, "language": "de",
        "note": "asked at the counter", "closed_at": None,
        "steps": [{"at": AT, "by": "data-protection", "what": what, "detail": detail} for what, detail in steps],
    }  # fmt: skip


def dead_letter(number: int = 1) -> dict[str, Any]:
    return {
        "id": an_id(number), "consumer": "customers", "topic": "customers-inbound", "partition": 3, "offset": number,
        "event_id": None, "reason": "unreadable", "error": "ValidationError: /data/lines: missing", "attempts": 1,
        "state": "open", "created_at": AT, "changed_at": None, "changed_by": None, "note": None, "was_repaired": False,
        "headers": [], "key_base64": None, "value_base64": "e30=", "value_text": '{"a": 1}', "repaired_base64": None,
        "repaired_text": None,
    }  # fmt: skip


def candidate(number: int = 1) -> dict[str, Any]:
    return {"candidate_id": an_id(number), "customer_id": an_id(number), "owner_id": an_id(number + 1),
            "kind": "phone", "at": AT, "by": "tills"}  # fmt: skip


def duplicate(number: int = 1) -> dict[str, Any]:
    fields = [{"field": "family_name", "agreement": "similar", "points": 4.5},
              {"field": "birth_date", "agreement": "same", "points": 8.0}]  # fmt: skip
    return {"duplicate_id": an_id(number), "customer_id": an_id(number), "other_id": an_id(number + 1),
            "kind": "person", "score": 0.97, "fields": fields, "automatic": False, "state": "open",
            "survivor": an_id(number), "found_at": AT, "decided_at": None, "decided_by": None,
            "merge_id": None}  # fmt: skip


def relation(number: int = 1) -> dict[str, Any]:
    return {"relation_id": an_id(number), "customer_id": ID, "kind": "parent_of", "other_id": an_id(number),
            "since": "2020-05-12", "until": None, "note": f"note {number}", "stated_at": AT,
            "stated_by": "ada"}  # fmt: skip


def merge(number: int = 1) -> dict[str, Any]:
    field = {"name": "city", "survivor_value": "Leeds", "absorbed_value": "York", "value": "Leeds", "source": ID}
    return {"merge_id": an_id(number), "survivor": an_id(1), "absorbed": an_id(2), "at": AT, "by": "ada",
            "fields": [field], "undone_at": None, "undone_by": None}  # fmt: skip


def week(count: int) -> dict[str, Any]:
    """A week beside last year's; one in which nothing was, without rows."""
    figures = dict.fromkeys(("revenue", "gross", "returned", "orders", "unvalued", "buyers", "new", "repeat", "lost",
                             "goods", "uncosted", "margin"), 1200 if count else 0)  # fmt: skip
    return {"period": "2026-11-16", "figures": figures, "year_before": figures}


def cohort(number: int) -> dict[str, Any]:
    """Customers of a month, some of whom came again."""
    cells = [{"offset": offset, "buyers": 2, "share": 0.2, "revenue": 100} for offset in range(3)]
    return {"period": f"2026-{number + 4:02}-01", "customers": 10, "cells": cells}


def alarm(number: int, *, lasts: bool = False) -> dict[str, Any]:
    """One that is over, or lasts."""
    return {"id": an_id(number), "what": "dead-letters", "detail": "customers: 2 open", "key": f"k{number}",
            "opened_at": AT, "cleared_at": None if lasts else AT, "text": "Dead letters."}  # fmt: skip


def everything(count: int = 3) -> dict[str, Any]:
    """An answer for each operation that pages read; lists have `count` rows."""
    dead = {f"GET /{service}/dead-letters": rows(dead_letter, count) for service in
            ("customers", "interactions", "analytics", "campaigns", "privacy")}  # fmt: skip
    vocabulary = {"attributes": {"city": "string", "children": "integer"}, "segments": [], "lists": [],
                  "events": {"purchase": {"amount": "money", "store": "string"}, "exposure": {}}}  # fmt: skip
    count_of = {"kind": "purchase", "origin": "live", "interactions": 1200, "base_amount": 99900, "unvalued": 0}
    explanation = {"segment_id": ID, "customer_id": ID, "version": 1, "inside": True, "at": AT, "changes_at": AT,
                   "reason": {"condition": {"attr": "city", "op": "exists"}, "holds": True, "found": "Leeds",
                              "changes_at": None, "decides": True, "children": []}}  # fmt: skip
    health = {"status": "ok", "database": {"ok": True, "seconds": 0.002}, "broker": {"ok": True, "seconds": 0.001}}
    report = {"campaign_id": ID, "state": "running", "audience": 10, "handed_over": 6, "refused": {"holdout": 3},
              "failed": {}, "unknown": 0, "waiting": {"quiet-hours": 1}, "too_late_after": {}, "adds_up": True,
              "responses": {"opened": 4}, "links": {"https://shop.example.test": 2}}  # fmt: skip
    return {
        "GET /customers/customers": rows(customer, count),
        "GET /customers/customers/{}": customer(),
        "POST /customers/customers/search": rows(customer, count),
        "GET /customers/customers/{}/history": rows(
            lambda number: {"change_id": an_id(number), "customer_id": ID, "at": AT, "by": "ada", "cause": None,
                            "version": number, "what": {"city": "Leeds"}}, count),
        "GET /customers/attributes": rows(attribute),
        "GET /interactions/base-currency": {"currency": "EUR", "set_by": "people" if count else "environment",
                                            "fixed": False, "changed_at": AT, "changed_by": "ada"},
        "GET /privacy/signup-forms": {"items": [
            {"name": f"shop-{n}", "titles": {"en": "Our newsletter", "de": "Neues"}, "notices": ["footer"],
             "ask_name": True, "archived": False, "changed_by": "ada", "changed_at": AT}
            for n in range(min(count, 3))]},
        "GET /privacy/signup-forms/{}/embed": {
            "html": '<form method="post"><label>E-mail <input name="email"></label></form>',
            "url": "https://hello.example.test/forms/shop-1", "language": "en"},
        "GET /customers/link-candidates": rows(candidate, min(count, 200)),
        "GET /customers/customers/{}/relations": rows(relation, count),
        "GET /customers/merges": rows(merge, count),
        "GET /customers/duplicates": rows(duplicate, min(count, 200)),
        "GET /customers/duplicates/counts": {"open": count, "sure": 1, "confirmed": 3, "rejected": 2, "waiting": 0,
                                             "proposed_from": 0.5, "automatic_from": 0.996, "automatic": False},
        "POST /customers/merges": merge(),
        "GET /interactions/customers/{}/timeline": rows(interaction, count),
        "GET /interactions/stats": {"since": AT, "until": AT, "interactions": 1200, "counts": [count_of]},
        "GET /analytics/segments": rows(segment, count),
        "GET /analytics/segments/vocabulary": vocabulary,
        "GET /analytics/segments/{}": segment(),
        "GET /analytics/segments/{}/members": rows(lambda number: {"customer_id": an_id(number), "since": AT}, count),
        "GET /analytics/segments/{}/versions": [],
        "GET /analytics/segments/{}/explain/{}": explanation,
        "POST /analytics/segments/preview": {"members": 41, "customers": 1200, "exact": True, "low": 41, "high": 41,
                                             "sample": [an_id(1), an_id(2)]},
        "GET /analytics/customers/{}/segments": [{"segment_id": an_id(1), "name": "Regulars", "version": 1,
                                                  "since": AT}],
        "GET /analytics/customers/{}/scores": scores(),
        "GET /campaigns/customers/{}/messages": rows(message_to, count),
        "GET /campaigns/campaigns": rows(campaign, count),
        "GET /campaigns/campaigns/{}": campaign(),
        "GET /campaigns/campaigns/{}/report": report,
        "GET /campaigns/campaigns/{}/messages": rows(message, count),
        "GET /analytics/scores/rfm": {
            "cells": [{"recency": r, "frequency": f, "group": "champions" if r > 3 else "lost", "customers": r * f,
                       "money": 1000 * r, "clv": 500} for r in range(1, 6) for f in range(1, 6)] if count else [],
            "groups": {"champions": 135, "lost": 90},
        },
        "GET /analytics/scores/fits": rows(fit, count),
        "GET /campaigns/settings/sending": sending(AT if count else None),
        "GET /campaigns/settings/allow-list": {"patterns": ["me@example.test"], "holds": True, "set_by": "people",
                                               "mailable": 1200},
        "GET /campaigns/settings/changes": rows(setting_change, count),
        "GET /campaigns/policies": {"caps": [{"limit": 2, "window": "P7D", "purpose": None}], "quiet_hours": None,
                                    "spare_complaints": False,
                                    "version": 1},
        "GET /campaigns/switch": {"halted": False, "at": None, "by": None, "restored_from": None},
        "GET /privacy/customers/{}/consents": consents(count),
        "GET /privacy/holds": rows(hold, min(count, 3)),
        "GET /privacy/customers/{}/profiling": {"customer_id": ID, "objects": True, "since": AT, "changed": False},
        "GET /privacy/erasures": rows(erasure, count),
        "GET /privacy/erasures/{}": erasure(),
        "GET /analytics/insights/revenue": {"by": "week", "zone": "UTC", "lost_after_days": 180, "segment_id": None,
                                            "periods": [week(count)]},
        "GET /analytics/insights/cohorts": {"by": "month", "zone": "UTC", "segment_id": None,
                                            "cohorts": [cohort(n) for n in range(min(count, 7))]},
        "GET /alarms": {"items": [alarm(n) for n in range(min(count, 3))],
                        "not_told_yet_by": ["mail"] if count else []},
        "GET /alarms/settings": {"mailbox": "ops@example.test", "sender": "alarms@example.test", "server": None,
                                 "webhook_url": None, "password_set": False, "webhook_secret_set": False,
                                 "installation_server": True, "ways": ["mail"]},
        "GET /monday": {"mailbox": None, "zone": "UTC", "language": "en", "hour": 7, "lost_after_days": 180,
                        "sent_for": None},
        "GET /privacy/requests": rows(subject_request, count),
        f"GET /privacy/requests/{READY}": subject_request(5, "ready"),
        "GET /privacy/requests/{}": subject_request(),
        f"POST /privacy/requests/{READY}/archive-link": {
            "url": "https://shop.example.test/archives/1.token", "size": 4711, "expires_at": AT, "sha256": "0" * 64},
        "GET /services": dict.fromkeys(("customers.app", "customers.worker", "privacy.app", "privacy.worker"), health),
        **about_imports(count),
        **dead,
        **{f"{key}/{{}}": dead_letter() for key in dead},
    }  # fmt: skip
