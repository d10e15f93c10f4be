"""Leases on hash partitions: each is served by one relay at a time, and relays share them."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.events import PARTITIONS

LOCKS = 0x63726D
"""The class of our advisory locks; the object is the partition."""
PRESENCE = PARTITIONS
"""Every relay holds this one in share mode: its holders are the relays."""

JOIN = text("SELECT pg_advisory_lock_shared(:locks, :presence)")
SEEN = text("""
    SELECT objid::int AS partition FROM pg_locks
    WHERE locktype = 'advisory' AND classid = :locks AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")
TAKE = text("""
    SELECT wanted FROM unnest(CAST(:wanted AS int[])) AS wanted
    WHERE pg_try_advisory_lock(:locks, wanted)
""")
LEAVE = text("""
    SELECT pg_advisory_unlock(:locks, surplus) FROM unnest(CAST(:surplus AS int[])) AS surplus
""")


class Leases:
    """The partitions of one relay. They are session locks: they end with its connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.held: list[int] = []

    async def join(self) -> None:
        await self.connection.execute(JOIN, {"locks": LOCKS, "presence": PRESENCE})

    async def balance(self) -> None:
        """Hold a fair share: leave what is more, take what is free. Only between rounds."""
        rows = await self.connection.execute(SEEN, {"locks": LOCKS})
        seen = [row.partition for row in rows]
        share = -(-PARTITIONS // max(1, seen.count(PRESENCE)))
        if surplus := self.held[share:]:
            await self.connection.execute(LEAVE, {"locks": LOCKS, "surplus": surplus})
            self.held = self.held[:share]
        free = [it for it in range(PARTITIONS) if it not in seen]
        if wanted := free[: share - len(self.held)]:
            taken = await self.connection.execute(TAKE, {"locks": LOCKS, "wanted": wanted})
            self.held += taken.scalars()
