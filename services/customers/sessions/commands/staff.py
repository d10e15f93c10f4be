"""What an administrator does with how others come in."""

import asyncio
from typing import Annotated

from services.chassis.changes import Changes
from services.chassis.permissions import requires
from services.chassis.refusals import DependencyUnavailable, Step
from services.chassis.responsibilities import Found
from services.chassis.work import Work
from services.customers.permissions import EDIT_STAFF
from services.customers.sessions import queries
from services.customers.sessions.commands import accounts
from services.customers.sessions.events import (
    SignInLinkAsked,
    StaffUserPasswordChanged,
    StaffUserSessionEnded,
)
from services.customers.sessions.model import STAFF, LinkPurpose, SessionEnd
from services.customers.staff import commands as staff
from services.customers.staff.events import StaffUserDeactivated, StaffUserUpdated
from services.customers.staff.model import StaffUser, StillAnswers
from services.customers.staff.rules import hashed


@requires(EDIT_STAFF, publishes=[SignInLinkAsked])
async def invite(work: Work, id: str) -> StaffUser:
    """Have a link sent by which somebody chooses a password; an earlier one serves no more."""
    user = await work.get(StaffUser, id)
    user.refuse_unless_here()
    await work.publish(accounts.asked(STAFF, id, LinkPurpose.INVITATION))
    return user


@requires(EDIT_STAFF, publishes=[StaffUserUpdated, StaffUserSessionEnded])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> StaffUser:
    """Change somebody; whoever works here no more has no session that goes on."""
    user = await staff.update(work, id, changes, version)
    if not user.is_active and StaffUser.is_active in changes:
        await accounts.end_sessions(work, STAFF, id, SessionEnd.DEACTIVATED)
    return user


@requires(EDIT_STAFF, publishes=[StaffUserDeactivated, StaffUserSessionEnded])
async def deactivate(
    work: Work,
    id: str,
    *,
    responsibilities: Found,
    leave_records: Annotated[
        bool, "Do so at once, whatever they answer for: that is handed over afterwards."
    ] = False,
) -> StaffUser:
    """Let somebody in nowhere any more, once they answer for nothing (PLT-02)."""
    user = await work.lock(StaffUser, id)
    if user.is_active and not leave_records:
        _refuse_unless_handed_over(responsibilities)
    if user.leave_company():
        await accounts.end_sessions(work, STAFF, id, SessionEnd.DEACTIVATED)
        await work.publish(user.fact(StaffUserDeactivated))
    return user


def _refuse_unless_handed_over(found: Found) -> None:
    if found.known:
        missing = found.told
        message = f"they still answer for {', '.join(missing)}: hand that over, or leave it"
        raise StillAnswers(message, path=("id",), details=Step(missing=missing))
    if found.away:
        message = f"what they answer for in {', '.join(found.away)} cannot be told just now"
        raise DependencyUnavailable(message, path=("id",))


@requires(EDIT_STAFF)
async def unlock(work: Work, id: str) -> StaffUser:
    """Let somebody try again who tried too often."""
    user = await work.get(StaffUser, id)
    await queries.forget(work.session, STAFF.digest(user.email))
    return user


@requires(EDIT_STAFF, publishes=[StaffUserSessionEnded])
async def sign_out(
    work: Work,
    id: str,
    *,
    session_id: Annotated[str | None, "Which of their sessions; all of them if unsaid."] = None,
) -> StaffUser:
    """End the sessions of somebody, or one of them."""
    user = await work.get(StaffUser, id)
    await accounts.end_sessions(work, STAFF, id, SessionEnd.ENDED, only=session_id)
    return user


@requires(EDIT_STAFF, publishes=[StaffUserPasswordChanged, StaffUserSessionEnded])
async def set_password(
    work: Work, id: str, *, password: Annotated[str, "The new one, of 12 to 128 characters."]
) -> StaffUser:
    user = await work.get(StaffUser, id)
    user.refuse_unless_here()
    await accounts.set_hash(work, STAFF, user, await asyncio.to_thread(hashed, password))
    return user
