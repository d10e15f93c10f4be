"""Lasting: from which day to which something holds, both of them included."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Mapped

from services.chassis.database import column


class Lasting:
    """The columns of what begins on a day, and may end on one."""

    begins_on: Mapped[date] = column()
    ends_on: Mapped[date | None] = column()


def holds_on(kept: Any, day: date) -> ColumnElement[bool]:
    """Say which rows hold on a day."""
    is_open = or_(kept.ends_on.is_(None), kept.ends_on >= day)
    return and_(kept.begins_on <= day, is_open)
