"""`crm repair-clock`: take a promise back that a clock in the future has left behind."""

from __future__ import annotations

import asyncio

from services.crm.installation import DEFAULT
from services.crm.output import AsJson, failures_explained, show
from services.crm.settings import Folder, Service, settings_for
from shared.clock import open_clock
from shared.events.clock_repair import repair_clock as repair
from shared.observability.logging import configure_logging


def repair_clock(service: Service, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Let events be recorded by the clock again, after the database's clock was ahead once.

    Stop the service's workers first. What was recorded meanwhile keeps its instants; their number is shown.

    \b
    Example:
      crm repair-clock interactions
    """
    settings = settings_for(service, folder)
    configure_logging("WARNING", service=service, process="crm")
    with failures_explained():
        found = asyncio.run(repair(settings, open_clock(settings.clock_file)))
    body = {"promised": found.promised, "lowered_to": found.lowered_to, "events": found.events}
    if found.lowered_to is None:
        text = f"{service}: promised until {found.promised:%Y-%m-%d %H:%M:%S}; nothing to repair."
    else:
        text = (
            f"{service}: promised until {found.promised:%Y-%m-%d %H:%M:%S}, lowered to "
            f"{found.lowered_to:%Y-%m-%d %H:%M:%S}. {found.events} events in its outbox bear a later instant."
        )
    show(body, text, as_json=as_json)
