"""What can be done with API keys."""

from datetime import datetime

from services.chassis import chance
from services.chassis.actor import Actor, ActorKind
from services.chassis.audit import Noted
from services.chassis.changes import Changes
from services.chassis.ids import new_id
from services.chassis.permissions import requires
from services.chassis.refusals import OutOfRange, named_by
from services.chassis.tokens import PUBLIC_AUDIENCE, Identity
from services.chassis.work import Work
from services.customers.api_keys import queries
from services.customers.api_keys.events import ApiKeyArchived, ApiKeyCreated
from services.customers.api_keys.model import ApiKey
from services.customers.permissions import EDIT_API_KEYS
from services.customers.roles.model import StaffRole
from services.customers.sessions import queries as sessions
from services.customers.sessions import rules
from services.customers.sessions.commands.signing_in import (
    SIGNED_IN,
    WHO,
    Desk,
    SignInRefused,
)
from services.customers.sessions.model import STAFF
from services.customers.staff.events import StaffUserCreated, StaffUserDeactivated
from services.customers.staff.model import StaffUser

NOWHERE = "keys.invalid"
"""Where no mail arrives (RFC 6761): a program has no address."""
SHOWN = 8


@requires(EDIT_API_KEYS, publishes=[ApiKeyCreated, StaffUserCreated])
async def create(
    work: Work, *, name: str, role_id: str, expires_at: datetime | None
) -> tuple[ApiKey, str]:
    """Add a key, with somebody who comes in by it; give what it is, which nobody learns again."""
    if expires_at is not None and expires_at <= work.now:
        raise OutOfRange("this time is over", path=("expiresAt",))
    id, secret = new_id(ApiKey.__prefix__), chance.new_secret()
    user = await _program(work, id, name, role_id)
    key = work.add(
        ApiKey,
        id=id,
        name=name,
        staff_user_id=user.id,
        role_id=role_id,
        beginning=secret[:SHOWN],
        digest=rules.digest(secret),
        expires_at=expires_at,
    )
    await work.publish(key.told(ApiKeyCreated))
    return key, rules.token_of(work.actor.tenant, id, secret)


async def _program(work: Work, id: str, name: str, role_id: str) -> StaffUser:
    """Let somebody be here who comes in by a key, and has one role."""
    with named_by("roleId"):
        await work.get(StaffRole, role_id)
    given = {"name": name, "email": f"{id}@{NOWHERE}", "roles": [], "role_ids": [role_id]}
    user = work.add(StaffUser, Changes(given), is_program=True)
    await work.flush()
    await work.publish(user.fact(StaffUserCreated))
    return user


@requires(EDIT_API_KEYS, publishes=[ApiKeyArchived, StaffUserDeactivated])
async def archive(work: Work, id: str) -> ApiKey:
    """Revoke a key: whoever came in by it is let in nowhere any more."""
    key = await work.lock(ApiKey, id, archived=True)
    if work.archive(key):
        user = await work.lock(StaffUser, key.staff_user_id)
        user.leave_company()
        await work.publish(key.told(ApiKeyArchived), user.fact(StaffUserDeactivated))
    return key


async def exchange(desk: Desk, text: str) -> tuple[str, datetime]:
    """Give a token for a key, and until when it serves; of a key that is none, nothing is said."""
    parts = rules.parts_of(text)
    if parts is None:
        raise SignInRefused("this key lets nobody in", path=("key",))
    tenant, id, secret = parts
    async with desk.works.begin(Actor.system(tenant, WHO)) as work:
        key = await queries.one(work.session, id)
        fits = key is not None and key.fits(secret, at=work.now)
        if (
            key is None
            or not fits
            or not await sessions.active(work.session, STAFF, key.staff_user_id)
        ):
            raise SignInRefused("this key lets nobody in", path=("key",))
        work.note(Noted(SIGNED_IN, ApiKey.__name__, id))
        await queries.note_use(work.session, id, at=work.now)
        identity = Identity(tenant, key.staff_user_id, ActorKind.USER)
        return (
            desk.signer.sign(identity, audience=PUBLIC_AUDIENCE, life=desk.life),
            work.now + desk.life,
        )
