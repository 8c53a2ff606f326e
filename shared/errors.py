"""Refusals: one class each, with status and slug, and a text with cause and cure; answered as problem+json."""

from __future__ import annotations

from typing import Any, ClassVar

PROBLEM_JSON = "application/problem+json"


class Refusal(Exception):
    """Base of every answer that refuses a request. Subclasses set `status`, `slug` and `title`.

    `where` points at the fault: a JSON pointer into the body ("/data/lines/0/amount"), or "query:limit", "path:id",
    "header:if-match". `errors` carries several at once, each {"where", "what", "cure"}. `retry_after` (seconds) becomes
    the header. Whatever else is given goes into the body under its own name.
    """

    status: ClassVar[int] = 400
    slug: ClassVar[str] = "refused"
    title: ClassVar[str] = "Refused"

    def __init__(
        self,
        detail: str,
        *,
        cure: str | None = None,
        where: str | None = None,
        errors: list[dict[str, str]] | None = None,
        retry_after: float | None = None,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.cure = cure
        self.errors = errors or ([{"where": where, "what": detail, "cure": cure or ""}] if where is not None else [])
        self.extra = extra
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(max(1, round(retry_after)))

    def problem(self, instance: str | None = None) -> dict[str, Any]:
        """The body of the answer."""
        return {
            **self.extra,
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "cure": self.cure,
            "errors": self.errors,
            "instance": instance,
        }


class BadRequest(Refusal):
    """What was sent cannot be read at all."""

    status, slug, title = 400, "malformed-request", "The request cannot be read"


class Unauthorized(Refusal):
    """No key, or one that is not known."""

    status, slug, title = 401, "unauthorized", "No valid API key"


class Forbidden(Refusal):
    """The key is known and lacks the scope."""

    status, slug, title = 403, "forbidden", "The key lacks a scope"


class NotFound(Refusal):
    """There is no such thing."""

    status, slug, title = 404, "not-found", "Not found"


class Conflict(Refusal):
    """The state of things does not allow it."""

    status, slug, title = 409, "conflict", "Conflict"


class Gone(Refusal):
    """It was there and was erased."""

    status, slug, title = 410, "gone", "Gone"


class PreconditionFailed(Refusal):
    """Somebody else changed it since it was read."""

    status, slug, title = 412, "precondition-failed", "Changed in the meantime"


class TooLarge(Refusal):
    """More bytes than this door takes."""

    status, slug, title = 413, "too-large", "The body is too large"


class WrongMediaType(Refusal):
    """Not JSON."""

    status, slug, title = 415, "unsupported-media-type", "The content type is not accepted"


class Invalid(Refusal):
    """Readable, and not what this door takes."""

    status, slug, title = 422, "invalid-request", "The request is not valid"


class TooManyRequests(Refusal):
    """Above the rate of this key."""

    status, slug, title = 429, "too-many-requests", "Too many requests"


class Broken(Refusal):
    """Our fault. The text never carries internals: they are in the log."""

    status, slug, title = 500, "internal-error", "Something went wrong here"


class Unavailable(Refusal):
    """Not now: something we need is away."""

    status, slug, title = 503, "unavailable", "Not available now"
