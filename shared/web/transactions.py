"""The transaction of a request. It commits before the answer goes out, so a 2xx is a promise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from shared.database.transaction import Tx
from shared.web import idempotency
from shared.web.context import context_of


async def transaction(request: Request) -> AsyncIterator[Tx]:
    """One use case of one request. A request with an Idempotency-Key that was answered before ends here."""
    async with context_of(request).database.transaction() as tx:
        if request.state.keyed:
            request.state.guard = await idempotency.begin(request, tx, request.state.caller.id)
        yield tx


# Not the ordinary scope: that one would commit after the answer was sent.
TxDep = Annotated[Tx, Depends(transaction, scope="function")]
