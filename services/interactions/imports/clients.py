"""How far those are who hear what is recorded: a large file must not make live events wait behind it."""

from __future__ import annotations

from shared.config import ServiceSettings
from shared.kafka.lag import GroupWatch
from shared.observability.logging import get_logger

log = get_logger(__name__)

# Records that analytics handles in about a third of a second.
MOST_WAITING = 2_000
# A consumer that stands still for so long is away: waiting for it helps nobody.
_AWAY_S = 30.0
_TOPIC = "interactions-events"


class Followers:
    """The consumers that live events must not wait for."""

    def __init__(self, settings: ServiceSettings, groups: list[str]) -> None:
        self._watches = [GroupWatch(settings, group, [_TOPIC]) for group in groups]

    async def are_behind(self) -> bool:
        """Whether one of them has too much to read already, or nobody can say."""
        for watch in self._watches:
            try:
                lag = await watch.look()
            except Exception as error:
                log.warning("lag_not_known", group=watch.group, error=type(error).__name__)
                return True
            if lag.lag > MOST_WAITING and lag.unchanged_s < _AWAY_S:
                return True
        return False
