"""What can be done with an order."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.changes import Changes
from services.chassis.money import Money
from services.chassis.numbers import Series, next_number
from services.chassis.permissions import requires
from services.chassis.work import Work
from services.sales.company.model import NumberFormat
from services.sales.customers.rules import Standing, check_may_order
from services.sales.orders import queries
from services.sales.orders.events import (
    OrderArchived,
    OrderCancelled,
    OrderClosed,
    OrderConfirmed,
    OrderCreated,
    OrderPlaced,
    OrderPurged,
    OrderRestored,
    OrderReviewed,
    OrderShipped,
    OrderUpdated,
)
from services.sales.orders.model import Order, OrderLine
from services.sales.permissions import (
    CANCEL_ORDER,
    CONFIRM_ORDER,
    EDIT_ORDERS,
    FULFIL_ORDER,
    IMPORT_HISTORY,
    PURGE_ORDERS,
    REVIEW_ORDER,
)

SERIES = Series("O", "ORDER", NumberFormat)


def is_history(work: Work) -> bool:
    """Say whether this work brings in what happened elsewhere, and so may write what is past."""
    return work.bulk and work.actor.may(IMPORT_HISTORY)


@requires(EDIT_ORDERS, publishes=[OrderCreated])
async def create(work: Work, values: Changes) -> Order:
    nothing = Money.zero(values[Order.currency])
    placed_on = values.get(Order.placed_on, None) or work.now.date()
    number = await next_number(work.session, SERIES, placed_on.year)
    order = work.add(Order, values, number=number, gross=nothing, net=nothing)
    order.check_currencies()
    await work.publish(order.told(OrderCreated))
    return order


@requires(EDIT_ORDERS, publishes=[OrderUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> Order:
    order = await work.lock(Order, id, version=version)
    if not is_history(work):
        order.refuse_if_settled()
    if work.change(order, changes):
        order.check_currencies()
        await work.publish(order.told(OrderUpdated))
    return order


@requires(EDIT_ORDERS, publishes=[OrderPlaced])
async def place(work: Work, id: str) -> Order:
    order = await work.lock(Order, id)
    has_lines = await queries.has_lines(work.session, id)
    await work.publish(order.place(has_lines=has_lines, on=work.now.date()))
    return order


@requires(REVIEW_ORDER, publishes=[OrderReviewed])
async def review(work: Work, id: str) -> Order:
    order = await work.lock(Order, id)
    await work.publish(order.review())
    return order


@requires(CONFIRM_ORDER, publishes=[OrderConfirmed])
async def confirm(work: Work, id: str, *, standings: Mapping[str, Standing]) -> Order:
    """Confirm a reviewed order of a customer who, as customers has just said, may order."""
    order = await work.lock(Order, id)
    fact = order.confirm()
    check_may_order(standings, order.customer_id)
    await work.publish(fact)
    return order


@requires(FULFIL_ORDER, publishes=[OrderShipped])
async def ship(
    work: Work, id: str, *, shipped_on: Annotated[date, "The day on which it left."]
) -> Order:
    order = await work.lock(Order, id)
    await work.publish(order.ship(shipped_on))
    return order


@requires(FULFIL_ORDER, publishes=[OrderClosed])
async def close(work: Work, id: str) -> Order:
    order = await work.lock(Order, id)
    await work.publish(order.close())
    return order


@requires(CANCEL_ORDER, publishes=[OrderCancelled])
async def cancel(
    work: Work, id: str, *, reason: Annotated[str, "Why it is cancelled.", 200]
) -> Order:
    order = await work.lock(Order, id)
    await work.publish(order.cancel(reason))
    return order


archive = archiving(Order, EDIT_ORDERS, OrderArchived, check=Order.refuse_to_vanish)
restore = restoring(Order, EDIT_ORDERS, OrderRestored)
purge = purging(
    Order,
    PURGE_ORDERS,
    OrderPurged,
    check=Order.refuse_to_vanish,
    parts=[OrderLine.order_id],
)
