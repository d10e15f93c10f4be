"""One-time links: made and sent when somebody is invited or asks, and taken for a password."""

import asyncio
from dataclasses import dataclass
from typing import Any

from services.chassis import addresses, chance
from services.chassis.actor import Actor
from services.chassis.database import reading
from services.chassis.mail import Mail, MailSettings, Post
from services.chassis.refusals import Refusal
from services.chassis.work import Work
from services.customers.sessions import queries, rules
from services.customers.sessions.commands.accounts import asked, set_hash
from services.customers.sessions.commands.signing_in import WHO, Desk, Tokens
from services.customers.sessions.model import (
    LINK_LIVES,
    Accounts,
    LinkOfNoUse,
    LinkPurpose,
)
from services.customers.staff.rules import hashed

WORDS = {
    LinkPurpose.INVITATION: (
        "You are invited",
        "Choose a password within seven days, with this link, which serves once:",
    ),
    LinkPurpose.PASSWORD_RESET: (
        "Another password",
        "Choose another password within an hour, with this link (do nothing if you never asked):",
    ),
}


async def make(work: Work, of: Accounts, id: str, purpose: LinkPurpose) -> str:
    """Make a link's token, of which only the digest is kept; earlier ones serve no more."""
    for it in await queries.links_of(work.session, of, id):
        it.expires_at = min(it.expires_at, work.now)
    secret = chance.new_secret()
    whose: dict[str, Any] = {of.key: id}
    work.add(
        of.link,
        digest=rules.digest(secret),
        purpose=purpose,
        made_at=work.now,
        expires_at=work.now + LINK_LIVES[purpose],
        **whose,
    )
    return rules.token_of(work.actor.tenant, "link", secret)


async def send(work: Work, of: Accounts, id: str, purpose: LinkPurpose) -> None:
    """Send somebody who may come in a link of their own."""
    user = await queries.active(work.session, of, id)
    if user is None:
        return
    post = Post.of(MailSettings())
    token = await make(work, of, id, purpose)
    subject, words = WORDS[purpose]
    text = f"{words}\n\n{post.link(of.link_prefix + purpose.name.lower(), token)}\n"
    await work.flush()
    await post.send(Mail(to=user.email, subject=subject, text=text))


@dataclass(frozen=True)
class Links:
    """What whoever has a link may do, or wants one, before anybody is signed in."""

    desk: Desk

    async def take(self, token: str, password: str) -> Tokens:
        """Choose a password by a link, and begin a session: that link serves no more."""
        parts = rules.parts_of(token)
        if parts is None:
            raise LinkOfNoUse("this link is of no use any more", path=("token",))
        tenant, _id, secret = parts
        hash = await asyncio.to_thread(hashed, password)
        account = await self._use(tenant, secret, hash)
        actor = self.desk.accounts.actor(tenant, account)
        async with self.desk.works.begin(actor) as work:
            return await self.desk.begin(work)

    async def ask_reset(self, tenant: str, email: str) -> None:
        """Have a link sent to an address, if somebody has it; nobody is told which it is."""
        try:
            normal = addresses.checked_email(email).lower()
        except Refusal:
            return
        if not rules.SLUG.fullmatch(tenant):
            return
        works, of = self.desk.works, self.desk.accounts
        async with reading(works.engine, tenant) as connection:
            found = await queries.known(connection, of, normal)
        if found is not None:
            async with works.begin(Actor.system(tenant, WHO)) as work:
                await work.publish(asked(of, found.id, LinkPurpose.PASSWORD_RESET))

    async def _use(self, tenant: str, secret: str, hash: str) -> Any:
        of = self.desk.accounts
        async with self.desk.works.begin(Actor.system(tenant, WHO)) as work:
            link = await queries.locked_link(work.session, of, rules.digest(secret))
            user = await queries.active(work.session, of, of.owner_of(link)) if link else None
            if link is None or user is None:
                raise LinkOfNoUse("this link is of no use any more", path=("token",))
            link.use(at=work.now)
            await set_hash(work, of, user, hash)
            await work.publish(*of.welcomed(user, at=work.now))
            return user
