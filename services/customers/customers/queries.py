"""What can be asked about customers."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.reading import Reading
from services.customers.customers.model import Customer, CustomerStatus, PartyRole
from services.customers.permissions import READ_CUSTOMERS

customers = Reading(Customer, READ_CUSTOMERS)
party_roles = Reading(PartyRole, READ_CUSTOMERS)


async def standings(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, CustomerStatus]:
    """Tell how customers stand; who is not known, or was put away, is left out."""
    rows = await connection.execute(
        select(Customer.id, Customer.status).where(
            Customer.id.in_(ids), Customer.archived_at.is_(None)
        )
    )
    return {row.id: row.status for row in rows}
