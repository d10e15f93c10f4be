"""Event days: the tables of the outbox, made before their day and dropped when it is over.

Any number of workers may see to it. An event whose day has no table falls into `event_default`,
so that nothing is refused; that it did is told, and the table that is made later takes it in.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import metrics
from services.chassis.logs import log

AHEAD = 7
KEEP = text("SELECT made, dropped FROM keep_event_days(:ahead, :kept)")
STANDING = text("""
    SELECT (SELECT count(*) FROM event_day
            WHERE told_on > (clock_timestamp() AT TIME ZONE 'UTC')::date) AS ahead,
           (SELECT count(*) FROM event WHERE tableoid = 'event_default'::regclass) AS stray
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """How many days to come have a table, and how many events are in none."""

    ahead: int
    stray: int


async def keep(engine: AsyncEngine, service: str, days: int) -> Standing:
    """Make and drop what is due, and say how it stands afterwards."""
    async with engine.begin() as connection:
        done = (await connection.execute(KEEP, {"ahead": AHEAD, "kept": days})).one()
    async with engine.connect() as connection:
        standing = Standing(*(await connection.execute(STANDING)).one())
    metrics.DAYS_AHEAD.labels(service).set(standing.ahead)
    metrics.UNDATED.labels(service).set(standing.stray)
    if done.made or done.dropped:
        log().info("days of events were made and dropped", made=done.made, dropped=done.dropped)
    if standing.stray or not standing.ahead:
        log().error("events lack their day", ahead=standing.ahead, stray=standing.stray)
    return standing
