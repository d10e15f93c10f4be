"""What can be asked about orders and their lines."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.chassis.database import reading
from services.chassis.graph import Request
from services.chassis.reading import Reading
from services.sales.customers import queries as customers
from services.sales.customers.rules import Standing
from services.sales.orders.model import Order, OrderLine
from services.sales.permissions import READ_ORDERS

orders = Reading(Order, READ_ORDERS)
lines = Reading(OrderLine, READ_ORDERS)
Sums = tuple[Decimal, Decimal]
"""What the lines of an order come to before and after discounts."""


async def has_lines(session: AsyncSession, order_id: str) -> bool:
    there = exists().where(OrderLine.order_id == order_id, OrderLine.archived_at.is_(None))
    return bool(await session.scalar(select(there)))


async def sums(session: AsyncSession, order_ids: Sequence[str]) -> dict[str, Sums]:
    """Add up the lines of these orders, in one statement; one without lines is not in it."""
    columns = OrderLine.__table__.c
    rows = await session.execute(
        select(
            OrderLine.order_id,
            func.sum(columns.gross_value).label("gross"),
            func.sum(columns.net_value).label("net"),
        )
        .where(OrderLine.order_id.in_(order_ids), OrderLine.archived_at.is_(None))
        .group_by(OrderLine.order_id)
    )
    return {row.order_id: (row.gross, row.net) for row in rows}


async def standing(request: Request, order_id: str) -> Mapping[str, Standing]:
    """Ask whether the customer of an order may order; no order, no question."""
    async with reading(request.works.engine, request.actor.tenant) as connection:
        customer_id = await connection.scalar(
            select(Order.customer_id).where(Order.id == order_id, Order.visible_to(request.actor))
        )
    return await customers.standings(request, [customer_id]) if customer_id else {}
