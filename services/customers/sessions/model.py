"""Sessions, and what stands before them: attempts, one-time links, second factors."""

import enum
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped

from services.chassis.actor import Actor, ActorKind, Portal
from services.chassis.database import ID, Entity, Personal, belongs_to, column
from services.chassis.events import Event
from services.chassis.refusals import Code, Refusal
from services.customers.sessions import rules
from services.customers.sessions.events import (
    SignInLinkAsked,
    StaffUserLocked,
    StaffUserPasswordChanged,
    StaffUserSessionEnded,
    StaffUserSignedIn,
)
from services.customers.staff.model import StaffUser


class LinkOfNoUse(Refusal):
    """One answer for a link that never was, was used, or is too old."""

    code, reason = Code.NOT_FOUND, "LINK_OF_NO_USE"


class SecondFactorStands(Refusal):
    code, reason = Code.INVALID_TRANSITION, "SECOND_FACTOR_STANDS"


class CodeWrong(Refusal):
    code, reason = Code.INVALID, "CODE_WRONG"


class SignInAttempt(Entity):
    """How often somebody tried to come in by an address, be there such a one or not."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("sign_in_attempt_failed_at_ix", "tenant", "failed_at"),)

    address_digest: Mapped[str] = column(Personal.NONE, String(64), primary_key=True)
    failures: Mapped[int] = column()
    failed_at: Mapped[datetime] = column()


class LinkPurpose(enum.Enum):
    INVITATION = "INVITATION"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105  # a purpose, not a secret


class LinkColumns:
    """What is kept of a link that lets somebody choose a password once: its digest alone."""

    digest: Mapped[str] = column(Personal.CREDENTIAL, String(64), primary_key=True)
    purpose: Mapped[LinkPurpose] = column()
    made_at: Mapped[datetime] = column()
    expires_at: Mapped[datetime] = column()
    used_at: Mapped[datetime | None] = column()

    def use(self, *, at: datetime) -> None:
        if self.used_at is not None or at >= self.expires_at:
            raise LinkOfNoUse("this link is of no use any more", path=("token",))
        self.used_at = at


class OneTimeLink(LinkColumns, Entity):
    __tablename__ = "one_time_link"
    __table_args__ = (
        Index("one_time_link_staff_user_id_ix", "tenant", "staff_user_id", "digest"),
        ForeignKeyConstraint(["tenant", "staff_user_id"], ["staff_user.tenant", "staff_user.id"]),
    )

    staff_user_id: Mapped[str] = column(Personal.NONE, ID)


class SecondFactor(Entity):
    """A secret that somebody's telephone shares with us (RFC 6238), and codes for its loss.

    The secret is kept sealed.
    """

    __tablename__ = "second_factor"

    staff_user_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    secret: Mapped[str] = column(Personal.CREDENTIAL, String(200))
    confirmed_at: Mapped[datetime | None] = column()
    last_step: Mapped[int] = column(default=0)
    recovery_digests: Mapped[list[str]] = column(Personal.CREDENTIAL, ARRAY(String(64)))

    def accept(self, code: str, secret: str | None, *, at: datetime) -> bool:
        """Take a code of the opened secret, or a recovery code, which serves once each."""
        step = None if secret is None else rules.matching_step(secret, code, at)
        if step is not None and step > self.last_step:
            self.last_step = step
            return True
        digest = rules.digest(rules.plain_code(code))
        if self.confirmed_at is None or digest not in self.recovery_digests:
            return False
        self.recovery_digests = [it for it in self.recovery_digests if it != digest]
        return True


class SessionEnd(enum.Enum):
    SIGNED_OUT = "SIGNED_OUT"
    ENDED = "ENDED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105  # a reason, not a secret
    DEACTIVATED = "DEACTIVATED"
    REUSED = "REUSED"


class SessionColumns:
    """A stay: begun by signing in, kept up by refresh tokens of which each serves once."""

    id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    refresh_digest: Mapped[str] = column(Personal.CREDENTIAL, String(64))
    device: Mapped[str | None] = column(Personal.FREE_TEXT)
    begun_at: Mapped[datetime] = column()
    used_at: Mapped[datetime] = column()
    expires_at: Mapped[datetime] = column()
    ended_at: Mapped[datetime | None] = column()
    end: Mapped[SessionEnd | None] = column()

    def is_open(self, *, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at

    def renew(self, secret: str, new: str, *, at: datetime) -> bool:
        """Take a refresh token and give way to a new one; one that was taken before ends all."""
        if not hmac.compare_digest(self.refresh_digest, rules.digest(secret)):
            self.close(SessionEnd.REUSED, at=at)
            return False
        self.refresh_digest, self.used_at = rules.digest(new), at
        return True

    def close(self, end: SessionEnd, *, at: datetime) -> bool:
        """End it, and say whether it was open."""
        was_open = self.is_open(at=at)
        if self.ended_at is None:
            self.ended_at, self.end = at, end
        return was_open


class Session(SessionColumns, Entity):
    __tablename__, __prefix__ = "session", "ses"
    __table_args__ = (
        Index(
            "session_acted_by_id_ix",
            *("tenant", "acted_by_id", "id"),
            postgresql_where=text("acted_by_id IS NOT NULL AND ended_at IS NULL"),
        ),
    )

    staff_user_id: Mapped[str] = belongs_to("staff_user")
    acted_by_id: Mapped[str | None] = column(Personal.NONE, ID)


@dataclass(frozen=True)
class Accounts:
    """Those who come in by one front: where they are kept, and what is told of them.

    `key` is the column of sessions and links, and the field of events, that names one of them;
    `portal` are their columns of the party and of the person there, where they are guests.
    """

    kind: ActorKind
    entity: type[Any]
    session: type[Any]
    link: type[Any]
    key: str
    signed_in: type[Event]
    locked: type[Event]
    session_ended: type[Event]
    password_changed: type[Event]
    link_asked: type[Event]
    link_prefix: str = ""
    portal: tuple[str, str] | None = None
    is_staff: bool = False
    """Whether they may have a second factor, and act as one another."""

    def digest(self, email: str) -> str:
        """Give what attempts by an address are counted under: of each front for itself."""
        return rules.digest(f"{self.link_prefix}{email}")

    def owner_of(self, kept: Any) -> str:
        """Say whose a session or a link is."""
        id: str = getattr(kept, self.key)
        return id

    def is_of(self, kept: type[Any], id: str) -> Any:
        """Say which sessions or links are somebody's."""
        return getattr(kept, self.key) == id

    def portal_of(self, found: Any) -> Portal | None:
        if self.portal is None:
            return None
        party, person = (getattr(found, it) for it in self.portal)
        return Portal(party, person)

    def actor(self, tenant: str, found: Any) -> Actor:
        """Make one of them the actor of what they do before they have a token."""
        return Actor(tenant, found.id, self.kind, portal=self.portal_of(found))

    def welcomed(self, account: Any, *, at: datetime) -> Iterable[Event]:
        """Tell of somebody who comes in for the first time, where that is told."""
        fact = account.activate(at=at) if self.portal else None
        return () if fact is None else (fact,)

    def fact(self, kind: type[Event], id: str, **more: Any) -> Event:
        """Tell a fact of one of them, as much of it as that kind of fact says."""
        said = {k: v for k, v in more.items() if k in kind.model_fields}
        return kind(**{self.key: id}, **said)


STAFF = Accounts(
    ActorKind.USER,
    StaffUser,
    Session,
    OneTimeLink,
    "staff_user_id",
    StaffUserSignedIn,
    StaffUserLocked,
    StaffUserSessionEnded,
    StaffUserPasswordChanged,
    SignInLinkAsked,
    is_staff=True,
)

LINK_LIVES = {
    LinkPurpose.INVITATION: timedelta(days=7),
    LinkPurpose.PASSWORD_RESET: timedelta(hours=1),
}
