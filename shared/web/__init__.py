"""The HTTP side of the kernel: what a service's app, routes and tests take from it."""

from shared.web.app import UnguardedRoute, create_app
from shared.web.body import MIB
from shared.web.context import AppContext, ContextDep
from shared.web.route import APIRouter
from shared.web.security import CallerDep, body_limit, public, requires
from shared.web.serve import serve
from shared.web.transactions import TxDep, transaction

__all__ = [
    "MIB",
    "APIRouter",
    "AppContext",
    "CallerDep",
    "ContextDep",
    "TxDep",
    "UnguardedRoute",
    "body_limit",
    "create_app",
    "public",
    "requires",
    "serve",
    "transaction",
]
