"""What can be asked about sessions, and what stands before them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, case, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.customers.sessions.model import Accounts, SecondFactor, Session, SignInAttempt
from services.customers.sessions.rules import LOCKED_MINUTES, MOST_FAILURES

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


async def known(connection: AsyncConnection, of: Accounts, email: str) -> Row[Any] | None:
    """Find who may come in by the normal form of an address: id, and the password's hash."""
    kept = of.entity
    columns = [kept.id, kept.password_hash, *(getattr(kept, it) for it in of.portal or ())]
    found = await connection.execute(
        select(*columns).where(kept.email == email, kept.is_active, kept.archived_at.is_(None))
    )
    return found.one_or_none()


async def has_factor(connection: AsyncConnection, staff_user_id: str) -> bool:
    found = select(func.count()).where(
        SecondFactor.staff_user_id == staff_user_id, SecondFactor.confirmed_at.is_not(None)
    )
    return bool(await connection.scalar(found))


async def second_factor(session: AsyncSession, staff_user_id: str) -> SecondFactor | None:
    """Give somebody's second factor, kept from others until the commit."""
    found = select(SecondFactor).where(SecondFactor.staff_user_id == staff_user_id)
    return (await session.scalars(found.with_for_update())).one_or_none()


async def locked_session(session: AsyncSession, of: Accounts, id: str) -> Any:
    """Give a session by its id, kept from others until the commit; None where there is none."""
    found = select(of.session).where(of.session.id == id).with_for_update()
    return (await session.scalars(found)).one_or_none()


async def open_sessions(session: AsyncSession, of: Accounts, id: str) -> Sequence[Any]:
    """Give somebody's sessions that go on, and those of others as them, the newest first."""
    kept = of.session
    found = select(kept).where(
        of.is_of(kept, id), kept.ended_at.is_(None), kept.expires_at > func.now()
    )
    ordered = found.order_by(kept.begun_at.desc(), kept.id).limit(MOST_SESSIONS)
    return (await session.scalars(ordered)).all()


async def acting_sessions(session: AsyncSession, acted_by_id: str) -> Sequence[Session]:
    """Give the sessions in which somebody acts as others."""
    found = select(Session).where(
        Session.acted_by_id == acted_by_id,
        Session.ended_at.is_(None),
        Session.expires_at > func.now(),
    )
    return (await session.scalars(found)).all()


async def locked_link(session: AsyncSession, of: Accounts, digest: str) -> Any:
    """Give a link by its digest, kept from others until the commit; None where there is none."""
    found = select(of.link).where(of.link.digest == digest).with_for_update()
    return (await session.scalars(found)).one_or_none()


async def links_of(session: AsyncSession, of: Accounts, id: str) -> Sequence[Any]:
    """Give the links of somebody that were not used."""
    found = select(of.link).where(of.is_of(of.link, id), of.link.used_at.is_(None))
    return (await session.scalars(found)).all()


async def active(session: AsyncSession, of: Accounts, id: str) -> Any:
    """Give somebody who may come in; None where there is nobody, or no more."""
    kept = of.entity
    found = select(kept).where(kept.id == id, kept.is_active, kept.archived_at.is_(None))
    return (await session.scalars(found)).one_or_none()
