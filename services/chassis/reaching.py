"""Waiting for the database at the start: patient with what passes, short with what does not."""

import asyncio
from dataclasses import dataclass
from time import monotonic

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis.logs import log

FIRST_SECONDS, LONGEST_SECONDS = 0.1, 2.0
NO_TABLE = "42P01"
LASTING = ("28", "3D", "42501")
"""SQLSTATEs that no waiting mends: not let in, no such database, not permitted."""


@dataclass(frozen=True, slots=True)
class Reason:
    told: str
    is_lasting: bool = False


class CannotReach(Exception):
    """The database cannot be worked with; the message says why, without a password."""


async def reached(engine: AsyncEngine, patience: float) -> None:
    """Return when the database answers and is migrated, or say in one sentence what is amiss."""
    deadline, wait = monotonic() + patience, FIRST_SECONDS
    while True:
        try:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT FROM event_pending LIMIT 0"))
        except (DBAPIError, asyncpg.PostgresError, OSError, TimeoutError) as error:
            reason = reason_of(error)
            if reason.is_lasting or monotonic() > deadline:
                raise CannotReach(f"{place_of(engine)}: {reason.told}") from error
            log().warning("the database is not there yet", reason=reason.told)
        else:
            return
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_SECONDS)


def reason_of(error: Exception) -> Reason:
    """Read the server's own code, wherever the libraries have put it."""
    cause = getattr(error, "orig", None) or error
    state = str(getattr(cause, "sqlstate", None) or "")
    if state == NO_TABLE:
        return Reason("it has no tables yet, `crm migrate` makes them")
    return Reason(str(cause).strip() or type(cause).__name__, state.startswith(LASTING))


def place_of(engine: AsyncEngine) -> str:
    url = engine.url
    return f"the database {url.database} at {url.host}:{url.port} for {url.username}"
