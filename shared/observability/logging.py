"""Structured logs: one JSON object per line on standard error. They carry ids, never personal data."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any, cast

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from shared.observability.tracing import current_traceparent, trace_id

# Loggers of libraries that write a line at INFO for each request or poll.
_CHATTY = ("aiokafka", "httpx", "httpcore", "uvicorn.access", "alembic", "faust", "mode")
_FRAMES = 12
_CAUSES = 4


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """`log.info("purchase_recorded", customer_id=…)`: an event name and ids."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger(name))


def configure_logging(level: str = "INFO", **everywhere: str) -> None:
    """Once per process, before anything is logged. `everywhere` (service, process) goes on every line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_COMMON,
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


def describe_error(error: BaseException) -> list[dict[str, Any]]:
    """Kind, SQLSTATE, constraint and places of `error` and its causes.

    Never their texts: those of databases and validators quote rows and input, so e-mail addresses too.
    """
    described: list[dict[str, Any]] = []
    cause: BaseException | None = error
    while cause is not None and len(described) < _CAUSES:
        frames = traceback.extract_tb(cause.__traceback__)
        # Our own code, and where in a library it ended.
        shown = [frame for frame in frames[:-1] if "site-packages" not in frame.filename][-_FRAMES:] + frames[-1:]
        known = {name: getattr(cause, name, None) for name in ("sqlstate", "constraint_name", "errno")}
        described.append(
            {
                "kind": f"{type(cause).__module__}.{type(cause).__qualname__}",
                **{name: value for name, value in known.items() if isinstance(value, str | int)},
                "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in shown],
            }
        )
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return described


class _Constant:
    def __init__(self, fields: dict[str, str]) -> None:
        self._fields = fields

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        return {**self._fields, **event}


def _add_trace(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    if (trace := trace_id(current_traceparent())) is not None:
        event.setdefault("trace_id", trace)
    return event


def _add_error(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else None
    if error is None and given:
        error = sys.exc_info()[1]
    if error is not None:
        event["exception"] = describe_error(error)
    return event


def _to_json(event: EventDict, default: Any = None, **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


_COMMON: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _add_trace,
    _add_error,
]
# Here and not in configure_logging: also a process that never calls that (a test, a command) must not fall back to
# the library's pretty tracebacks, which print local variables.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_COMMON,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
