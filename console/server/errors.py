"""What the console's server refuses by itself; the services' refusals pass through as they are."""

from __future__ import annotations

from shared.errors import Forbidden, NotFound, Refusal, TooManyRequests, Unauthorized, Unavailable


class NotSignedIn(Unauthorized):
    """No session, or one that has ended."""

    slug, title = "not-signed-in", "You are not signed in"


class WrongCredentials(Unauthorized):
    """Says nothing of which part was wrong."""

    slug, title = "wrong-credentials", "Sign-in failed"


class CodeWanted(Unauthorized):
    """The password was right, and the account asks for a code besides."""

    slug, title = "code-wanted", "A code is needed"


class TooManyTries(TooManyRequests):
    """For this name or this address."""

    slug, title = "too-many-tries", "Too many tries"


class RoleLacksScope(Forbidden):
    """The person's roles do not allow the operation."""

    slug, title = "role-lacks-scope", "Your role does not allow this"


class CrossSite(Forbidden):
    """A change that another site's page asked for."""

    slug, title = "cross-site", "Not from this console's pages"


class NoSuchOperation(NotFound):
    """No API document lists it, or nobody but machines may call it."""

    slug, title = "no-such-operation", "No such operation"


class ServiceAway(Unavailable):
    """A service did not answer."""

    slug, title = "service-away", "A service does not answer"


class SessionsAway(Unavailable):
    """Redis did not answer, so nobody can be told from anybody."""

    slug, title = "sessions-away", "Sign-in is not available now"


class AlarmsOff(Unavailable):
    """Nobody told this server where alarms are kept, or whom to ask."""

    slug, title = "alarms-off", "Alarms are not set up"


class Misdirected(Refusal):
    """The provider's answer does not fit the question."""

    status, slug, title = 400, "oidc-failed", "Sign-in at the provider failed"
