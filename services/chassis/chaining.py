"""The chain: each company's audit lines one after the other, each with a hash of all before it.

A line is written where it is done, and gets its place here a moment later: whoever does something
waits for no other. Any number of chainers may run; one at a time has a company's chain.
"""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, String, UniqueConstraint, delete, insert, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import Mapped

from services.chassis.anchoring import Anchor, Anchors
from services.chassis.audit import AuditLine, AuditUnlinked
from services.chassis.clock import utc_now
from services.chassis.conditions import among
from services.chassis.database import ID, Entity, Personal, column
from services.chassis.logs import log

BATCH = 1000
POLL_SECONDS, ANCHOR_SECONDS, BACKOFF_SECONDS = 1.0, 60.0, 5.0
GENESIS = "0" * 64
"""What stands before the first line."""
LOCKS = 0x63726F
"""The class of our advisory locks; the object is the tenant. Relays and runners have others."""
LOCK = text("SELECT pg_try_advisory_xact_lock(:locks, hashtext(:tenant))")
LINE = tuple(
    getattr(AuditLine, it)
    for it in (
        *("tenant", "id", "at", "actor_kind", "actor_id", "on_behalf_of", "request_id"),
        *("action", "record_type", "record_id", "version", "fields", "before", "after"),
    )
)
"""What of a line is hashed, in this order: all of it."""


class AuditLink(Entity):
    """A line's place in its company's chain, and the hash of it and all before. Append-only."""

    __tablename__ = "audit_link"
    __table_args__ = (UniqueConstraint("tenant", "line_id"),)

    number: Mapped[int] = column(Personal.NONE, BigInteger, primary_key=True, autoincrement=False)
    line_id: Mapped[str] = column(Personal.NONE, ID)
    hash: Mapped[str] = column(Personal.NONE, String(64))


def hashed(before: str, line: Sequence[Any]) -> str:
    """Give the hash of a line's columns, as `LINE` has them, after the hash before it."""
    told = [it.astimezone(UTC).isoformat() if isinstance(it, datetime) else it for it in line]
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(bytes.fromhex(before) + canonical.encode()).hexdigest()


class Chaining:
    """Gives lines their places, on a connection of the worker's role, until it is cancelled.

    With `anchors` it writes down every minute how far the chains are that it went on with.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        service: str,
        anchors: Anchors | None = None,
        *,
        poll: float = POLL_SECONDS,
        anchor_every: float = ANCHOR_SECONDS,
    ) -> None:
        self.engine = engine
        self.service = service
        self.anchors = anchors
        self.poll = poll
        self.anchor_every = anchor_every
        self.heads: dict[str, Anchor] = {}

    async def run(self) -> None:
        linking, anchoring = (
            self._again(self._link, self.poll),
            self._again(self._anchor, self.anchor_every),
        )
        await asyncio.gather(linking, anchoring)

    async def _again(self, deed: Any, seconds: float) -> None:
        """Do it again and again; what could not be done waits for the next round."""
        while True:
            try:
                await deed()
            except (SQLAlchemyError, OSError) as error:
                log().warning("audit lines wait", why=deed.__name__, reason=type(error).__name__)
                await asyncio.sleep(BACKOFF_SECONDS)
            await asyncio.sleep(seconds)

    async def _link(self) -> None:
        async with self.engine.connect() as connection:
            while True:
                await self.go_round(connection)
                await asyncio.sleep(self.poll)

    async def go_round(self, connection: AsyncConnection) -> int:
        """Give a place to all lines that wait, and say how many those were."""
        waiting = select(AuditUnlinked.tenant).group_by(AuditUnlinked.tenant)
        tenants = (await connection.scalars(waiting)).all()
        await connection.commit()
        linked = 0
        for tenant in tenants:
            while some := await self._some(connection, tenant):
                linked += some
                if some < BATCH:
                    break
        return linked

    async def _some(self, connection: AsyncConnection, tenant: str) -> int:
        """Give some lines of a company their places, unless another chainer is at it."""
        async with connection.begin():
            if not await connection.scalar(LOCK, {"locks": LOCKS, "tenant": tenant}):
                return 0
            number, hash = await head(connection, tenant)
            links = []
            for line in await _waiting(connection, tenant):
                number, hash = number + 1, hashed(hash, line)
                made = {"tenant": tenant, "number": number, "line_id": line.id, "hash": hash}
                links.append(made)
            if links:
                await connection.execute(insert(AuditLink), links)
                gone = among(AuditUnlinked.line_id, [it["line_id"] for it in links])
                await connection.execute(
                    delete(AuditUnlinked).where(AuditUnlinked.tenant == tenant, gone)
                )
        if links:
            self.heads[tenant] = Anchor(self.service, tenant, number, hash, utc_now())
        return len(links)

    async def _anchor(self) -> None:
        """Write down the heads that have moved; what cannot be written stays to be."""
        if self.anchors is None or not self.heads:
            return
        heads = self.heads
        await asyncio.to_thread(self.anchors.add, list(heads.values()))
        self.heads = {k: it for k, it in self.heads.items() if heads.get(k) is not it}


async def head(connection: AsyncConnection, tenant: str) -> tuple[int, str]:
    """Give the number and the hash of the last line in a company's chain."""
    last = (
        select(AuditLink.number, AuditLink.hash)
        .where(AuditLink.tenant == tenant)
        .order_by(AuditLink.number.desc())
        .limit(1)
    )
    found = (await connection.execute(last)).one_or_none()
    return (found.number, found.hash) if found else (0, GENESIS)


async def _waiting(connection: AsyncConnection, tenant: str) -> Sequence[Any]:
    """Give the next lines, the older before the younger: their ids are in order of time."""
    there = (AuditLine.tenant == AuditUnlinked.tenant) & (AuditLine.id == AuditUnlinked.line_id)
    found = (
        select(*LINE)
        .select_from(AuditUnlinked)
        .join(AuditLine, there)
        .where(AuditUnlinked.tenant == tenant)
        .order_by(AuditUnlinked.line_id)
        .limit(BATCH)
    )
    return (await connection.execute(found)).all()
