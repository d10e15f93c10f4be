"""What can be asked about customers: of their own service, or of our last copy."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from services.chassis.actor import Actor
from services.chassis.asking import Channel
from services.chassis.database import reading
from services.chassis.graph import Request
from services.chassis.refusals import DependencyUnavailable
from services.sales.customers.model import Customer
from services.sales.customers.rules import Standing, last_known
from services.stubs import customers_pb2

STANDING = "guanxi.customers.v1.Customers/Standing"
STANDINGS = {
    customers_pb2.STANDING_GOOD: Standing.GOOD,
    customers_pb2.STANDING_ON_HOLD: Standing.ON_HOLD,
    customers_pb2.STANDING_INACTIVE: Standing.INACTIVE,
}


async def standings(request: Request, ids: Sequence[str]) -> Mapping[str, Standing]:
    """Ask customers whether these may order, all at once.

    Where customers does not answer, our copy may still refuse somebody who was on hold or
    inactive when we last heard; it never lets anybody through, so that the doubt is told.
    """
    try:
        return await _answered(request, ids)
    except DependencyUnavailable:
        known = await _last_known(request, ids)
        if len(known) < len(ids):
            raise
        return known


async def _answered(request: Request, ids: Sequence[str]) -> dict[str, Standing]:
    """Ask as ourselves: who may confirm an order need not be one who may see its customer."""
    channel: Channel = request.app
    ourselves = Actor.system(request.actor.tenant, request.works.service)
    asked = customers_pb2.StandingRequest(customer_ids=ids)
    answer = await channel.ask(STANDING, asked, customers_pb2.StandingReply, actor=ourselves)
    found = {it.customer_id: STANDINGS.get(it.standing) for it in answer.standings}
    return {id: found.get(id) or Standing.UNKNOWN for id in ids}


async def _last_known(request: Request, ids: Sequence[str]) -> dict[str, Standing]:
    async with reading(request.works.engine, request.actor.tenant) as connection:
        rows = await connection.execute(
            select(Customer.id, Customer.status, Customer.is_archived).where(Customer.id.in_(ids))
        )
        found = {row.id: last_known(row.status, archived=row.is_archived) for row in rows}
    return {id: standing for id, standing in found.items() if standing}
