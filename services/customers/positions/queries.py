"""What can be asked about positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import aliased

from services.chassis.reading import Reading
from services.customers.permissions import READ_STAFF
from services.customers.positions.model import Position

positions = Reading(Position, READ_STAFF)
MOST_STEPS = 50


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody on a reporting line: at level 0 who was asked about, then to whom they report."""

    level: int
    staff_user_id: str
    title: str


async def overlaps(session: AsyncSession, position: Position) -> bool:
    """Say whether somebody holds another position on a day of this one."""
    other = aliased(Position)
    same = (other.staff_user_id == position.staff_user_id, other.id != position.id)
    later = other.ends_on.is_(None) | (other.ends_on >= position.begins_on)
    conditions = [*same, other.archived_at.is_(None), later]
    if position.ends_on is not None:
        conditions.append(other.begins_on <= position.ends_on)
    found = select(other.id).where(*conditions)
    return await session.scalar(found.limit(1)) is not None


async def line(
    reading: AsyncConnection | AsyncSession, staff_user_id: str, on: date
) -> Sequence[Step]:
    """Give to whom somebody reports on a day, and to whom they do; a circle ends it."""
    here = aliased(Position)
    columns = (here.staff_user_id, here.title, here.manager_id)
    first = select(literal(0).label("level"), *columns).where(
        here.staff_user_id == staff_user_id, _held(here, on)
    )
    up = first.cte("up", recursive=True)
    above = aliased(Position)
    next_one = select(up.c.level + 1, above.staff_user_id, above.title, above.manager_id).where(
        above.staff_user_id == up.c.manager_id, _held(above, on), up.c.level < MOST_STEPS
    )
    up = up.union(next_one)
    found = select(up.c.level, up.c.staff_user_id, up.c.title).order_by(up.c.level)
    seen: dict[str, Step] = {}
    for it in await reading.execute(found):
        seen.setdefault(it.staff_user_id, Step(*it))
    return list(seen.values())


def _held(position: type[Position], on: date) -> ColumnElement[bool]:
    is_over = or_(position.ends_on.is_(None), position.ends_on >= on)
    return and_(position.begins_on <= on, is_over, position.archived_at.is_(None))
