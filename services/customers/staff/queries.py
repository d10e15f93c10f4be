"""What can be asked about staff."""

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.reading import Reading
from services.customers.permissions import READ_STAFF
from services.customers.staff.model import StaffUser

staff = Reading(StaffUser, READ_STAFF)


async def sign_in(connection: AsyncConnection, email: str) -> Row[str, str | None] | None:
    """Find the id and the password's hash of an active user, by the normal form of an address."""
    found = await connection.execute(
        select(StaffUser.id, StaffUser.password_hash).where(
            StaffUser.email == email, StaffUser.is_active, StaffUser.archived_at.is_(None)
        )
    )
    return found.one_or_none()
