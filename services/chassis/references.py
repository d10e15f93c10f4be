"""External references: by what ids other systems know our records."""

from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import Index, delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapped

from services.chassis.conditions import among
from services.chassis.database import ID, Entity, Personal, column
from services.chassis.fetching import fetch


class ExternalRef(Entity):
    """Unique for each tenant, type of record and source; upserts match on it."""

    __tablename__ = "external_ref"
    __table_args__ = (Index("external_ref_record_id_ix", "tenant", "record_id"),)

    record_type: Mapped[str] = column(primary_key=True)
    source: Mapped[str] = column(primary_key=True)
    ref: Mapped[str] = column(primary_key=True)
    record_id: Mapped[str] = column(Personal.NONE, ID)


Ref = tuple[str, str]
"""A source and the id that it uses."""

NOTE = text("""
    INSERT INTO external_ref (record_type, source, ref, record_id)
    SELECT :type, r.source, r.ref, r.record_id
    FROM jsonb_to_recordset(CAST(:refs AS jsonb)) AS r(source text, ref text, record_id text)
""")


async def known_by(session: AsyncSession, record_type: str, refs: Sequence[Ref]) -> dict[Ref, str]:
    """Find the ids of records by their external references, in one statement for each source."""
    found: dict[Ref, str] = {}
    for source in {it[0] for it in refs}:
        wanted = [it[1] for it in refs if it[0] == source]
        rows = await session.execute(
            select(ExternalRef.ref, ExternalRef.record_id).where(
                ExternalRef.record_type == record_type,
                ExternalRef.source == source,
                among(ExternalRef.ref, wanted),
            )
        )
        found |= {(source, row.ref): row.record_id for row in rows}
    return found


async def note(session: AsyncSession, record_type: str, refs: Mapping[Ref, str]) -> None:
    """Remember by what references new records are known."""
    rows = [
        {"source": it[0], "ref": it[1], "record_id": record_id} for it, record_id in refs.items()
    ]
    if rows:
        await session.execute(NOTE, {"type": record_type, "refs": orjson.dumps(rows).decode()})


async def forget(session: AsyncSession, ids: Sequence[str]) -> None:
    """Forget by what references records were known that are no more."""
    await session.execute(delete(ExternalRef).where(ExternalRef.record_id.in_(ids)))


async def of_records(
    connection: AsyncConnection, record_type: str, ids: Sequence[str]
) -> dict[str, list[Ref]]:
    """Tell by what references records are known, in one statement for all of them."""
    rows = await fetch(
        connection,
        select(ExternalRef.record_id, ExternalRef.source, ExternalRef.ref)
        .where(ExternalRef.record_type == record_type, among(ExternalRef.record_id, ids))
        .order_by(ExternalRef.source, ExternalRef.ref),
    )
    found: dict[str, list[Ref]] = {}
    for record_id, source, ref in rows:
        found.setdefault(record_id, []).append((source, ref))
    return found
