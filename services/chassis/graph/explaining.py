"""Explaining: why somebody may do something with a record, or may not, as the doors decide it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import scoping, shares
from services.chassis.actor import Actor
from services.chassis.database import Entity
from services.chassis.graph.abilities import ACTS, RecordAction, permission_for
from services.chassis.graph.declare import Info
from services.chassis.graph.making import Part, described, made_field
from services.chassis.graph.plan import Plan
from services.chassis.graph.request import Request
from services.chassis.graph.shapes import Shape
from services.chassis.indexing import OWNERSHIP
from services.chassis.permissions import Permission, Scope, admit
from services.chassis.refusals import Invalid
from services.chassis.scoping import AccessGround, Need, Step, decided

described(
    Scope,
    "How far a permission reaches; each includes those before it.",
    OWN="What whoever has the role answers for.",
    TEAM="That, and what a team of theirs answers for.",
    UNIT="That, and what people of their organisation unit, or of one below it, answer for.",
    TERRITORY="That, and what is in a territory that they work, or in one below it.",
    ALL="All that there is.",
)
described(
    AccessGround,
    "Why a permission reaches a record.",
    ALL="It reaches all that there is.",
    OWNER="They answer for it.",
    TEAM="A team of theirs answers for it.",
    UNIT="Somebody of their organisation unit, or of one below it, answers for it.",
    TERRITORY="It is in a territory that they work, or in one below it.",
    SHARE="It is shared with them, or with a team of theirs.",
)
WHY: Mapping[AccessGround | None, str] = {
    AccessGround.ALL: "it is granted for all that there is",
    AccessGround.OWNER: "they answer for this record",
    AccessGround.TEAM: "a team of theirs answers for this record",
    AccessGround.UNIT: "somebody of their unit, or of one below it, answers for this record",
    AccessGround.TERRITORY: "this record is in a territory that they work, or in one below it",
    AccessGround.SHARE: "this record is shared with them, or with a team of theirs",
}


@strawberry.federation.type(
    shareable=True, description="One permission that something needs, and whether it is enough."
)
class AccessStep:
    permission: str = strawberry.field(description="Its name: `sales:order:edit`.")
    role: str | None = strawberry.field(
        description="The role that grants it farthest: its id, or a standard role's name."
    )
    scope: Scope | None = strawberry.field(description="How far it is granted.")
    ground: AccessGround | None = strawberry.field(
        description="Why it reaches this record; null if it does not."
    )
    principal_id: strawberry.ID | None = strawberry.field(
        description="The owner, the team, the territory, or with whom it is shared: by what it"
        " reaches it."
    )
    why: str = strawberry.field(description="The same in words, or what was lacking.")


@strawberry.federation.type(
    shareable=True, description="Why somebody may do something with a record, or may not."
)
class AccessExplanation:
    allowed: bool = strawberry.field(description="Whether they may.")
    steps: list[AccessStep] = strawberry.field(
        description="What it needs, all of it; none where nobody can do that with such records."
    )


def explaining(service: str, permission: Permission) -> type:
    """Make the root field that explains one decision about a record of this service."""
    arguments = [
        Part("principalId", strawberry.ID, "Of whom to tell: a staff user."),
        Part("recordId", strawberry.ID, "Which record, of any type of this service."),
        Part("action", RecordAction, "What they would do with it."),
    ]
    made = made_field(
        AccessExplanation | None,
        f"Why somebody may do something with a record of {service}, or may not. Null where you do"
        f" not see the record. Of others than yourself it needs `{permission}`.",
        arguments,
        Explaining(permission),
    )
    return strawberry.type(type("Query", (), {f"{service}_access_explanation": made}))


@dataclass(frozen=True)
class Explaining:
    """Answers with the path of one decision."""

    permission: Permission

    async def __call__(
        self, _source: Any, info: Info, action: RecordAction, **given: str
    ) -> AccessExplanation | None:
        request: Request = info.context
        principal, id = given["principalId"], given["recordId"]
        if principal != request.actor.id or request.actor.is_guest:
            admit(request.actor, self.permission)
        shape = _shape_of(request.shapes, id)
        if shape is None:
            return None
        async with request.reader() as reader:
            if not await reader.by_ids(Plan(shape), [id]):
                return None
            found = await _whole(reader.connection, shape.entity, id)
        return explained(shape, action, await request.known(principal), found)


@dataclass(frozen=True)
class Found:
    """A record that is explained: who answers for it, where it lies, with whom it is shared."""

    record: Any
    territory: str | None
    shares: Sequence[shares.RecordShare]


def _shape_of(shapes: Mapping[str, Shape], id: str) -> Shape | None:
    prefix = id.rpartition("_")[0]
    records = (it for it in shapes.values() if it.reading is not None)
    found = next((it for it in records if it.entity.__prefix__ == prefix), None)
    if found and _rule(found.entity) is not _rule(Entity):
        told = f"a {found.name} has a rule of its own, which no role decides"
        raise Invalid(told, path=("recordId",))
    return found


def _rule(entity: Any) -> Any:
    return entity.visible_to.__func__


def explained(
    shape: Shape,
    action: RecordAction,
    actor: Actor,
    found: Found,
) -> AccessExplanation:
    """Decide as the doors do, and say by what."""
    permission = permission_for(action, shape.reading, shape.deeds) if shape.reading else None
    if permission is None:
        return AccessExplanation(allowed=False, steps=[])
    need = Need(permission, ACTS[action], actor.reach(permission))
    if not actor.may(permission):
        return AccessExplanation(allowed=False, steps=[_lacking(need)])
    acting = actor.acting(permission, ACTS[action])
    steps = decided(found.record, acting, found.shares, territory=found.territory)
    if all(it.need.permission != permission for it in steps):  # it is about no single records
        steps = (*steps, Step(replace(need, scope=Scope.ALL), AccessGround.ALL))
    allowed = all(it.ground for it in steps)
    return AccessExplanation(allowed=allowed, steps=[_told(it, actor) for it in steps])


def _told(step: Step, actor: Actor) -> AccessStep:
    short = f"it is granted as far as {step.need.scope.name}, and neither that nor a share reaches"
    return AccessStep(
        permission=step.need.permission,
        role=actor.roles.get(step.need.permission),
        scope=step.need.scope,
        ground=step.ground,
        principal_id=None if step.by is None else strawberry.ID(step.by),
        why=WHY.get(step.ground, f"{short} this record"),
    )


def _lacking(need: Need) -> AccessStep:
    return AccessStep(
        permission=need.permission,
        role=None,
        scope=None,
        ground=None,
        principal_id=None,
        why="no role of theirs grants it",
    )


async def _whole(connection: AsyncConnection, entity: Any, id: str) -> Found:
    """Give what decides who reaches a record, or the whole that it is a part of."""
    while entity.__part_of__ is not None:
        key, whole = entity.__part_of__
        id = await connection.scalar(select(getattr(entity, key)).where(entity.id == id)) or ""
        entity = whole
    asked = select(scoping.territory_of(entity), *(getattr(entity, it) for it in OWNERSHIP))
    territory, *owned = (await connection.execute(asked.where(entity.id == id))).one()
    given = (await shares.of_records(connection, [id]))[id] if entity.__shared__ else ()
    record = entity(id=id, **dict(zip(OWNERSHIP, owned, strict=True)))
    said = entity.__territory__
    if said is not None and said.of is None:
        setattr(record, said.by, territory)
    return Found(record, territory, given)
