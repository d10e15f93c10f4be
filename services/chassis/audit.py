"""The audit line: who did what, from what to what, in the transaction in which it was done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Index, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapped

from services.chassis.actor import Actor
from services.chassis.database import ID, Entity, Personal, column
from services.chassis.differences import Difference
from services.chassis.ids import new_id

READ, EXPORTED = "READ", "EXPORTED"
"""What is done with records without changing them; a slice has words of its own beside these."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that was done and changed no record: a read, an export, a sign-in."""

    action: str
    record_type: str
    record_id: str
    fields: tuple[str, ...] = ()


class AuditLine(Entity):
    """Append-only: the service's role may insert and select, and a trigger refuses all else.

    `actor_id` names who really did it, `on_behalf_of` as whom, if that is another. Where nothing
    was changed the version is 0.
    """

    __tablename__ = "audit_line"
    __table_args__ = (
        Index("audit_line_at_ix", "tenant", "at", "id"),
        Index("audit_line_actor_id_ix", "tenant", "actor_id", "at", "id"),
    )

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
    on_behalf_of: Mapped[str | None] = column(Personal.NONE, ID)


class AuditUnlinked(Entity):
    """A line that waits for its place in the company's chain."""

    __tablename__ = "audit_unlinked"

    line_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)


async def changed_since(
    connection: AsyncConnection, record_id: str, version: int
) -> frozenset[str] | None:
    """Name the fields of a record that changed after a version; None if that is not known.

    Every version that anybody could read has a line, so that one without a line is none.
    """
    rows = await connection.execute(
        select(AuditLine.version, AuditLine.fields).where(
            AuditLine.record_id == record_id, AuditLine.version >= max(version, 1)
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
    WITH written AS (
        INSERT INTO audit_line (id, at, actor_kind, actor_id, on_behalf_of, request_id, action,
                                record_type, record_id, version, fields, before, after)
        SELECT r.id, r.at, r.actor_kind, r.actor_id, r.on_behalf_of, r.request_id, r.action,
               r.record_type, r.record_id, r.version, r.fields, r.before, r.after
        FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS r(
            id text, at timestamptz, actor_kind text, actor_id text, on_behalf_of text,
            request_id text, action text, record_type text, record_id text, version int,
            fields jsonb, before jsonb, after jsonb)
        RETURNING id)
    INSERT INTO audit_unlinked (line_id) SELECT id FROM written
""")


async def write(
    session: AsyncSession,
    done: Iterable[Difference | Noted],
    *,
    actor: Actor,
    at: datetime,
    request_id: str,
) -> None:
    """Write a line for each thing that a work did, in one statement."""
    by = {
        "at": at,
        "actor_kind": actor.kind.value,
        "actor_id": actor.author,
        "on_behalf_of": actor.id if actor.acted_by else None,
        "request_id": request_id,
    }
    lines = [{"id": new_id("aud"), **by, **_told(it)} for it in done]
    if lines:
        await session.execute(WRITE_LINES, {"lines": orjson.dumps(lines).decode()})


def _told(it: Difference | Noted) -> Mapping[str, Any]:
    told = {
        "action": it.action,
        "record_type": it.record_type,
        "record_id": it.record_id,
        "fields": it.fields,
    }
    if isinstance(it, Noted):
        return {**told, "version": 0, "before": {}, "after": {}}
    return {**told, "version": it.version, "before": it.before, "after": it.after}
