"""What the timeline hears: the events of all three services that belong to a story."""

from datetime import UTC, datetime, time

from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.chassis.work import Work
from services.customers.timeline import commands, rules
from services.customers.timeline.model import TimelineEntry

subscriptions = Subscriptions("customers", [TimelineEntry])


class _Told(Event):
    """What the story needs of an event; each names the rest that it has.

    What is about no customer, as a task may be, belongs to no story.
    """

    customer_id: str | None
    number: str = ""


class InteractionLogged(_Told):
    type = "customers.interaction.logged.v1"
    channel: str
    direction: str
    happened_at: datetime


class TaskCompleted(_Told):
    type = "customers.task.completed.v1"


class OpportunityCreated(_Told):
    type = "sales.opportunity.created.v1"


class OpportunityWon(_Told):
    type = "sales.opportunity.won.v1"


class OpportunityLost(_Told):
    type = "sales.opportunity.lost.v1"


class OrderCreated(_Told):
    type = "sales.order.created.v1"
    placed_on: str | None = None


class OrderPlaced(_Told):
    type = "sales.order.placed.v1"


class OrderConfirmed(_Told):
    type = "sales.order.confirmed.v1"


class OrderShipped(_Told):
    type = "sales.order.shipped.v1"


class OrderCancelled(_Told):
    type = "sales.order.cancelled.v1"


class CaseOpened(_Told):
    type = "service_desk.case.opened.v1"


class CaseResolved(_Told):
    type = "service_desk.case.resolved.v1"


class CaseClosed(_Told):
    type = "service_desk.case.closed.v1"


@subscriptions.on(
    TaskCompleted,
    OpportunityCreated,
    OpportunityWon,
    OpportunityLost,
    OrderPlaced,
    OrderConfirmed,
    OrderShipped,
    OrderCancelled,
    CaseOpened,
    CaseResolved,
    CaseClosed,
)
async def when_something_happens(work: Work, event: _Told) -> None:
    await _note(work, event, rules.title(event.type, number=event.number), work.told_at)


@subscriptions.on(OrderCreated)
async def when_an_order_is_drawn_up(work: Work, event: OrderCreated) -> None:
    """Note it on the day on which it was placed, if it lived elsewhere."""
    at = work.told_at
    if event.placed_on:
        at = datetime.combine(datetime.fromisoformat(event.placed_on), time(), UTC)
    await _note(work, event, rules.title(event.type, number=event.number), at)


@subscriptions.on(InteractionLogged)
async def when_an_interaction_is_logged(work: Work, event: InteractionLogged) -> None:
    title = rules.title(event.type, channel=event.channel, direction=event.direction)
    await _note(work, event, title, event.happened_at)


async def _note(work: Work, event: _Told, title: str, at: datetime) -> None:
    if event.customer_id:
        subject, kind = work.heard.subject, event.type
        await commands.note(
            work, event.customer_id, subject=subject, kind=kind, title=title, at=at
        )
