"""Scoping: which rows a permission reaches, said in SQL, and of a record at hand.

| scope | reaches what |
|---|---|
| own | the actor answers for |
| team | that, and what a team of the actor's answers for |
| unit | that, and what people of the actor's unit, or of one below it, answer for |
| all | there is |
"""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, any_, bindparam, or_, true

from services.chassis.actor import Actor
from services.chassis.permissions import Permission, Scope, resource_of


def within(entity: Any, actor: Actor) -> ColumnElement[bool]:
    """Say which rows of a table the actor reaches by the permission that it acts by."""
    scope = reach(entity, actor)
    if scope is Scope.ALL:
        return true()
    if scope is Scope.OWN:
        own: ColumnElement[bool] = entity.owner_id == actor.id
        return own
    owners = (actor.id, *(actor.colleagues if scope is Scope.UNIT else ()))
    return or_(_among(entity.owner_id, owners), _among(entity.team_id, actor.teams))


def holds(record: Any, actor: Actor) -> bool:
    """Say of a record at hand what `within` says of its row."""
    scope = reach(type(record), actor)
    if scope is Scope.ALL or record.owner_id == actor.id:
        return True
    by_team = scope >= Scope.TEAM and record.team_id in actor.teams
    return by_team or (scope is Scope.UNIT and record.owner_id in actor.colleagues)


def reach(entity: Any, actor: Actor) -> Scope:
    """Say how far the actor reaches into a table.

    Not farther than it may read there, nor than the permission by which it acts, if that one is
    about these records. Where it may not read at all, a command still sees what it refers to.
    """
    read: Permission | None = entity.__read_by__
    if read is None or not entity.__scoped__:
        return Scope.ALL
    about = resources(entity)
    by = [actor.doing] if actor.doing and resource_of(actor.doing) in about else []
    return actor.reach([read, *by])


def resources(entity: Any) -> frozenset[str]:
    """Name what a permission is about if it is about these records."""
    return frozenset({resource_of(entity.__read_by__), entity.__tablename__})


def _among(column: Any, ids: tuple[str, ...]) -> ColumnElement[bool]:
    # an array is one parameter: a statement is then planned once, however many there are
    among: ColumnElement[bool] = column == any_(bindparam(None, list(ids), ARRAY(Text)))
    return among
