"""Coming in, staying and going in the graph.

Most of these give secrets away or take them: they know no idempotency key and no dry run.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import strawberry
from strawberry.types import Info

from services.chassis.events import Event
from services.chassis.graph import Request, update, upsert, verb
from services.chassis.graph.errors import user_errors
from services.chassis.graph.inputs import unfit_text
from services.chassis.graph.making import Part, made_field, made_type
from services.chassis.graph.mutate import told
from services.chassis.graph.types import UserError
from services.chassis.permissions import published_by
from services.chassis.refusals import Refusal, Refusals
from services.customers.permissions import IMPORT_HISTORY
from services.customers.sessions import model, queries
from services.customers.sessions.commands import acting, own, staff
from services.customers.sessions.commands.exchanging import Exchange
from services.customers.sessions.commands.links import Links
from services.customers.sessions.commands.signing_in import Credentials, Desk, Tokens
from services.customers.sessions.events import (
    SignInLinkAsked,
    StaffUserLocked,
    StaffUserPasswordChanged,
    StaffUserSessionEnded,
    StaffUserSignedIn,
)
from services.customers.staff import commands as staff_commands
from services.customers.staff import queries as staff_queries
from services.customers.staff.graph import StaffUser

Given = Mapping[str, Any]
Doing = Callable[[Request, Given], Awaitable[Given]]

ERRORS = Part("userErrors", list[UserError], "Why it was refused; empty if it was not.")
TOKENS = [
    Part("token", str | None, "To send as `Authorization: Bearer …`."),
    Part("expiresAt", datetime | None, "Until when the token serves."),
    Part("refreshToken", str | None, "For `refreshSession`, when that is over; it serves once."),
]
TENANT = Part("tenant", str, "Of which company.", "default")
EMAIL = Part("email", str, "Whose e-mail address.")
PASSWORD = Part("password", str, "The password.")
DEVICE = Part("device", str | None, "What to call this session by: `Ann's telephone`.")
CURRENT = Part("currentPassword", str, "Your password, as it is.")
CHOSEN = Part("password", str, "The new password, of 12 to 128 characters.")
REFRESH = Part("refreshToken", str, "The last refresh token that you were given.")
LINK = Part("token", str, "What the link holds.")
NO_SIGN_IN, SIGN_IN = "Needs no sign-in.", "Needs a sign-in, and no permission."


@dataclass(frozen=True)
class Door:
    """Does what is behind a mutation of this slice, and answers with its payload."""

    doing: Doing
    gives: Sequence[str]
    payload: Any = None

    async def __call__(self, _source: Any, info: Info[Request], **arguments: Any) -> Any:
        made = self.payload()
        made.__dict__.update(dict.fromkeys(self.gives), userErrors=[])
        try:
            made.__dict__.update(await self.doing(info.context, arguments))
        except (Refusal, Refusals) as refused:
            made.__dict__["userErrors"] = user_errors(refused)
        return made


def door(
    name: str,
    doing: Doing,
    description: str,
    *parts: Part,
    gives: Sequence[Part] = (),
    publishes: Sequence[type[Event]] = (),
) -> Any:
    """Make a mutation that is about no record: its payload, and what it says of itself."""
    spoken = name[:1].lower() + name[1:]
    payload = made_type(f"{name}Payload", [*gives, ERRORS], f"What became of {spoken}.")
    tells = f" Publishes {', '.join(it.type for it in publishes)}." if publishes else ""
    behaviour = replace(Door(doing, [it.name for it in gives]), payload=payload)
    return made_field(payload, f"{description}{tells}", parts, behaviour)


def tokens(found: Tokens) -> Given:
    return {
        "token": found.access,
        "expiresAt": found.expires_at,
        "refreshToken": found.refresh,
    }


@dataclass(frozen=True)
class Reception:
    """What is behind the doors of one front; `desk` gives where its people get their tokens."""

    desk: Callable[[Request], Desk]

    async def sign_in(self, request: Request, given: Given) -> Given:
        credentials = Credentials(
            given["tenant"],
            given["email"],
            given["password"],
            given.get("code") or "",
            (given.get("device") or "")[:200] or None,
        )
        return tokens(await self.desk(request).sign_in(credentials))

    async def refresh(self, request: Request, given: Given) -> Given:
        return tokens(await self.desk(request).refresh(given["refreshToken"]))

    async def sign_out(self, request: Request, given: Given) -> Given:
        await self.desk(request).sign_out(given["refreshToken"])
        return {}

    async def take_link(self, request: Request, given: Given) -> Given:
        links = Links(self.desk(request))
        return tokens(await links.take(given["token"], given["password"]))

    async def ask_reset(self, request: Request, given: Given) -> Given:
        await Links(self.desk(request)).ask_reset(given["tenant"], given["email"])
        return {}


def desk(request: Request) -> Desk:
    found: Desk = request.app.desk
    return found


STAFF = Reception(desk)


async def change_password(request: Request, given: Given) -> Given:
    async with request.begin() as work:
        await own.change_password(
            work, current=given["currentPassword"], password=given["password"]
        )
    return {}


async def enrol(request: Request, given: Given) -> Given:
    async with request.begin() as work:
        secret, address = await own.enrol(work, current=given["currentPassword"])
    return {"secret": secret, "address": address}


async def confirm(request: Request, given: Given) -> Given:
    async with request.begin() as work:
        return {"recoveryCodes": await own.confirm(work, code=given["code"])}


async def remove(request: Request, given: Given) -> Given:
    async with request.begin() as work:
        await own.remove(work, current=given["currentPassword"])
    return {}


async def end(request: Request, given: Given) -> Given:
    async with request.begin() as work:
        await own.end(work, session_id=given.get("id"))
    return {}


async def exchange(request: Request, given: Given) -> Given:
    providers: Exchange = request.app.exchange
    return tokens(await providers.exchange(desk(request), given["token"]))


async def act_as(request: Request, given: Given) -> Given:
    if refusals := unfit_text("reason", given["reason"], length=200):
        raise Refusals(refusals)
    async with request.begin() as work:
        token, expires_at = await acting.act_as(
            work, desk(request), given["staffUserId"], reason=given["reason"]
        )
    return {"token": token, "expiresAt": expires_at}


@strawberry.type(name="Session", description="A stay that began with signing in, and goes on.")
class SessionInfo:
    id: strawberry.ID = strawberry.field(description="Its id.")
    device: str | None = strawberry.field(
        description="What it was called when it began; why somebody acts as you, where they do."
    )
    acted_by_id: strawberry.ID | None = strawberry.field(
        description="Who acts as you in it, if it is not you: a staff user's id."
    )
    begun_at: datetime = strawberry.field(description="When it began.")
    used_at: datetime = strawberry.field(description="When it last was given new tokens.")
    expires_at: datetime = strawberry.field(description="When it is over at the latest.")

    @staticmethod
    def of(found: model.Session) -> "SessionInfo":
        return SessionInfo(
            id=strawberry.ID(found.id),
            device=found.device,
            acted_by_id=strawberry.ID(found.acted_by_id) if found.acted_by_id else None,
            begun_at=found.begun_at,
            used_at=found.used_at,
            expires_at=found.expires_at,
        )


@strawberry.type
class Query:
    @strawberry.field(description="Your sessions that go on, the newest first; 100 at the most.")
    async def sessions(self, info: Info[Request]) -> list[SessionInfo] | None:
        async with info.context.begin() as work:
            found = await queries.open_sessions(work.session, model.STAFF, work.actor.id)
        return [SessionInfo.of(it) for it in found]


@strawberry.type
class Mutation:
    sign_in = door(
        "SignIn",
        STAFF.sign_in,
        f"Sign in with a password, and a code where there is a second factor. {NO_SIGN_IN}",
        *(EMAIL, PASSWORD, TENANT),
        Part("code", str | None, "What the authenticator shows now, or a recovery code."),
        DEVICE,
        gives=TOKENS,
        publishes=[StaffUserSignedIn, StaffUserLocked],
    )
    refresh_session = door(
        "RefreshSession",
        STAFF.refresh,
        "Get new tokens for a refresh token, which serves once: used again, it ends the session."
        f" {NO_SIGN_IN}",
        REFRESH,
        gives=TOKENS,
        publishes=[StaffUserSessionEnded],
    )
    sign_out = door(
        "SignOut",
        STAFF.sign_out,
        f"End a session. {NO_SIGN_IN}",
        REFRESH,
        publishes=[StaffUserSessionEnded],
    )
    accept_invitation = door(
        "AcceptInvitation",
        STAFF.take_link,
        f"Choose a password by the link of an invitation, and sign in. {NO_SIGN_IN}",
        *(LINK, CHOSEN),
        gives=TOKENS,
        publishes=[StaffUserPasswordChanged, StaffUserSignedIn],
    )
    request_password_reset = door(
        "RequestPasswordReset",
        STAFF.ask_reset,
        "Have a link sent by which to choose another password, if somebody has this address; the"
        f" answer is the same if not. {NO_SIGN_IN}",
        *(EMAIL, TENANT),
        publishes=[SignInLinkAsked],
    )
    reset_password = door(
        "ResetPassword",
        STAFF.take_link,
        f"Choose another password by a link, and sign in. All sessions are over. {NO_SIGN_IN}",
        *(LINK, CHOSEN),
        gives=TOKENS,
        publishes=[StaffUserPasswordChanged, StaffUserSignedIn, StaffUserSessionEnded],
    )
    exchange_token = door(
        "ExchangeToken",
        exchange,
        "Sign in with the token of an OpenID provider that the operator trusts, as the staff user"
        f" of its verified address. {NO_SIGN_IN}",
        Part("token", str, "What the provider gave you: an ID token, or an access token."),
        gives=TOKENS,
        publishes=[StaffUserSignedIn],
    )
    act_as = door(
        "ActAs",
        act_as,
        told("Get a token of somebody else, for some minutes, for support.", acting.act_as),
        Part("staffUserId", strawberry.ID, "As whom."),
        Part("reason", str, "Why: they see it among their sessions."),
        gives=TOKENS[:2],
    )
    change_password = door(
        "ChangePassword",
        change_password,
        f"Choose another password. All your sessions are over, this one too. {SIGN_IN}",
        *(CURRENT, CHOSEN),
        publishes=published_by(own.change_password),
    )
    enrol_second_factor = door(
        "EnrolSecondFactor",
        enrol,
        f"Begin with a second factor, which counts once it is confirmed. {SIGN_IN}",
        CURRENT,
        gives=[
            Part("secret", str | None, "What to type into an authenticator."),
            Part("address", str | None, "What a picture shows to one: `otpauth://…`."),
        ],
    )
    confirm_second_factor = door(
        "ConfirmSecondFactor",
        confirm,
        f"Show that the second factor works: from now on it is asked for. {SIGN_IN}",
        Part("code", str, "What the authenticator shows now."),
        gives=[
            Part("recoveryCodes", list[str] | None, "Each serves once instead; told only now."),
        ],
        publishes=published_by(own.confirm),
    )
    remove_second_factor = door(
        "RemoveSecondFactor",
        remove,
        f"Do without a second factor again. {SIGN_IN}",
        CURRENT,
        publishes=published_by(own.remove),
    )
    end_session = door(
        "EndSession",
        end,
        f"End one of your sessions, or all of them. {SIGN_IN}",
        Part("id", strawberry.ID | None, "Which one; all if unsaid."),
        publishes=published_by(own.end),
    )
    update_staff_user = update(
        StaffUser,
        staff.update,
        "Change a staff user; of one who works here no more, sessions end.",
    )
    upsert_staff_users = upsert(
        StaffUser, staff_commands.create, staff.update, history=IMPORT_HISTORY
    )
    set_staff_user_password = verb(
        StaffUser,
        staff.set_password,
        "Give a staff user a new password.",
        name="SetStaffUserPassword",
    )
    invite_staff_user = verb(
        StaffUser, staff.invite, "Send a staff user a link by which to choose a password."
    )
    deactivate_staff_user = verb(
        StaffUser,
        staff.deactivate,
        "Let a staff user in nowhere any more: their sessions end. Whoever still answers for"
        " records is told by `staffUserResponsibilities`, and refused unless `leaveRecords`.",
        responsibilities=staff_queries.responsibilities,
    )
    unlock_staff_user = verb(
        StaffUser, staff.unlock, "Let a staff user try again who tried too often to sign in."
    )
    sign_out_staff_user = verb(
        StaffUser, staff.sign_out, "End the sessions of a staff user, or one of them."
    )
