"""What can be done with the lines of an order."""

from collections.abc import Sequence

from services.chassis.changes import Changes
from services.chassis.permissions import requires
from services.chassis.refusals import named_by
from services.chassis.work import Work
from services.sales.orders import queries
from services.sales.orders.commands.orders import is_history
from services.sales.orders.events import OrderRepriced
from services.sales.orders.model import Order, OrderLine
from services.sales.permissions import EDIT_ORDERS


@requires(EDIT_ORDERS, publishes=[OrderRepriced])
async def create(work: Work, values: Changes) -> OrderLine:
    with named_by("orderId"):
        order = await _locked(work, values[OrderLine.order_id])
    line = work.add(OrderLine, values)
    line.price(order)
    work.settle(reprice, order.id)
    return line


@requires(EDIT_ORDERS, publishes=[OrderRepriced])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> OrderLine:
    line = await work.get(OrderLine, id, version=version)
    order = await _locked(work, line.order_id)
    if work.change(line, changes):
        line.price(order)
        work.settle(reprice, order.id)
    return line


async def reprice(work: Work, order_ids: Sequence[str]) -> None:
    """Bring these orders to what their lines come to now, and tell it once of each."""
    sums = await queries.sums(work.session, order_ids)
    for id, order in (await work.all(Order, order_ids)).items():
        await work.publish(order.reprice(*sums[id]))


async def _locked(work: Work, order_id: str) -> Order:
    """Keep others from this order's lines until the commit, so that its sum is true."""
    order = await work.lock(Order, order_id)
    if not is_history(work):
        order.refuse_unless_draft()
    return order
