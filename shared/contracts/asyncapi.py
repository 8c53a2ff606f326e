"""The AsyncAPI 3 document, made from the list of topics and the contracts: `crm asyncapi` writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from shared.contracts.compatibility import schema_of
from shared.contracts.envelope import Fact, Origin
from shared.contracts.inbound import InboundRecord
from shared.contracts.registry import FACTS
from shared.contracts.topics import ON_THE_BROKER, WATERMARKS, Topic
from shared.contracts.watermark import Watermark

DOCUMENT = Path(__file__).parents[2] / "docs" / "asyncapi.json"


def document() -> dict[str, Any]:
    """All channels, their messages, and which service sends and receives on each."""
    operations: dict[str, Any] = {}
    for topic in ON_THE_BROKER:
        for action, services in (("send", topic.producers), ("receive", topic.consumers)):
            for service in services:
                operations[f"{service}.{action}.{topic.name}"] = {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{topic.name}"},
                    "tags": [{"name": service}],
                }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Customer relationship system",
            "version": "1.0.0",
            "description": "Events between customers, interactions, analytics, campaigns and privacy. JSON, "
            "CloudEvents names; the key of a record is the subject (customer id); the header `type` bears its type.",
        },
        "channels": {topic.name: _channel(topic) for topic in ON_THE_BROKER},
        "operations": operations,
        "components": {
            "messages": {kind: _message(fact) for kind, fact in FACTS.items()}
            | {"inbound": _inbound(), "watermark": _watermark()}
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    kinds = [kind for kind, fact in FACTS.items() if topic.name == fact.TOPIC]
    if topic.public:
        kinds.append("inbound")
    if topic is WATERMARKS:
        kinds.append("watermark")
    kept = {"retention.ms": int(topic.config["retention.ms"])} if "retention.ms" in topic.config else {}
    return {
        "address": topic.name,
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in kinds},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": [topic.config["cleanup.policy"]], **kept},
            }
        },
    }


def _message(fact: type[Fact]) -> dict[str, Any]:
    text = {"type": "string"}
    instant = {"type": "string", "format": "date-time"}
    uuid = {"type": "string", "format": "uuid"}
    envelope = {
        "specversion": {"const": "1.0"},
        "id": uuid,
        "type": {"const": fact.TYPE},
        "source": text,
        "subject": uuid,
        "time": instant,
        "recorded_at": instant,
        "version": {"type": "integer"},
        "origin": {"enum": [origin.value for origin in Origin]},
        "cause": {"type": ["string", "null"], "format": "uuid"},
        "traceparent": {"type": ["string", "null"]},
        "data": schema_of(fact),
    }
    return {
        "name": fact.TYPE,
        "summary": " ".join((fact.__doc__ or "").split()),
        "headers": {"type": "object", "properties": {"type": {"const": fact.TYPE}}},
        "payload": {"type": "object", "required": sorted(envelope), "properties": envelope},
    }


def _inbound() -> dict[str, Any]:
    return {
        "name": "inbound",
        "summary": "What a publisher writes directly; validated strictly by interactions, refused records go to the "
        "dead letters with their bytes.",
        "payload": TypeAdapter(InboundRecord).json_schema(),
    }


def _watermark() -> dict[str, Any]:
    return {
        "name": "watermark",
        "summary": "No event: how far a service's relay is. The key is the service.",
        "payload": Watermark.model_json_schema(),
    }


def render() -> str:
    """The document's text as it is committed."""
    return json.dumps(document(), indent=1, sort_keys=True) + "\n"
