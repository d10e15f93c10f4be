"""Signing in, staying and signing out: tokens for an address and a password, and for each other.

Whoever is refused learns nothing by it: not by the words, nor by how long they took, nor by what
is written down of an attempt.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.chassis import chance
from services.chassis.actor import Actor, Portal
from services.chassis.audit import Noted
from services.chassis.database import reading
from services.chassis.ids import new_id
from services.chassis.refusals import Code, Refusal
from services.chassis.tokens import PUBLIC_AUDIENCE, Identity, Signer
from services.chassis.work import Work, Works
from services.customers.sessions import queries, rules
from services.customers.sessions.commands.factors import accepted
from services.customers.sessions.model import STAFF, Accounts, SessionEnd
from services.customers.staff.rules import checked_email, matches

STAY = timedelta(days=30)
SIGNED_IN, REFUSED, LOCKED = "SIGNED_IN", "SIGN_IN_REFUSED", "LOCKED"
"""What the audit log calls them."""
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
    """Where people get their tokens: signed by this service, for the gateway.

    `accounts` are those who come in here: a password of others is no password.
    """

    works: Works
    signer: Signer
    life: timedelta
    stay: timedelta = STAY
    accounts: Accounts = STAFF

    async def sign_in(self, given: Credentials) -> Tokens:
        """Begin a session for an address and a password, and a code where one is asked for."""
        email = self._checked(given)
        digest = self.accounts.digest(email)
        async with self.works.begin(Actor.system(given.tenant, WHO)) as work:
            tried = await queries.claim(work.session, digest, at=work.now)
        async with reading(self.works.engine, given.tenant) as connection:
            found = await queries.known(connection, self.accounts, email)
            factor = found is not None and await queries.has_factor(connection, found.id)
        hash = found.password_hash if found else None
        fits = await asyncio.to_thread(matches, hash, given.password)
        if found is None or not fits or tried > rules.MOST_FAILURES:
            await self._note(given.tenant, found.id if found else None, tried)
            raise SignInRefused("this address and password do not fit")
        if factor and not given.code:
            raise SecondFactorNeeded("a code of the second factor is needed", path=("code",))
        async with self.works.begin(self.accounts.actor(given.tenant, found)) as work:
            if not factor or await _accepted(work, given.code):
                await queries.forget(work.session, digest)
                return await self.begin(work, device=given.device, is_strong=factor)
        await self._note(given.tenant, found.id, tried)
        raise SignInRefused("this address and password do not fit")

    async def begin(
        self, work: Work, *, device: str | None = None, is_strong: bool = False
    ) -> Tokens:
        """Begin a session of whoever acts."""
        secret, of, me = chance.new_secret(), self.accounts, work.actor.id
        whose: dict[str, Any] = {of.key: me}
        session = work.add(
            of.session,
            id=new_id(of.session.__prefix__),
            refresh_digest=rules.digest(secret),
            device=device,
            begun_at=work.now,
            used_at=work.now,
            expires_at=work.now + self.stay,
            **whose,
        )
        work.note(Noted(SIGNED_IN, of.entity.__name__, me))
        told = {"session_id": session.id, "with_second_factor": is_strong}
        await work.publish(of.fact(of.signed_in, me, **told))
        return self._tokens(work, session, secret, work.actor.portal)

    async def refresh(self, token: str) -> Tokens:
        """Give the next pair of tokens for a refresh token, which serves no second time."""
        tenant, id, secret = self._parts(token)
        of, renewed = self.accounts, None
        async with self.works.begin(Actor.system(tenant, WHO)) as work:
            session = await queries.locked_session(work.session, of, id)
            if session is not None and session.is_open(at=work.now):
                new = chance.new_secret()
                if not session.renew(secret, new, at=work.now):
                    await tell_end(work, of, session)
                elif account := await queries.active(work.session, of, of.owner_of(session)):
                    renewed = self._tokens(work, session, new, of.portal_of(account))
        if renewed is None:
            raise SessionOver("this session is over: sign in again")
        return renewed

    async def sign_out(self, token: str) -> None:
        """End the session of a refresh token; of one that is over, nothing is said."""
        tenant, id, secret = self._parts(token)
        async with self.works.begin(Actor.system(tenant, WHO)) as work:
            session = await queries.locked_session(work.session, self.accounts, id)
            is_theirs = session is not None and session.refresh_digest == rules.digest(secret)
            if session and is_theirs and session.close(SessionEnd.SIGNED_OUT, at=work.now):
                await tell_end(work, self.accounts, session)

    def _tokens(self, work: Work, session: Any, secret: str, portal: Portal | None) -> Tokens:
        whose = self.accounts.owner_of(session), self.accounts.kind
        identity = Identity(work.actor.tenant, *whose, session=session.id, portal=portal)
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
            of = self.accounts
            work.note(Noted(REFUSED, of.entity.__name__, id or ""))
            if tried == rules.MOST_FAILURES:
                work.note(Noted(LOCKED, of.entity.__name__, id or ""))
                if id is not None:
                    await work.publish(of.fact(of.locked, id, minutes=rules.LOCKED_MINUTES))


async def _accepted(work: Work, code: str) -> bool:
    factor = await queries.second_factor(work.session, work.actor.id)
    return factor is not None and accepted(work, factor, code)


async def tell_end(work: Work, of: Accounts, session: Any) -> None:
    told = {"session_id": session.id, "because": session.end.name if session.end else ""}
    await work.publish(of.fact(of.session_ended, of.owner_of(session), **told))
