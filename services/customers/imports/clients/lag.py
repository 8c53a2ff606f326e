"""How far analytics is behind with what customers publishes."""

from __future__ import annotations

from services.customers.config import Settings
from shared.kafka.lag import GroupWatch
from shared.observability.logging import get_logger

log = get_logger(__name__)

_GROUP, _TOPICS = "analytics", ("customers-events",)


class AnalyticsLag:
    """Asks the broker for the lag of analytics' consumer group."""

    def __init__(self, settings: Settings) -> None:
        self._most = settings.import_pause_lag
        self._watch = GroupWatch(settings, _GROUP, _TOPICS)
        self._told = False

    async def behind(self) -> bool:
        """Whether more than IMPORT_PAUSE_LAG events wait there."""
        if not self._most or (waiting := await self.events()) <= self._most:
            return False
        log.info("import_waits_for_analytics", events=waiting)
        return True

    async def events(self) -> int:
        """How many events wait there; 0 where nobody can say, and that is logged once."""
        try:
            return (await self._watch.look()).lag
        except Exception as error:
            # A broker that is away, or whose lists allow no look at another service's group: nothing is waited for.
            if not self._told:
                log.warning("lag_of_analytics_unknown", error=type(error).__name__)
                self._told = True
            return 0
