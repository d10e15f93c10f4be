"""Scoping: which rows a permission reaches, said in SQL, and of a record at hand with its ground.

| scope | reaches what |
|---|---|
| own | the actor answers for |
| team | that, and what a team of the actor's answers for |
| unit | that, and what people of the actor's unit, or of one below it, answer for |
| territory | that, and what lies in a territory that the actor works, or in one below it |
| all | there is |

All but the last reach also what is shared, for the act at hand, with the actor or its team.
A guest of the portal has no scope: it sees what the portal shows of its party, and no more.
"""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    column,
    false,
    func,
    null,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.orm import aliased

from services.chassis.actor import Actor, Portal
from services.chassis.conditions import among
from services.chassis.indexing import OWNERSHIP
from services.chassis.permissions import Permission, Scope, SharePermission, resource_of

SHARES = table("record_share", *(column(it, Text) for it in ("record_id", "principal_id")))
"""The table of shares, as far as a scope asks it: its entity is built upon what asks here."""
TICKS = {
    SharePermission.EDIT: "can_edit",
    SharePermission.DELETE: "can_delete",
    SharePermission.SHARE: "can_share",
}
"""The columns that say what a share is for; to view is what each is for."""


class AccessGround(enum.Enum):
    """Why a permission reaches a record."""

    ALL = "ALL"
    OWNER = "OWNER"
    TEAM = "TEAM"
    UNIT = "UNIT"
    TERRITORY = "TERRITORY"
    SHARE = "SHARE"


GROUNDS = {
    Scope.OWN: AccessGround.OWNER,
    Scope.TEAM: AccessGround.TEAM,
    Scope.UNIT: AccessGround.UNIT,
    Scope.TERRITORY: AccessGround.TERRITORY,
}
"""By what each scope reaches a record that those before it do not."""


class Share(Protocol):
    """That a record is shared with somebody."""

    @property
    def principal_id(self) -> str: ...

    @property
    def acts(self) -> frozenset[SharePermission]: ...


@dataclass(frozen=True, slots=True)
class Need:
    """A permission that must reach a record: for what act, and as far as it was granted."""

    permission: Permission
    act: SharePermission | None
    scope: Scope


@dataclass(frozen=True, slots=True)
class Step:
    """Of one need, why it is met, and by what: an owner, a team, a territory, a share's holder."""

    need: Need
    ground: AccessGround | None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """By which column it is known in which territory a row lies.

    It names the territory, or a row of another table, `of`, that has a `territory_id`.
    """

    by: str
    of: type[Any] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """Which rows of a table the portal shows, of those in use: a party's own, by a column.

    Without a column they are everybody's; those of a part are shown with its whole. `but` names a
    column and the value of it by which a row is not for the party yet.
    """

    by: str | None = None
    but: tuple[str, Any] | None = None


def shown(entity: Any, portal: Portal | None) -> ColumnElement[bool]:
    """Say which rows of a table a guest of the portal sees; of what is not declared, none."""
    said: Shown | None = entity.__portal__
    if said is None or portal is None:
        return false()
    if said.by is None:
        return true()
    found = [getattr(entity, said.by) == portal.party, entity.archived_at.is_(None)]
    if said.but is not None:
        column, value = said.but
        found.append(getattr(entity, column) != value)
    return and_(*found)


def is_shown(record: Any, portal: Portal | None) -> bool:
    """Say of a record at hand what `shown` says of rows."""
    said: Shown | None = record.__portal__
    if said is None or portal is None:
        return False
    if said.by is None:
        return True
    is_theirs = getattr(record, said.by) == portal.party and record.archived_at is None
    return is_theirs and (said.but is None or getattr(record, said.but[0]) != said.but[1])


def needs(entity: Any, actor: Actor) -> tuple[Need, ...]:
    """Say what must reach a record of a table for the actor to reach it.

    That is the permission to read there, and the one by which it acts, if that is about these
    records. Where it may not read at all, a command still sees what it refers to.
    """
    read: Permission | None = entity.__read_by__
    if read is None or not entity.__scoped__:
        return ()
    found = [Need(read, SharePermission.VIEW, actor.reach(read))] if actor.may(read) else []
    by = actor.doing
    if by and by != read and resource_of(by) in resources(entity) and actor.may(by):
        found.append(Need(by, actor.act, actor.reach(by)))
    return tuple(found)


def within(entity: Any, actor: Actor) -> ColumnElement[bool]:
    """Say which rows of a table the actor reaches by the permission that it acts by."""
    if actor.is_guest:
        return shown(entity, actor.portal)
    needed = needs(entity, actor)
    if len(needed) > 1 and needed[1].scope <= needed[0].scope:
        needed = needed[1:]  # what the deed reaches may be read: also by a share, which all view
    said = [_reached(entity, actor, it) for it in needed if it.scope is not Scope.ALL]
    return and_(*said) if said else true()


