"""The feed in the graph: `eventsSince` for who asks now and then, `events` for who listens."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import JSON
from strawberry.types import Info

from services.chassis.following import Following
from services.chassis.graph import Request
from services.customers.feed import model, queries, rules

Types = Annotated[
    list[str] | None,
    strawberry.argument(description="Only these types, such as `sales.order.placed.v1`."),
]
Aggregates = Annotated[
    list[str] | None, strawberry.argument(description="Only of these, such as `sales.order`.")
]

SAME = ("id", "type", "subject", "sequence", "actor", "bulk", "data")
"""What the graph gives under the names that it has in an event's body."""


@strawberry.type(description="An event: a fact that a service told of a record.")
class ToldEvent:
    id: strawberry.ID = strawberry.field(description="Its id, the same at each telling.")
    type: str = strawberry.field(description="What happened: `service.aggregate.deed.vN`.")
    subject: str = strawberry.field(description="The id of the record that it happened to.")
    sequence: int = strawberry.field(description="Which of the record's events it is, from 1.")
    time: datetime = strawberry.field(description="When it happened.")
    actor: str = strawberry.field(description="Who did it: a staff user's id, or a program.")
    bulk: bool = strawberry.field(description="Whether it was told in a bulk of others.")
    data: JSON = strawberry.field(description="What was true then, as the catalogue describes it.")
    body: JSON = strawberry.field(description="All of it, as it arrives by NATS: a CloudEvent.")
    cursor: str = strawberry.field(description="To go on after it.")

    @staticmethod
    def of(told: model.Told) -> "ToldEvent":
        same = {it: told.body[it] for it in SAME}
        time = datetime.fromisoformat(told.body["time"])
        cursor = rules.cursor(told.position)
        return ToldEvent(**same, time=time, body=JSON(told.body), cursor=cursor)


@strawberry.type(description="A piece of what was told, in the order of the stream.")
class EventFeed:
    nodes: list[ToldEvent] = strawberry.field(
        description="The events: as many as were asked for, or fewer although more follow."
    )
    end_cursor: str = strawberry.field(description="To go on after this piece.")
    latest_cursor: str = strawberry.field(
        description="The end of the stream at this moment: to go on from there after a backfill."
    )
    gap: bool = strawberry.field(
        description="Whether events after your cursor are lost to this feed: the stream was made "
        "anew, or no longer keeps them. Read the present state (a backfill), and go on after "
        "`endCursor`: from there on all is here."
    )
    has_more: bool = strawberry.field(description="Whether more is there already.")

    @staticmethod
    def of(page: model.Page) -> "EventFeed":
        return EventFeed(
            nodes=[ToldEvent.of(it) for it in page.events],
            end_cursor=rules.cursor(page.piece.end),
            latest_cursor=rules.cursor(page.piece.latest),
            gap=page.piece.is_gap,
            has_more=page.piece.has_more,
        )


@strawberry.type(description="An event as it comes, or the news that some are lost.")
class EventDelivery:
    event: ToldEvent | None = strawberry.field(description="The event; null where there is a gap.")
    gap: bool = strawberry.field(
        description="Whether events are lost to this feed: read the present state (a backfill). "
        "What is left follows."
    )
    cursor: str = strawberry.field(description="To go on after it, in another subscription.")

    @staticmethod
    def of(page: model.Page) -> list["EventDelivery"]:
        if page.piece.is_gap:
            cursor = rules.cursor(page.piece.end)
            return [EventDelivery(event=None, gap=True, cursor=cursor)]
        told = (ToldEvent.of(it) for it in page.events)
        return [EventDelivery(event=it, gap=False, cursor=it.cursor) for it in told]


@strawberry.type
class Query:
    @strawberry.field(
        description="What all services told of your company's records after a cursor, at most 14 "
        "days back: the events of the subscription and of NATS, for clients that ask now and "
        "then. Needs customers:event:follow."
    )
    async def events_since(
        self,
        info: Info[Request],
        after: Annotated[
            str | None,
            strawberry.argument(description="Begin after this; with the oldest kept if unsaid."),
        ] = strawberry.UNSET,
        first: Annotated[
            int, strawberry.argument(description="How many at the most, up to 500.")
        ] = 100,
        types: Types = strawberry.UNSET,
        aggregates: Aggregates = strawberry.UNSET,
    ) -> EventFeed | None:
        following: Following = info.context.app.following
        wanted = rules.Wanted.of(types or (), aggregates or ())
        position = rules.position(after) if isinstance(after, str) else None
        actor = info.context.actor
        return EventFeed.of(await queries.page(following, actor, position, wanted, first=first))


@strawberry.type
class Subscription:
    @strawberry.subscription(
        description="What all services tell of your company's records, as they tell it, in the "
        "order of the stream. To go on after a pause, give the last cursor. "
        "Needs customers:event:follow, before each piece."
    )
    async def events(
        self,
        info: Info[Request],
        types: Types = strawberry.UNSET,
        aggregates: Aggregates = strawberry.UNSET,
        after: Annotated[
            str | None,
            strawberry.argument(description="Begin after this; with what is told now if unsaid."),
        ] = strawberry.UNSET,
    ) -> AsyncGenerator[EventDelivery, None]:
        following: Following = info.context.app.following
        wanted = rules.Wanted.of(types or (), aggregates or ())
        position = rules.position(after) if isinstance(after, str) else None
        pages = queries.followed(following, info.context.actor_now, position, wanted)
        async with aclosing(pages):
            async for page in pages:
                for it in EventDelivery.of(page):
                    yield it
