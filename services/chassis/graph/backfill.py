"""Backfills: records as their facts would tell them now, for a reader that begins today.

Each has the number of its last event, read in the same moment: the reader passes over what the
stream tells it up to there. So nothing is missed and nothing done twice, whoever writes meanwhile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from pydantic.alias_generators import to_pascal
from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from strawberry.scalars import JSON

from services.chassis.actor import Actor
from services.chassis.events import Event
from services.chassis.graph.declare import Info
from services.chassis.graph.making import Part, made_field
from services.chassis.graph.request import Request
from services.chassis.graph.shapes import shape_of
from services.chassis.outbox import EventCounter
from services.chassis.permissions import Permission, admit
from services.chassis.redacting import redacted
from services.chassis.refusals import Bounds, Invalid

MOST = 500


@strawberry.federation.type(shareable=True, description="A record as its facts tell it now.")
class BackfillRecord:
    subject: strawberry.ID = strawberry.field(description="The record's id, as in its events.")
    sequence: int = strawberry.field(
        description="The number of its last event: all up to there are contained."
    )
    is_archived: bool = strawberry.field(description="Whether it was put away.")
    data: JSON = strawberry.field(
        description="What its events say of it, by the same names; nothing of `changed`."
    )


@strawberry.federation.type(shareable=True, description="A page of records for a reader.")
class EventsBackfill:
    nodes: list[BackfillRecord] = strawberry.field(description="The records, by their ids.")
    next: strawberry.ID | None = strawberry.field(
        description="Where to go on, for `after`; null after the last page."
    )


@dataclass(frozen=True)
class Source:
    """The records of one aggregate, and the fact that tells of them."""

    entity: Any
    fact: type[Event]

    async def page(
        self, connection: AsyncConnection, actor: Actor, *, after: str, first: int
    ) -> EventsBackfill:
        """Read records with their numbers, in one statement: both are of the same moment."""
        entity = self.entity
        counted = and_(
            EventCounter.tenant == entity.tenant, EventCounter.aggregate_id == entity.id
        )
        statement = (
            select(entity, func.coalesce(EventCounter.last, 0))
            .outerjoin(EventCounter, counted)
            .where(entity.id > after, entity.visible_to(actor))
            .order_by(entity.id)
            .limit(first + 1)
        )
        async with AsyncSession(connection) as session:
            rows = (await session.execute(statement)).all()
            nodes = [self._node(record, number, actor) for record, number in rows[:first]]
        is_more = len(rows) > first
        return EventsBackfill(nodes=nodes, next=nodes[-1].subject if is_more else None)

    def _node(self, record: Any, sequence: int, actor: Actor) -> BackfillRecord:
        told = record.told(self.fact).model_dump(mode="json", by_alias=True)
        return BackfillRecord(
            subject=strawberry.ID(record.id),
            sequence=sequence,
            is_archived=record.archived_at is not None,
            data=redacted(self.fact.type, told, actor.sight),
        )


Sources = Mapping[str, Source]
"""By their aggregates: `sales.order`."""


def sources_of(facts: Iterable[type[Event]], records: Iterable[type]) -> Sources:
    """Find the record type of each fact's aggregate, by its name."""
    shapes = {it.name: it for it in map(shape_of, records)}
    return {
        f"{it.service()}.{it.aggregate()}": Source(shapes[to_pascal(it.aggregate())].entity, it)
        for it in facts
    }


@dataclass(frozen=True)
class Backfilling:
    """Answers with a page of an aggregate's records."""

    permission: Permission
    sources: Sources

    async def __call__(
        self, _source: Any, info: Info, *, aggregate: str, first: int, after: str = ""
    ) -> EventsBackfill:
        request: Request = info.context
        admit(request.actor, self.permission)
        source = self.sources.get(aggregate)
        if source is None:
            allowed = Bounds(allowed=tuple(self.sources))
            raise Invalid(
                f"nothing is told of {aggregate} here", path=("aggregate",), details=allowed
            )
        if not 1 <= first <= MOST:
            bounds = Bounds(min="1", max=str(MOST))
            raise Invalid(f"a page has 1 to {MOST} records", path=("first",), details=bounds)
        async with request.reader() as reader:
            return await source.page(
                reader.connection, request.actor, after=after or "", first=first
            )


def backfill_field(behaviour: Backfilling) -> Any:
    parts = [
        Part("aggregate", str, "Of which records: `sales.order`, as events are granted."),
        Part("first", int, f"How many, {MOST} at the most.", MOST),
        Part("after", strawberry.ID | None, "Begin after this one: the `next` of the last page."),
    ]
    described = "Records as their events would tell them now, each with its last event's number."
    return made_field(EventsBackfill | None, described, parts, behaviour)
