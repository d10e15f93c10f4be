"""Field policies and ended sessions, as a service keeps them beside its data to judge who asks."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, String, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from services.chassis.database import Personal, column

LONGEST_TOKEN = timedelta(days=1)
"""What TOKEN_MINUTES may be at the most: an ended session is of no interest after it."""
MOST_ENDED = 500


class Policing:
    """The columns of a field policy, or of a copy of one.

    `readable_by` names roles as staff users hold them; none at all hides nothing. Without a field
    it is about the record.
    """

    record_type: Mapped[str] = column()
    field: Mapped[str | None] = column()
    readable_by: Mapped[list[str] | None] = column(Personal.NONE, ARRAY(String(40)))
    audits_reads: Mapped[bool] = column(default=False)


class Staying:
    """What a copy of whoever comes in says of sessions that ended before their tokens did."""

    ended_sessions: Mapped[dict[str, str]] = column(Personal.NONE, JSONB, server_default="{}")

    def end_session(self, id: str, *, at: datetime) -> None:
        """Believe no token of this session any more; forget those whose tokens are over."""
        after = (at - LONGEST_TOKEN).isoformat()
        kept = [(k, v) for k, v in (self.ended_sessions or {}).items() if v > after and k != id]
        kept.sort(key=lambda it: it[1])
        self.ended_sessions = dict([*kept[1 - MOST_ENDED :], (id, at.isoformat())])


def told_of(policies: type[Any]) -> Select[Any]:
    """Read all policies as one value: few, and asked for with each request's roles."""
    each = func.jsonb_build_array(
        policies.record_type, policies.field, policies.readable_by, policies.audits_reads
    )
    found = select(func.jsonb_agg(each, type_=JSONB))
    return (
        found.where(policies.archived_at.is_(None)) if hasattr(policies, "archived_at") else found
    )


def goes_on(whose: type[Any], session: str) -> ColumnElement[bool]:
    """Say that a copy of whoever comes in knows of no end of a session."""
    ended: ColumnElement[bool] = whose.ended_sessions.has_key(session)
    return ~ended
