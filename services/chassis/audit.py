"""The audit line: who changed what, from what to what, in the transaction of the change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapped

from services.chassis.actor import Actor
from services.chassis.database import ID, Entity, Personal, column
from services.chassis.differences import Difference
from services.chassis.ids import new_id


class AuditLine(Entity):
    """Append-only: the service's role may insert and select, nothing else."""

    __tablename__ = "audit_line"

    id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    at: Mapped[datetime] = column()
    actor_kind: Mapped[str] = column()
    actor_id: Mapped[str] = column(Personal.NONE, ID)
    request_id: Mapped[str] = column()
    action: Mapped[str] = column()
    record_type: Mapped[str] = column()
    record_id: Mapped[str] = column(Personal.NONE, ID, index=True)
    version: Mapped[int] = column()
    fields: Mapped[list[str]] = column(Personal.NONE, JSONB)
    before: Mapped[dict[str, Any]] = column(Personal.COPIED, JSONB)
    after: Mapped[dict[str, Any]] = column(Personal.COPIED, JSONB)


async def changed_since(
    connection: AsyncConnection, record_id: str, version: int
) -> frozenset[str] | None:
    """Name the fields of a record that changed after a version; None if that is not known.

    Every version that anybody could read has a line, so that one without a line is none.
    """
    rows = await connection.execute(
        select(AuditLine.version, AuditLine.fields).where(
            AuditLine.record_id == record_id, AuditLine.version >= version
        )
    )
    lines: dict[int, list[str]] = {row.version: row.fields for row in rows}
    if version not in lines:
        return None
    return frozenset(it for at, fields in lines.items() if at > version for it in fields)


async def line_of(
    connection: AsyncConnection, record_id: str, version: int
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Tell what a record was before it came to a version, and what became of it then."""
    found = await connection.execute(
        select(AuditLine.before, AuditLine.after).where(
            AuditLine.record_id == record_id, AuditLine.version == version
        )
    )
    row = found.first()
    return (row.before, row.after) if row else ({}, {})


WRITE_LINES = text("""
    INSERT INTO audit_line (id, at, actor_kind, actor_id, request_id, action, record_type,
                            record_id, version, fields, before, after)
    SELECT r.id, r.at, r.actor_kind, r.actor_id, r.request_id, r.action, r.record_type,
           r.record_id, r.version, r.fields, r.before, r.after
    FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS r(
        id text, at timestamptz, actor_kind text, actor_id text, request_id text, action text,
        record_type text, record_id text, version int, fields jsonb, before jsonb, after jsonb)
""")


async def write(
    session: AsyncSession,
    differences: Sequence[Difference],
    *,
    actor: Actor,
    at: datetime,
    request_id: str,
) -> None:
    """Write a line for each record that this work changed, in one statement."""
    lines = [
        {
            "id": new_id("aud"),
            "at": at,
            "actor_kind": actor.kind.value,
            "actor_id": actor.author,
            "request_id": request_id,
            "action": it.action,
            "record_type": it.record_type,
            "record_id": it.record_id,
            "version": it.version,
            "fields": it.fields,
            "before": it.before,
            "after": it.after,
        }
        for it in differences
    ]
    if lines:
        await session.execute(WRITE_LINES, {"lines": orjson.dumps(lines).decode()})
