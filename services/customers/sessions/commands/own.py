"""What whoever is signed in does with how they come in themselves."""

import asyncio
from typing import Any

from services.chassis import chance
from services.chassis.permissions import ANYONE, requires
from services.chassis.refusals import Forbidden
from services.chassis.work import Work
from services.customers.sessions import queries, rules
from services.customers.sessions.commands import factors
from services.customers.sessions.commands.accounts import end_sessions, set_hash
from services.customers.sessions.commands.factors import accepted
from services.customers.sessions.commands.signing_in import SignInRefused
from services.customers.sessions.events import (
    StaffUserPasswordChanged,
    StaffUserSecondFactorChanged,
    StaffUserSessionEnded,
)
from services.customers.sessions.model import (
    STAFF,
    Accounts,
    CodeWrong,
    SecondFactor,
    SecondFactorStands,
    SessionEnd,
)
from services.customers.staff.rules import hashed, matches


@requires(ANYONE, publishes=[StaffUserPasswordChanged, StaffUserSessionEnded])
async def change_password(work: Work, *, current: str, password: str) -> None:
    """Choose another password; all sessions are over, this one too."""
    await replace_password(work, STAFF, current=current, password=password)


async def replace_password(work: Work, of: Accounts, *, current: str, password: str) -> None:
    """Let whoever knows the password choose another one."""
    me = await _me(work, of)
    await _prove(me, current)
    await set_hash(work, of, me, await asyncio.to_thread(hashed, password))


@requires(ANYONE)
async def enrol(work: Work, *, current: str) -> tuple[str, str]:
    """Begin with a second factor: give its secret, and the address that a picture shows."""
    me = await _me(work)
    await _prove(me, current)
    factor = await queries.second_factor(work.session, me.id)
    if factor is not None and factor.confirmed_at is not None:
        raise SecondFactorStands("a second factor stands already: remove it first")
    secret = chance.new_factor()
    kept = factors.sealed(work, me.id, secret)
    if factor is None:
        work.add(SecondFactor, staff_user_id=me.id, secret=kept, recovery_digests=[])
    else:
        factor.secret = kept
    return secret, rules.address_of(secret, me.email)


@requires(ANYONE, publishes=[StaffUserSecondFactorChanged])
async def confirm(work: Work, *, code: str) -> list[str]:
    """Show that the factor works, from when on it is asked for; give codes for its loss."""
    me = await _me(work)
    factor = await queries.second_factor(work.session, me.id)
    if factor is None or factor.confirmed_at is not None or not accepted(work, factor, code):
        raise CodeWrong("this is not the code of now", path=("code",))
    codes = [chance.new_code() for _ in range(rules.RECOVERY_CODES)]
    factor.confirmed_at = work.now
    factor.recovery_digests = [rules.digest(it) for it in codes]
    await work.publish(StaffUserSecondFactorChanged(staff_user_id=me.id, is_on=True))
    return codes


@requires(ANYONE, publishes=[StaffUserSecondFactorChanged])
async def remove(work: Work, *, current: str) -> None:
    """Do without a second factor again."""
    me = await _me(work)
    await _prove(me, current)
    factor = await queries.second_factor(work.session, me.id)
    if factor is not None:
        await work.session.delete(factor)
        await work.publish(StaffUserSecondFactorChanged(staff_user_id=me.id, is_on=False))


@requires(ANYONE, publishes=[StaffUserSessionEnded])
async def end(work: Work, *, session_id: str | None) -> None:
    """End one of one's own sessions, or all."""
    me = await _me(work)
    await end_sessions(work, STAFF, me.id, SessionEnd.ENDED, only=session_id)


async def _me(work: Work, of: Accounts = STAFF) -> Any:
    is_somebody = work.actor.kind is of.kind and work.actor.acted_by is None
    me = await queries.active(work.session, of, work.actor.id) if is_somebody else None
    if me is None:
        raise Forbidden("only who is signed in may do this, and for nobody else")
    return me


async def _prove(me: Any, current: str) -> None:
    """Refuse whoever found the session open and does not know the password."""
    if not await asyncio.to_thread(matches, me.password_hash, current):
        raise SignInRefused("this is not the password", path=("current",))
