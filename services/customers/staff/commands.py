"""What can be done with staff."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from services.chassis.actor import ActorKind
from services.chassis.changes import Changes
from services.chassis.database import reading
from services.chassis.permissions import requires
from services.chassis.refusals import Code, Refusal
from services.chassis.tokens import PUBLIC_AUDIENCE, Identity, Signer
from services.chassis.work import Work, Works
from services.customers.permissions import EDIT_STAFF
from services.customers.staff import queries, rules
from services.customers.staff.events import StaffUserCreated, StaffUserUpdated
from services.customers.staff.model import StaffUser


@requires(EDIT_STAFF, publishes=[StaffUserCreated])
async def create(work: Work, values: Changes) -> StaffUser:
    """Add somebody, who signs in once a password is set."""
    email = rules.checked_email(values[StaffUser.email])
    user = work.add(StaffUser, values.having(StaffUser.email, email))
    await work.publish(user.told(StaffUserCreated))
    return user


@requires(EDIT_STAFF, publishes=[StaffUserUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> StaffUser:
    user = await work.get(StaffUser, id, version=version)
    if StaffUser.email in changes:
        email = rules.checked_email(changes[StaffUser.email])
        changes = changes.having(StaffUser.email, email)
    if work.change(user, changes):
        await work.publish(user.told(StaffUserUpdated))
    return user


@requires(EDIT_STAFF)
async def set_password(
    work: Work, id: str, *, password: Annotated[str, "The new one, of 12 to 128 characters."]
) -> StaffUser:
    user = await work.get(StaffUser, id)
    user.password_hash = await asyncio.to_thread(rules.hashed, password)
    return user


class SignInRefused(Refusal):
    """One answer for an unknown address, a wrong password and somebody who left."""

    code, reason = Code.FORBIDDEN, "SIGN_IN_REFUSED"


@dataclass(frozen=True)
class SignInDesk:
    """Where people get their tokens: signed by this service, for the gateway."""

    works: Works
    signer: Signer
    life: timedelta

    async def sign_in(self, tenant: str, email: str, password: str) -> tuple[str, datetime]:
        """Exchange an address and a password for a token and the time it serves until."""
        try:
            normal = rules.checked_email(email)
        except Refusal as refused:
            raise SignInRefused("this address and password do not fit") from refused
        async with reading(self.works.engine, tenant) as connection:
            found = await queries.sign_in(connection, normal)
        hash = found.password_hash if found else None
        if not await asyncio.to_thread(rules.matches, hash, password) or found is None:
            raise SignInRefused("this address and password do not fit")
        identity = Identity(tenant, found.id, ActorKind.USER)
        token = self.signer.sign(identity, audience=PUBLIC_AUDIENCE, life=self.life)
        return token, self.works.clock() + self.life
