"""What can be asked about customers: of their own service, or of our last copy."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from services.chassis.database import reading
from services.chassis.graph import Request
from services.chassis.refusals import DependencyUnavailable
from services.sales.customers.model import Customer
from services.sales.customers.rules import Standing, last_known


async def standings(request: Request, ids: Sequence[str]) -> Mapping[str, Standing]:
    """Ask customers whether these may order, all at once.

    Where customers does not answer, our copy may still refuse somebody who was on hold or
    inactive when we last heard; it never lets anybody through, so that the doubt is told.
    """
    try:
        answered: Mapping[str, Standing] = await request.app.standings(ids)
    except DependencyUnavailable:
        known = await _last_known(request, ids)
        if len(known) < len(ids):
            raise
        return known
    return answered


async def _last_known(request: Request, ids: Sequence[str]) -> dict[str, Standing]:
    async with reading(request.works.engine, request.actor.tenant) as connection:
        rows = await connection.execute(
            select(Customer.id, Customer.status).where(Customer.id.in_(ids))
        )
        found = {row.id: last_known(row.status) for row in rows}
    return {id: standing for id, standing in found.items() if standing}
