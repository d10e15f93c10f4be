"""What becomes of an account, whoever does it: another password, sessions that end, a link."""

from typing import Any

from services.chassis.events import Event
from services.chassis.ids import new_id
from services.chassis.work import Work
from services.customers.sessions import queries
from services.customers.sessions.commands.signing_in import tell_end
from services.customers.sessions.model import Accounts, LinkPurpose, SessionEnd


async def set_hash(work: Work, of: Accounts, account: Any, hash: str) -> None:
    """Give somebody another password: sessions begun with the old one are over."""
    account.password_hash = hash
    await end_sessions(work, of, account.id, SessionEnd.PASSWORD_CHANGED)
    await queries.forget(work.session, of.digest(account.email))
    await work.publish(of.fact(of.password_changed, account.id))


def asked(of: Accounts, id: str, purpose: LinkPurpose) -> Event:
    """Tell that somebody is to be sent a link."""
    told = {f"{of.link_asked.aggregate()}_id": new_id("lnk"), "purpose": purpose.name}
    return of.fact(of.link_asked, id, **told)


async def end_sessions(
    work: Work, of: Accounts, id: str, end: SessionEnd, *, only: str | None = None
) -> None:
    """End the sessions of somebody that go on, and tell of each."""
    sessions = [*await queries.open_sessions(work.session, of, id)]
    if of.is_staff:
        sessions += await queries.acting_sessions(work.session, id)
    for it in sessions:
        if only in (None, it.id) and it.close(end, at=work.now):
            await tell_end(work, of, it)
