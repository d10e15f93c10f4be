"""Signing in, staying and signing out: tokens for an address and a password, and for each other.

Whoever is refused learns nothing by it: not by the words, nor by how long they took, nor by what
is written down of an attempt.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis import chance
from services.chassis.actor import Actor, ActorKind
from services.chassis.audit import Noted
from services.chassis.database import reading
from services.chassis.ids import new_id
from services.chassis.refusals import Code, Refusal
from services.chassis.tokens import PUBLIC_AUDIENCE, Identity, Signer
from services.chassis.work import Work, Works
from services.customers.sessions import queries, rules
from services.customers.sessions.commands.factors import accepted
from services.customers.sessions.events import (
    StaffUserLocked,
    StaffUserSessionEnded,
    StaffUserSignedIn,
)
from services.customers.sessions.model import Session, SessionEnd
from services.customers.staff import queries as staff
from services.customers.staff.rules import checked_email, matches

STAY = timedelta(days=30)
SIGNED_IN, REFUSED, LOCKED = "SIGNED_IN", "SIGN_IN_REFUSED", "LOCKED"
"""What the audit log calls them."""
STAFF_USER = "StaffUser"
WHO = "sign-in"
"""Who writes down an attempt: nobody is known yet."""


class SignInRefused(Refusal):
    """One answer for an unknown address, a wrong password or code, a lock, and who left."""

    code, reason = Code.FORBIDDEN, "SIGN_IN_REFUSED"


class SecondFactorNeeded(Refusal):
    code, reason = Code.FORBIDDEN, "SECOND_FACTOR_NEEDED"


class SessionOver(Refusal):
    """One answer for a session that never was, has ended, or whose token served before."""

    code, reason = Code.FORBIDDEN, "SESSION_OVER"


@dataclass(frozen=True, slots=True)
class Credentials:
    tenant: str
    email: str
    password: str
    code: str = ""
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """A token to send with each request, and one by which to get the next pair."""

    access: str
    expires_at: datetime
    refresh: str


@dataclass(frozen=True)
class Desk:
    """Where people get their tokens: signed by this service, for the gateway."""

    works: Works
    signer: Signer
    life: timedelta
    stay: timedelta = STAY

    async def sign_in(self, given: Credentials) -> Tokens:
        """Begin a session for an address and a password, and a code where one is asked for."""
        email = self._checked(given)
        digest = rules.digest(email)
        async with self.works.begin(Actor.system(given.tenant, WHO)) as work:
            tried = await queries.claim(work.session, digest, at=work.now)
        async with reading(self.works.engine, given.tenant) as connection:
            found = await staff.sign_in(connection, email)
            factor = found is not None and await queries.has_second_factor(connection, found.id)
        hash = found.password_hash if found else None
        fits = await asyncio.to_thread(matches, hash, given.password)
        if found is None or not fits or tried > rules.MOST_FAILURES:
            await self._note(given.tenant, found.id if found else None, tried)
            raise SignInRefused("this address and password do not fit")
        if factor and not given.code:
            raise SecondFactorNeeded("a code of the second factor is needed", path=("code",))
        async with self.works.begin(Actor(given.tenant, found.id, ActorKind.USER)) as work:
            if not factor or await _accepted(work, given.code):
                await queries.forget(work.session, digest)
                return await self.begin(work, device=given.device, is_strong=factor)
        await self._note(given.tenant, found.id, tried)
        raise SignInRefused("this address and password do not fit")

    async def begin(
        self, work: Work, *, device: str | None = None, is_strong: bool = False
    ) -> Tokens:
        """Begin a session of whoever acts."""
        secret = chance.new_secret()
        session = work.add(
            Session,
            id=new_id(Session.__prefix__),
            staff_user_id=work.actor.id,
            refresh_digest=rules.digest(secret),
            device=device,
            begun_at=work.now,
            used_at=work.now,
            expires_at=work.now + self.stay,
        )
        fact = {"staff_user_id": work.actor.id, "session_id": session.id}
        work.note(Noted(SIGNED_IN, STAFF_USER, work.actor.id))
        await work.publish(StaffUserSignedIn(**fact, with_second_factor=is_strong))
        return self._tokens(work, session, secret)

    async def refresh(self, token: str) -> Tokens:
        """Give the next pair of tokens for a refresh token, which serves no second time."""
        tenant, id, secret = self._parts(token)
        renewed: Tokens | None = None
        async with self.works.begin(Actor.system(tenant, WHO)) as work:
            session = await queries.locked_session(work.session, id)
            if session is not None and session.is_open(at=work.now):
                new = chance.new_secret()
                if not session.renew(secret, new, at=work.now):
                    await _tell_end(work, session)
                elif await queries.active(work.session, session.staff_user_id):
                    renewed = self._tokens(work, session, new)
        if renewed is None:
            raise SessionOver("this session is over: sign in again")
        return renewed

    async def sign_out(self, token: str) -> None:
        """End the session of a refresh token; of one that is over, nothing is said."""
        tenant, id, secret = self._parts(token)
        async with self.works.begin(Actor.system(tenant, WHO)) as work:
            session = await queries.locked_session(work.session, id)
            is_theirs = session is not None and session.refresh_digest == rules.digest(secret)
            if session and is_theirs and session.close(SessionEnd.SIGNED_OUT, at=work.now):
                await _tell_end(work, session)

    def _tokens(self, work: Work, session: Session, secret: str) -> Tokens:
        identity = Identity(
            work.actor.tenant, session.staff_user_id, ActorKind.USER, session=session.id
        )
        access = self.signer.sign(identity, audience=PUBLIC_AUDIENCE, life=self.life)
        refresh = rules.token_of(work.actor.tenant, session.id, secret)
        return Tokens(access, work.now + self.life, refresh)

    def _checked(self, given: Credentials) -> str:
        try:
            email = checked_email(given.email)
        except Refusal as refused:
            raise SignInRefused("this address and password do not fit") from refused
        if not rules.SLUG.fullmatch(given.tenant):
            raise SignInRefused("this address and password do not fit")
        return email

    def _parts(self, token: str) -> tuple[str, str, str]:
        parts = rules.parts_of(token)
        if parts is None:
            raise SessionOver("this session is over: sign in again")
        return parts

    async def _note(self, tenant: str, id: str | None, tried: int) -> None:
        """Write down that somebody was refused, known or not, so that both take the same time.

        What comes after a lock is no news, and so many lines are no way to fill a disk.
        """
        if tried > rules.MOST_FAILURES:
            return
        async with self.works.begin(Actor.system(tenant, WHO)) as work:
            work.note(Noted(REFUSED, STAFF_USER, id or ""))
            if tried == rules.MOST_FAILURES:
                work.note(Noted(LOCKED, STAFF_USER, id or ""))
                if id is not None:
                    minutes = rules.LOCKED_MINUTES
                    await work.publish(StaffUserLocked(staff_user_id=id, minutes=minutes))


async def _accepted(work: Work, code: str) -> bool:
    factor = await queries.second_factor(work.session, work.actor.id)
    return factor is not None and accepted(work, factor, code)


async def _tell_end(work: Work, session: Session) -> None:
    await work.publish(
        StaffUserSessionEnded(
            staff_user_id=session.staff_user_id,
            session_id=session.id,
            because=session.end.name if session.end else "",
        )
    )
