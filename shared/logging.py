"""Structured logs: one JSON object per line on standard error. They carry ids, never personal data."""

from __future__ import annotations

import logging
import sys
from typing import Any, cast

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from shared.tracing import current_traceparent, trace_id

# Other people's loggers that say something at INFO for each request or poll.
_CHATTY = ("aiokafka", "httpx", "httpcore", "uvicorn.access", "alembic", "faust", "mode")


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """`log.info("purchase_recorded", customer_id=…)`: an event name and ids."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger(name))


def configure_logging(level: str = "INFO", **everywhere: str) -> None:
    """Once per process, before anything is logged. `everywhere` (service, process) goes on every line."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _Constant(everywhere),
                structlog.processors.JSONRenderer(serializer=_to_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class _Constant:
    def __init__(self, fields: dict[str, str]) -> None:
        self._fields = fields

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        return {**self._fields, **event}


def _add_trace(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    if (trace := trace_id(current_traceparent())) is not None:
        event.setdefault("trace_id", trace)
    return event


def _to_json(event: EventDict, default: Any = None, **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
