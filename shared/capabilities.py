"""A capability of a service: everything that it adds to the app and to the worker, as one entry of a list.

`services/<service>/capabilities.py` lists them; `app.py` and `worker.py` hand that list to the two functions below. To
take a capability away, its folder and its entry are removed.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

from shared.config import ServiceSettings
from shared.events.copies import ReadModel
from shared.events.handlers import EventHandler, subscription_of
from shared.events.restating import Restater
from shared.events.subscription import Subscription
from shared.web.app import OnStart, create_app
from shared.web.context import AppContext
from shared.web.route import APIRouter
from shared.web.words import Words
from shared.worker.parts import Job, Part
from shared.worker.worker import Worker, create_worker


@dataclass(frozen=True, slots=True)
class Capability:
    """What one capability brings. `public` lists the paths that need no key; `on_start` opens what its routes use.

    `subscriptions` is for consumers that are no ordinary event handlers: a door whose records are no envelopes. `parts`
    is called once per worker, with its settings. `drivers` names the consumers whose records a part of this capability
    brings, in place of the kernel's loop; the part is made of the settings and the consumer's subscription.

    `restates` names services that keep copies of what is owned here, with what tells them all of it again;
    `read_models` are the copies kept here that can be rebuilt from that.
    """

    name: str
    routers: Sequence[APIRouter] = ()
    public: Sequence[str] = ()
    on_start: OnStart | None = None
    handlers: Sequence[EventHandler] = ()
    subscriptions: Callable[[Any], Sequence[Subscription]] | None = None
    jobs: Sequence[Job] = ()
    parts: Callable[[Any], Sequence[Part]] | None = None
    drivers: Mapping[str, Callable[[Any, Subscription], Part]] = field(default_factory=dict)
    restates: Mapping[str, Sequence[Restater]] = field(default_factory=dict)
    read_models: Sequence[ReadModel] = ()


def app_of(
    settings: ServiceSettings,
    capabilities: Sequence[Capability],
    *,
    producer: bool = False,
    words: Words | None = None,
) -> FastAPI:
    """The HTTP app of a service; nothing connects before it starts. `producer` opens a Kafka producer at start; `words`
    describe its fields and give its bodies examples."""
    openers = [capability.on_start for capability in capabilities if capability.on_start is not None]
    return create_app(
        settings,
        [router for capability in capabilities for router in capability.routers],
        public=[path for capability in capabilities for path in capability.public],
        producer=producer,
        on_start=_all_of(openers) if openers else None,
        words=words,
    )


def worker_of(
    settings: ServiceSettings, capabilities: Sequence[Capability], consumers: Mapping[str, Sequence[str]]
) -> Worker:
    """The worker of a service; nothing connects before it runs.

    `consumers` names each consumer group with the topics it reads; every handler names its consumer. Raises ValueError
    for a handler of a consumer that is not listed.
    """
    subscriptions = subscriptions_of(settings, capabilities, consumers)
    drivers = {name: driver for capability in capabilities for name, driver in capability.drivers.items()}
    driven = [subscription for subscription in subscriptions if subscription.consumer in drivers]
    subscriptions = [subscription for subscription in subscriptions if subscription.consumer not in drivers]
    for capability in capabilities:
        subscriptions += capability.subscriptions(settings) if capability.subscriptions else ()
    parts = [part for capability in capabilities if capability.parts for part in capability.parts(settings)]
    return create_worker(
        settings,
        subscriptions=subscriptions,
        jobs=[job for capability in capabilities for job in capability.jobs],
        parts=[*parts, *(drivers[subscription.consumer](settings, subscription) for subscription in driven)],
        replays=driven,
    )


def subscriptions_of(
    settings: ServiceSettings, capabilities: Iterable[Capability], consumers: Mapping[str, Sequence[str]]
) -> list[Subscription]:
    """One subscription for each consumer, made of the handlers of all capabilities."""
    handlers = [handler for capability in capabilities for handler in capability.handlers]
    unlisted = sorted({handler.consumer for handler in handlers} - set(consumers))
    if unlisted:
        raise ValueError(f"handlers of consumers that read no topic: {', '.join(unlisted)}")
    subscriptions = []
    for consumer, topics in consumers.items():
        own = [handler for handler in handlers if handler.consumer == consumer]
        if own:
            subscriptions.append(subscription_of(consumer, topics, own, settings))
    return subscriptions


def _all_of(openers: Sequence[OnStart]) -> OnStart:
    @contextlib.asynccontextmanager
    async def open_all(context: AppContext) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            for opener in openers:
                await stack.enter_async_context(opener(context))
            yield

    return open_all
