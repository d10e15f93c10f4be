"""Acting as somebody else, for support: seen by them, told, and never for what is theirs alone."""

from datetime import datetime, timedelta

from services.chassis import chance
from services.chassis.actor import ActorKind
from services.chassis.audit import Noted
from services.chassis.ids import new_id
from services.chassis.permissions import requires
from services.chassis.refusals import Forbidden, Invalid
from services.chassis.tokens import PUBLIC_AUDIENCE, Identity
from services.chassis.work import Work
from services.customers.permissions import ACT_AS
from services.customers.sessions import rules
from services.customers.sessions.commands.signing_in import Desk
from services.customers.sessions.events import StaffUserActedAs
from services.customers.sessions.model import Session
from services.customers.staff.model import StaffUser

ACTED_AS = "ACTED_AS"
"""What the audit log calls it."""
LONGEST = timedelta(minutes=15)


@requires(ACT_AS, publishes=[StaffUserActedAs])
async def act_as(work: Work, desk: Desk, id: str, *, reason: str) -> tuple[str, datetime]:
    """Give a token of somebody else, which permits what they may and names who uses it."""
    me = _oneself(work, besides=id)
    user = await work.get(StaffUser, id)
    user.refuse_unless_here()
    life = min(desk.life, LONGEST)
    session = work.add(
        Session,
        id=new_id(Session.__prefix__),
        staff_user_id=id,
        acted_by_id=me,
        refresh_digest=rules.digest(chance.new_secret()),
        device=reason,
        begun_at=work.now,
        used_at=work.now,
        expires_at=work.now + life,
    )
    work.note(Noted(ACTED_AS, StaffUser.__name__, id))
    await work.publish(StaffUserActedAs(staff_user_id=id, session_id=session.id, by_id=me))
    identity = Identity(work.actor.tenant, id, ActorKind.USER, session=session.id, acted_by=me)
    token = desk.signer.sign(identity, audience=PUBLIC_AUDIENCE, life=life)
    return token, work.now + life


def _oneself(work: Work, *, besides: str) -> str:
    me = work.person
    if me is None or work.actor.acted_by is not None:
        raise Forbidden("only who is signed in as themselves acts as somebody else")
    if me == besides:
        raise Invalid("this is yourself", path=("staffUserId",))
    return me
