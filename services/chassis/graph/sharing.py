"""Sharing in the graph: with whom a record is shared, what was chosen, and the deeds of both."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

import strawberry
from pydantic.alias_generators import to_snake
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import shares, ticking
from services.chassis.actor import Actor
from services.chassis.graph.beside import Kept, kept
from services.chassis.graph.declare import Info, connection
from services.chassis.graph.making import Part, described, extend_by, made_field
from services.chassis.graph.mutate import verb
from services.chassis.graph.plan import Plan
from services.chassis.graph.request import Request
from services.chassis.graph.selection import Selected
from services.chassis.graph.shapes import Shape, shape_of
from services.chassis.permissions import SharePermission, permission_of
from services.chassis.scoping import shared_with
from services.chassis.sharing import Sharing

described(
    SharePermission,
    "What a share lets somebody do with one record, if a role of theirs grants it for any.",
    VIEW="See it.",
    EDIT="Change it.",
    DELETE="Put it away, bring it back, remove it.",
    SHARE="Share it with others.",
)


OPENING = (
    "Begin to choose with whom to share it, from what is shared by now. The draft is yours alone,"
    " and forgotten after a day."
)
CHANGING = "Choose what these may do once your draft is applied; nothing, to end their share."
TOGGLING = "Choose everything for these in your draft; if all of it is chosen, nothing."
APPLYING = "Share as your draft says, and end it; what others have shared since stays."


@strawberry.federation.type(shareable=True, description="What somebody may do with a record.")
class RecordShare:
    principal_id: strawberry.ID = strawberry.field(
        description="With whom it is shared: a staff user or a team."
    )
    permissions: list[SharePermission] = strawberry.field(description="What they may do.")
    given_by_id: strawberry.ID = strawberry.field(description="Who shared it so, last.")
    given_at: datetime = strawberry.field(description="When that was.")


@strawberry.federation.type(
    shareable=True, description="What is ticked for somebody in a draft of shares."
)
class ShareTicks:
    principal_id: strawberry.ID = strawberry.field(description="A staff user or a team.")
    permissions: list[SharePermission] = strawberry.field(
        description="What they may do once it is applied."
    )


@strawberry.federation.type(
    shareable=True,
    description="With whom you have chosen to share a record; nothing of it counts until applied.",
)
class ShareDraft:
    opened_at: datetime = strawberry.field(description="When you opened it.")
    stored: list[ShareTicks] = strawberry.field(
        description="What was shared then: to this it is reset."
    )
    chosen: list[ShareTicks] = strawberry.field(description="What you have chosen since.")


@dataclass(frozen=True)
class Shares:
    """The shares of all records of a page."""

    key: str

    @staticmethod
    def of(asked: Selected) -> "Shares":
        return Shares(asked.key)

    async def read(
        self, connection: AsyncConnection, actor: Actor, records: Sequence[Any]
    ) -> None:
        found = await shares.of_records(connection, [it.id for it in records])
        for it in records:
            it.__dict__[kept(self.key)] = [_told(share) for share in found[it.id]]


@dataclass(frozen=True)
class Draft:
    """What whoever asks has chosen to share of the records of a page."""

    key: str

    @staticmethod
    def of(asked: Selected) -> "Draft":
        return Draft(asked.key)

    async def read(
        self, connection: AsyncConnection, actor: Actor, records: Sequence[Any]
    ) -> None:
        found = await shares.drafts(connection, actor.id, [it.id for it in records])
        for it in records:
            draft = found.get(it.id)
            it.__dict__[kept(self.key)] = None if draft is None else _drafted(draft)


@dataclass(frozen=True)
class OfOne:
    """Answers with what stands beside one record, if whoever asks may see that."""

    shape: Shape
    kind: type[Shares | Draft]

    async def __call__(self, _source: Any, info: Info, id: str) -> Any:
        request: Request = info.context
        plan = Plan(self.shape, beside=[self.kind("")])
        async with request.reader() as reader:
            found = (await reader.by_ids(plan, [id])).get(id)
        return None if found is None else found.__dict__[kept("")]


def mine(entity: Any, actor: Actor) -> ColumnElement[bool]:
    """Say which rows whoever asks answers for."""
    owned: ColumnElement[bool] = entity.owner_id == actor.id
    return owned


def shared_with_me(entity: Any, actor: Actor) -> ColumnElement[bool]:
    """Say which rows are shared with whoever asks, or with a team of theirs."""
    return shared_with(entity, actor)


def share(cls: type, commands: Sharing, query: type, mutation: type, *, plural: str) -> None:
    """Let single records of a type be shared: the fields that say so, and the deeds."""
    shape = shape_of(cls)
    shape.deeds["share"] = permission_of(commands.share)
    shape.beside |= {"shares": Shares.of, "shareDraft": Draft.of}
    parts: tuple[tuple[str, Any, type[Shares | Draft], str], ...] = (
        (
            "shares",
            list[RecordShare],
            Shares,
            "With whom it is shared, and for what.",
        ),
        ("share_draft", ShareDraft | None, Draft, "What you have chosen to share, if you have."),
    )
    one = [Part("id", strawberry.ID, "Its id.")]
    for name, kind, behaviour, description in parts:
        extend_by(cls, name, made_field(kind, description, [], Kept()))
        said = f"Of one {shape.name}: {description[:1].lower()}{description[1:]}"
        root = made_field(kind | None, said, one, OfOne(shape, behaviour))
        extend_by(query, f"{to_snake(shape.name)}_{name}", root)
    listed = f"The {plural} that are shared with you, or with a team of yours."
    extend_by(query, f"{plural}_shared_with_me", connection(cls, listed, only=shared_with_me))
    for name, made in _deeds(cls, commands).items():
        extend_by(mutation, to_snake(name), made)


def _deeds(cls: type, commands: Sharing) -> Mapping[str, Any]:
    name = shape_of(cls).name
    said = {
        f"share{name}": f"Let people and teams do this with one {name}, and no more than this.",
        f"revoke{name}Shares": f"Share a {name} with these no longer; it ends at once.",
        f"open{name}ShareDraft": OPENING,
        f"change{name}ShareDraft": CHANGING,
        f"toggle{name}ShareDraft": TOGGLING,
        f"reset{name}ShareDraft": "Bring your draft back to what was shared when you opened it.",
        f"apply{name}ShareDraft": APPLYING,
    }
    return {
        it: verb(cls, command, description, name=f"{it[0].upper()}{it[1:]}")
        for (it, description), command in zip(said.items(), astuple(commands), strict=True)
    }


def _told(share: shares.RecordShare) -> RecordShare:
    return RecordShare(
        principal_id=strawberry.ID(share.principal_id),
        permissions=_ordered(share.acts),
        given_by_id=strawberry.ID(share.given_by_id),
        given_at=share.given_at,
    )


def _drafted(draft: shares.ShareDraft) -> ShareDraft:
    stored, chosen = map(ticking.read_ticks, (draft.stored, draft.chosen))
    return ShareDraft(opened_at=draft.opened_at, stored=_ticks(stored), chosen=_ticks(chosen))


def _ticks(ticks: ticking.Ticks) -> list[ShareTicks]:
    return [
        ShareTicks(principal_id=strawberry.ID(it), permissions=_ordered(acts))
        for it, acts in sorted(ticks.items())
    ]


def _ordered(acts: frozenset[SharePermission]) -> list[SharePermission]:
    return [it for it in SharePermission if it in acts]
