"""Go on with a broker that has none of the topics that a restored database knows.

What was emitted and not heard by everybody is sent again: with its old id, so that whoever has heard it does not hear
it twice, as far as the outbox goes back (7 days). Whatever is emitted from now on counts as newer than what others may
have copied from the database since its backup.
"""

from __future__ import annotations

from sqlalchemy import text

from shared.database.transaction import Tx

_AGAIN = text("update outbox set published = false where published")
_EPOCH = text("insert into epochs (epoch, raised_at) select coalesce(max(epoch), 0) + 1, :now from epochs")
_FROM_THE_START = text("delete from offsets")


async def go_on_with_another_broker(tx: Tx) -> int:
    """The outbox is sent again, versions begin an epoch, and consumers begin at the start of the new topics; how many
    events are sent again. Only while no process of the service runs."""
    again = await tx.execute(_AGAIN)
    await tx.execute(_EPOCH, {"now": tx.now})
    await tx.execute(_FROM_THE_START)
    return again.rowcount
