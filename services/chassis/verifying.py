"""Verifying: whether a company's audit lines are those that were written, all and in order."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, not_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis.anchoring import Anchor, Anchors
from services.chassis.audit import AuditLine, AuditUnlinked
from services.chassis.chaining import BATCH, GENESIS, LINE, AuditLink, hashed

LINKED = (AuditLink.tenant == AuditLine.tenant) & (AuditLink.line_id == AuditLine.id)
WAITING = (AuditUnlinked.tenant == AuditLine.tenant) & (AuditUnlinked.line_id == AuditLine.id)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one company's chain: how long it is, and the first thing that is wrong."""

    tenant: str
    lines: int
    waiting: int
    hash: str
    flaw: str | None


class Flawed(Exception):
    """The chain is not what was written; the message names the first line that is not."""


async def verified(
    engine: AsyncEngine, service: str, *, tenant: str | None = None, anchors: Anchors | None = None
) -> AsyncIterator[Verdict]:
    """Verify the chain of each company, or of one, as it stands at one moment."""
    async with engine.connect() as plain:
        connection = await plain.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        known = anchors.tenants(service) if anchors else set()
        tenants = {tenant} if tenant else known | set(await _tenants(connection))
        for each in sorted(tenants):
            held = anchors.of(service, each) if anchors else []
            yield await Verifying(connection, each, held).verdict()


@dataclass
class Verifying:
    """Walks along one company's chain; `anchors` are what it was once seen to be."""

    connection: AsyncConnection
    tenant: str
    anchors: Sequence[Anchor]
    number: int = 0
    hash: str = GENESIS
    seen: dict[int, str] = field(default_factory=dict)

    async def verdict(self) -> Verdict:
        flaw = None
        try:
            await self._walk()
            self._hold_anchors()
            await self._look_beside()
        except Flawed as error:
            flaw = str(error)
        waiting = select(func.count()).where(AuditUnlinked.tenant == self.tenant)
        count = await self.connection.scalar(waiting) or 0
        return Verdict(self.tenant, self.number, count, self.hash, flaw)

    async def _walk(self) -> None:
        anchored = {it.number for it in self.anchors}
        while links := await self._links():
            for at, link in enumerate(links):
                if link.number != self.number + 1:
                    raise Flawed(f"number {self.number + 1} of the chain is missing")
                self._hold(link, links[at:])
                self.number, self.hash = link.number, link.hash
                if link.number in anchored:
                    self.seen[link.number] = link.hash

    def _hold(self, link: Row[Any], following: Sequence[Row[Any]]) -> None:
        """Hold a line against its place; what stands there instead may be one that follows."""
        if link.id is None:
            raise Flawed(f"line {link.line_id}, number {link.number}, is missing")
        if hashed(self.hash, link[-len(LINE) :]) == link.hash:
            return
        for other in following[1:]:
            if other.id is not None and hashed(self.hash, other[-len(LINE) :]) == link.hash:
                told = f"line {link.line_id} stands at number {link.number}, where {other.id} was"
                raise Flawed(f"the chain was reordered: {told}")
        raise Flawed(f"line {link.line_id}, number {link.number}, is not what was written")

    def _hold_anchors(self) -> None:
        for it in self.anchors:
            when = f"{it.at:%Y-%m-%d %H:%M:%S} UTC"
            if it.number > self.number:
                told = f"number {self.number + 1} and what follows are missing"
                raise Flawed(f"{told}: {it.number} lines were there at {when}")
            if self.seen[it.number] != it.hash:
                raise Flawed(f"number {it.number} is not what was anchored at {when}")

    async def _look_beside(self) -> None:
        """Find what is in no chain and waits for none, and what waits and is not there."""
        there, linked = exists_of(AuditUnlinked, WAITING), exists_of(AuditLink, LINKED)
        stray = select(AuditLine.id).where(
            AuditLine.tenant == self.tenant, not_(linked), not_(there)
        )
        if id := await self.connection.scalar(stray.order_by(AuditLine.id).limit(1)):
            raise Flawed(f"line {id} was put in past the chain")
        lost = select(AuditUnlinked.line_id).where(
            AuditUnlinked.tenant == self.tenant, not_(exists_of(AuditLine, WAITING))
        )
        if id := await self.connection.scalar(lost.order_by(AuditUnlinked.line_id).limit(1)):
            raise Flawed(f"line {id}, which has no number yet, is missing")

    async def _links(self) -> Sequence[Row[Any]]:
        found = (
            select(AuditLink.number, AuditLink.line_id, AuditLink.hash, *LINE)
            .outerjoin(AuditLine, LINKED)
            .where(AuditLink.tenant == self.tenant, AuditLink.number > self.number)
            .order_by(AuditLink.number)
            .limit(BATCH)
        )
        return (await self.connection.execute(found)).all()


def exists_of(kind: Any, condition: Any) -> Any:
    return select(kind.tenant).where(condition).exists()


async def _tenants(connection: AsyncConnection) -> Sequence[str]:
    """Name the companies of which there is anything."""
    kinds = (AuditLink, AuditLine, AuditUnlinked)
    return (await connection.scalars(union(*(select(it.tenant) for it in kinds)))).all()
