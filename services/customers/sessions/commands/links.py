"""One-time links: made and sent when somebody is invited or asks, and taken for a password."""

import asyncio
from dataclasses import dataclass

from services.chassis import addresses, chance
from services.chassis.actor import Actor, ActorKind
from services.chassis.database import reading
from services.chassis.mail import Mail, MailSettings, Post
from services.chassis.refusals import Refusal
from services.chassis.work import Work
from services.customers.sessions import queries, rules
from services.customers.sessions.commands.signing_in import WHO, Desk, Tokens
from services.customers.sessions.commands.staff import asked, set_hash
from services.customers.sessions.model import (
    LINK_LIVES,
    LinkOfNoUse,
    LinkPurpose,
    OneTimeLink,
)
from services.customers.staff import queries as staff
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


async def make(work: Work, staff_user_id: str, purpose: LinkPurpose) -> str:
    """Make a link's token, of which only the digest is kept; earlier ones serve no more."""
    for it in await queries.links_of(work.session, staff_user_id):
        it.expires_at = min(it.expires_at, work.now)
    secret = chance.new_secret()
    work.add(
        OneTimeLink,
        digest=rules.digest(secret),
        staff_user_id=staff_user_id,
        purpose=purpose,
        made_at=work.now,
        expires_at=work.now + LINK_LIVES[purpose],
    )
    return rules.token_of(work.actor.tenant, "link", secret)


async def send(work: Work, id: str, purpose: LinkPurpose) -> None:
    """Send somebody who works here a link of their own."""
    user = await queries.active(work.session, id)
    if user is None:
        return
    post = Post.of(MailSettings())
    token = await make(work, id, purpose)
    subject, words = WORDS[purpose]
    text = f"{words}\n\n{post.link(purpose.name.lower(), token)}\n"
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
        id = await self._use(tenant, secret, hash)
        async with self.desk.works.begin(Actor(tenant, id, ActorKind.USER)) as work:
            return await self.desk.begin(work)

    async def ask_reset(self, tenant: str, email: str) -> None:
        """Have a link sent to an address, if somebody has it; nobody is told which it is."""
        try:
            normal = addresses.checked_email(email).lower()
        except Refusal:
            return
        if not rules.SLUG.fullmatch(tenant):
            return
        works = self.desk.works
        async with reading(works.engine, tenant) as connection:
            found = await staff.sign_in(connection, normal)
        if found is not None:
            async with works.begin(Actor.system(tenant, WHO)) as work:
                await work.publish(asked(found.id, LinkPurpose.PASSWORD_RESET))

    async def _use(self, tenant: str, secret: str, hash: str) -> str:
        async with self.desk.works.begin(Actor.system(tenant, WHO)) as work:
            link = await queries.locked_link(work.session, rules.digest(secret))
            user = await queries.active(work.session, link.staff_user_id) if link else None
            if link is None or user is None:
                raise LinkOfNoUse("this link is of no use any more", path=("token",))
            link.use(at=work.now)
            await set_hash(work, user, hash)
            return user.id
