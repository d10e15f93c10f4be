"""What can be asked about sessions, and what stands before them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.chassis.access import Directory
from services.customers.policies.model import FieldPolicy
from services.customers.roles.model import StaffRole
from services.customers.sessions.model import (
    OneTimeLink,
    SecondFactor,
    Session,
    SignInAttempt,
)
from services.customers.sessions.rules import LOCKED_MINUTES, MOST_FAILURES
from services.customers.staff.model import StaffUser
from services.customers.units.model import OrgUnit

directory = Directory(StaffUser, StaffRole, OrgUnit, FieldPolicy, Session)
FORGOTTEN = timedelta(days=1)
MOST_SESSIONS = 100


async def claim(session: AsyncSession, digest: str, *, at: datetime) -> int:
    """Count an attempt before it is made, so that no number of them at once is more than these.

    Gives its number of those in a row; a lock lasts from its last failure on.
    """
    stale = at - timedelta(minutes=LOCKED_MINUTES)
    known = SignInAttempt
    is_over, is_locked = known.failed_at < stale, known.failures > MOST_FAILURES
    given = insert(known).values(address_digest=digest, failures=1, failed_at=at)
    claimed = given.on_conflict_do_update(
        index_elements=["tenant", "address_digest"],
        set_={
            "failures": case((is_over, 1), else_=known.failures + 1),
            "failed_at": case((~is_over & is_locked, known.failed_at), else_=at),
        },
    ).returning(known.failures)
    await session.execute(delete(known).where(known.failed_at < at - FORGOTTEN))
    return int((await session.execute(claimed)).scalar_one())


async def forget(session: AsyncSession, digest: str) -> None:
    """Forget the attempts: one was good, or somebody says that they shall not count."""
    await session.execute(delete(SignInAttempt).where(SignInAttempt.address_digest == digest))


async def has_second_factor(connection: AsyncConnection, staff_user_id: str) -> bool:
    found = select(func.count()).where(
        SecondFactor.staff_user_id == staff_user_id, SecondFactor.confirmed_at.is_not(None)
    )
    return bool(await connection.scalar(found))


async def second_factor(session: AsyncSession, staff_user_id: str) -> SecondFactor | None:
    """Give somebody's second factor, kept from others until the commit."""
    found = select(SecondFactor).where(SecondFactor.staff_user_id == staff_user_id)
    return (await session.scalars(found.with_for_update())).one_or_none()


async def locked_session(session: AsyncSession, id: str) -> Session | None:
    found = select(Session).where(Session.id == id).with_for_update()
    return (await session.scalars(found)).one_or_none()


async def open_sessions(session: AsyncSession, staff_user_id: str) -> Sequence[Session]:
    """Give somebody's sessions that go on, and those of others as them, the newest first."""
    found = select(Session).where(
        Session.staff_user_id == staff_user_id,
        Session.ended_at.is_(None),
        Session.expires_at > func.now(),
    )
    ordered = found.order_by(Session.begun_at.desc(), Session.id).limit(MOST_SESSIONS)
    return (await session.scalars(ordered)).all()


async def acting_sessions(session: AsyncSession, acted_by_id: str) -> Sequence[Session]:
    """Give the sessions in which somebody acts as others."""
    found = select(Session).where(
        Session.acted_by_id == acted_by_id,
        Session.ended_at.is_(None),
        Session.expires_at > func.now(),
    )
    return (await session.scalars(found)).all()


async def locked_link(session: AsyncSession, digest: str) -> OneTimeLink | None:
    found = select(OneTimeLink).where(OneTimeLink.digest == digest).with_for_update()
    return (await session.scalars(found)).one_or_none()


async def links_of(session: AsyncSession, staff_user_id: str) -> Sequence[OneTimeLink]:
    """Give the links of somebody that were not used."""
    found = select(OneTimeLink).where(
        OneTimeLink.staff_user_id == staff_user_id, OneTimeLink.used_at.is_(None)
    )
    return (await session.scalars(found)).all()


async def active(session: AsyncSession, id: str) -> StaffUser | None:
    """Give a staff user who works here."""
    found = select(StaffUser).where(
        StaffUser.id == id, StaffUser.is_active, StaffUser.archived_at.is_(None)
    )
    return (await session.scalars(found)).one_or_none()
