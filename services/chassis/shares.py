"""Shares: with whom single records are shared, for what, and what somebody has chosen to share."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, delete, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapped

from services.chassis.conditions import among
from services.chassis.database import ID, Entity, Personal, column
from services.chassis.permissions import SharePermission
from services.chassis.scoping import TICKS
from services.chassis.ticking import Ticks, read_ticks

ABANDONED = timedelta(days=1)


class RecordShare(Entity):
    """That somebody, a staff user or a team, may view a record, and what else."""

    __tablename__ = "record_share"
    __table_args__ = (
        Index("record_share_principal_id_ix", "tenant", "principal_id", "record_id"),
    )

    record_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    principal_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    can_edit: Mapped[bool] = column()
    can_delete: Mapped[bool] = column()
    can_share: Mapped[bool] = column()
    given_by_id: Mapped[str] = column(Personal.NONE, ID)
    given_at: Mapped[datetime] = column()

    @property
    def acts(self) -> frozenset[SharePermission]:
        ticked = {act for act, name in TICKS.items() if getattr(self, name)}
        return frozenset(ticked | {SharePermission.VIEW})

    def allow(self, acts: frozenset[SharePermission]) -> None:
        for act, name in TICKS.items():
            setattr(self, name, act in acts)


class ShareDraft(Entity):
    """What somebody has chosen to share of a record, and what was shared when they began."""

    __tablename__ = "share_draft"

    opened_by_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    record_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    opened_at: Mapped[datetime] = column()
    stored: Mapped[dict[str, Any]] = column(Personal.NONE, JSONB)
    chosen: Mapped[dict[str, Any]] = column(Personal.NONE, JSONB)

    @property
    def ticks(self) -> Ticks:
        return read_ticks(self.chosen)


async def of_record(session: AsyncSession, record_id: str) -> dict[str, RecordShare]:
    """Give the shares of a record by whom it is shared with."""
    asked = select(RecordShare).where(RecordShare.record_id == record_id)
    return {it.principal_id: it for it in await session.scalars(asked)}


async def of_records(
    connection: AsyncConnection, ids: Sequence[str]
) -> Mapping[str, list[RecordShare]]:
    """Give the shares of records, in one statement for all of them."""
    columns = RecordShare.__table__.c
    asked = select(*columns).where(among(columns.record_id, ids)).order_by(columns.principal_id)
    found: dict[str, list[RecordShare]] = {it: [] for it in ids}
    for row in await connection.execute(asked):
        found[row.record_id].append(RecordShare(**row._mapping))  # noqa: SLF001  # it is public
    return found


async def drafts(
    connection: AsyncConnection, person: str, ids: Sequence[str]
) -> Mapping[str, ShareDraft]:
    """Give what somebody has chosen to share of records, in one statement for all of them."""
    columns = ShareDraft.__table__.c
    asked = select(*columns).where(columns.opened_by_id == person, among(columns.record_id, ids))
    rows = await connection.execute(asked)
    return {it.record_id: ShareDraft(**it._mapping) for it in rows}  # noqa: SLF001  # it is public


async def draft(session: AsyncSession, person: str, record_id: str) -> ShareDraft | None:
    """Give what somebody has chosen to share of a record, kept from others until the commit."""
    mine = (ShareDraft.opened_by_id == person, ShareDraft.record_id == record_id)
    asked = select(ShareDraft).where(*mine).with_for_update()
    return (await session.scalars(asked)).one_or_none()


async def forget_abandoned(session: AsyncSession, person: str, now: datetime) -> None:
    """Forget what somebody began to choose a day ago, and did not apply."""
    old = (ShareDraft.opened_by_id == person, ShareDraft.opened_at < now - ABANDONED)
    await session.execute(delete(ShareDraft).where(*old))


async def forget(session: AsyncSession, record_id: str) -> None:
    """Forget with whom a record was shared that is no more."""
    await session.execute(delete(RecordShare).where(RecordShare.record_id == record_id))
    await session.execute(delete(ShareDraft).where(ShareDraft.record_id == record_id))