def ways(entity: Any, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Part what the actor reaches into what an index has in a list's order, and what is shared.

    Together they are all of it, no row is in both, and none is where no parting helps. They widen
    nothing: a list asks `within` beside them.
    """
    is_own = any(it.scope is Scope.OWN for it in needs(entity, actor))
    if not (is_own and entity.__shared__ and actor.is_shared_with):
        return ()
    others = entity.owner_id.is_distinct_from(actor.id)
    return entity.owner_id == actor.id, and_(others, shared_with(entity, actor))


def decided(
    record: Any, actor: Actor, shares: Sequence[Share] = (), *, territory: str | None = None
) -> tuple[Step, ...]:
    """Say of a record at hand, and of what is shared of it, what `within` says of its row.

    `territory` is where it lies, if it does not say so itself.
    """
    said: Located | None = record.__territory__
    if said is not None and said.of is None:
        territory = getattr(record, said.by)
    known = _Known(record.owner_id, record.team_id, territory, shares if record.__shared__ else ())
    return tuple(_step(it, known, actor) for it in needs(type(record), actor))


def holds(
    record: Any, actor: Actor, shares: Sequence[Share] = (), *, territory: str | None = None
) -> bool:
    """Say whether the actor reaches a record at hand, by the permission that it acts by."""
    if actor.is_guest:
        return is_shown(record, actor.portal)
    return all(it.ground for it in decided(record, actor, shares, territory=territory))


def lies_within(
    record: Any, actor: Actor, shares: Sequence[Share] = ()
) -> Select[tuple[str]] | None:
    """Ask for a row by which the actor reaches a record at hand that it reaches by nothing else.

    That is the row of another table that says in which territory it lies; None, where no such row
    would do.
    """
    said: Located | None = record.__territory__
    if said is None or said.of is None or not actor.territories:
        return None
    if not holds(record, actor, shares, territory=actor.territories[0]):
        return None
    there = said.of.id == getattr(record, said.by)
    return select(said.of.id).where(there, among(said.of.territory_id, actor.territories))


def territory_of(entity: Any) -> ColumnElement[Any]:
    """Say in which territory a row of a table lies."""
    said: Located | None = entity.__territory__
    if said is None:
        return null()
    own: ColumnElement[Any] = getattr(entity, said.by)
    if said.of is None:
        return own
    other: Any = aliased(said.of)
    return select(other.territory_id).where(other.id == own).scalar_subquery()


def deciding(entity: Any) -> tuple[str, ...]:
    """Name the columns that decide who reaches a record; setting one gives it to somebody."""
    said: Located | None = entity.__territory__
    return (*OWNERSHIP, *((said.by,) if said else ()))


def resources(entity: Any) -> frozenset[str]:
    """Name what a permission is about if it is about these records."""
    return frozenset({resource_of(entity.__read_by__), entity.__tablename__})


def shared_with(
    entity: Any, actor: Actor, act: SharePermission = SharePermission.VIEW
) -> ColumnElement[bool]:
    """Say which rows are shared with an actor or a team of its, for an act.

    Their ids are found once for a statement, by an index, and are then looked up by another one:
    beside an OR no join could do that.
    """
    found = select(SHARES.c.record_id).where(among(SHARES.c.principal_id, actor.principals))
    if act in TICKS:
        found = found.where(column(TICKS[act]))
    ids = func.array(found.scalar_subquery(), type_=ARRAY(Text))
    shared: ColumnElement[bool] = entity.id == any_(ids)
    return shared


def _reached(entity: Any, actor: Actor, need: Need) -> ColumnElement[bool]:
    if need.scope is Scope.OWN:
        ways = [entity.owner_id == actor.id]
    else:
        owners = (actor.id, *(actor.colleagues if need.scope >= Scope.UNIT else ()))
        ways = [among(entity.owner_id, owners), among(entity.team_id, actor.teams)]
    if need.scope is Scope.TERRITORY and entity.__territory__ and actor.territories:
        ways.append(_located(entity, actor))
    if entity.__shared__ and actor.is_shared_with and need.act:
        ways.append(shared_with(entity, actor, need.act))
    return or_(*ways)


def _located(entity: Any, actor: Actor) -> ColumnElement[bool]:
    """Say which rows lie in a territory of the actor's.

    Where another table says it, its rows are found once for a statement, by an index, and hashed.
    """
    said: Located = entity.__territory__
    own = getattr(entity, said.by)
    if said.of is None:
        return among(own, actor.territories)
    other: Any = aliased(said.of)
    found: ColumnElement[bool] = own.in_(
        select(other.id).where(among(other.territory_id, actor.territories))
    )
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What decides who reaches a record at hand."""

    owner: str | None
    team: str | None
    territory: str | None
    shares: Sequence[Share]


def _step(need: Need, known: _Known, actor: Actor) -> Step:
    if need.scope is Scope.ALL:
        return Step(need, AccessGround.ALL)
    by = known.owner, known.team, known.owner, known.territory
    mine: Sequence[Collection[str]] = (
        *((actor.id,), actor.teams),
        *(actor.colleagues, actor.territories),
    )
    for scope, it, reached in zip(GROUNDS, by, mine, strict=True):
        if need.scope >= scope and it in reached:
            return Step(need, GROUNDS[scope], it)
    given = [it.principal_id for it in known.shares if need.act in it.acts]
    with_whom = next((it for it in actor.principals if it in given), None)
    return Step(need, AccessGround.SHARE if with_whom else None, with_whom)
