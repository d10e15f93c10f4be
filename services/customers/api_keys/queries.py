"""What can be asked about API keys."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.chassis.reading import Reading
from services.customers.api_keys.model import ApiKey
from services.customers.permissions import READ_API_KEYS

api_keys = Reading(ApiKey, READ_API_KEYS)


async def one(session: AsyncSession, id: str) -> ApiKey | None:
    return (await session.scalars(select(ApiKey).where(ApiKey.id == id))).one_or_none()


async def note_use(session: AsyncSession, id: str, *, at: datetime) -> None:
    """Note when a key was used last."""
    await session.execute(update(ApiKey).where(ApiKey.id == id).values(last_used_at=at))
