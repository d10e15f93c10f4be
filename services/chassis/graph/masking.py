"""Masking: what policies and the portal hide of a record type, at every door to its values."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.chassis.actor import Actor
from services.chassis.graph.shapes import Column, Computed, Shape, reads
from services.chassis.refusals import Forbidden, Path
from services.chassis.sight import CLEAR

NONE: frozenset[str] = frozenset()


def hidden_columns(shape: Shape, actor: Actor) -> frozenset[str]:
    """Give the columns of a record type that this actor may not see; none, for most."""
    unshown = shape.unshown if actor.is_guest and shape.reading else NONE
    named = actor.sight.hidden.get(shape.name)
    if not named:
        return unshown
    return unshown.union(k for it in named if it in shape.fields for k in shape.fields[it].keys)


def sees_all(actor: Actor) -> bool:
    """Say that nothing of any record is hidden from an actor, nor noted that they saw it."""
    return actor.sight is CLEAR and not actor.is_guest


def hidden_among(shape: Shape, actor: Actor, names: Iterable[str]) -> frozenset[str]:
    """Give those of some fields, by their names in the graph, that an actor may not see."""
    hidden = actor.sight.hidden.get(shape.name, NONE)
    if actor.is_guest:
        shown = {it.public for it in shape.fields.values() if it.portal}
        return frozenset(names) - (shown - hidden)
    return hidden.intersection(names)


def hidden_fields(shape: Shape, actor: Actor) -> frozenset[str]:
    """Give the names of the fields that this actor may not see, and of what is made of them."""
    columns = hidden_columns(shape, actor)
    if not columns:
        return NONE
    return frozenset(
        it.name for it in shape.fields.values() if not columns.isdisjoint(reads(shape, it))
    )


def refuse_hidden(shape: Shape, actor: Actor, columns: Iterable[str], path: Path = ()) -> None:
    """Refuse to filter, sort, group or export by what the actor may not see."""
    hidden = hidden_columns(shape, actor)
    if not hidden:
        return
    for column in columns:
        if column in hidden:
            raise Forbidden(f"{shape.name}.{_public(shape, column)} is hidden from you", path=path)


def refuse_input(shape: Shape, actor: Actor, given: Mapping[str, Any]) -> None:
    """Refuse to write what the actor may not see, by the names that inputs have for it."""
    hidden = hidden_columns(shape, actor)
    if not hidden:
        return
    for name in given:
        found = shape.inputs.get(name) or shape.fields.get(name)
        if found is not None and not hidden.isdisjoint(found.keys):
            raise Forbidden(f"{shape.name}.{found.public} is hidden from you", path=(name,))


def may_be_hidden(shape: Shape) -> list[str]:
    """Name the fields that a policy may hide: values that may be empty, and what is made of them.

    What is never null cannot be shown as null.
    """
    return sorted(
        it.public
        for it in shape.fields.values()
        if isinstance(it, Column) and it.name != "archived_at" and _may_be_null(shape, it)
    )


def _may_be_null(shape: Shape, found: Column) -> bool:
    column = getattr(shape.entity, found.keys[0]).property.columns[0]
    made = (it for it in shape.fields.values() if isinstance(it, Computed))
    depending = (it for it in made if not {*found.keys}.isdisjoint(reads(shape, it)))
    return bool(column.nullable) and all(
        "None" in str(shape.cls.__annotations__[it.name]) for it in depending
    )


def _public(shape: Shape, column: str) -> str:
    return next(it.public for it in shape.fields.values() if column in it.keys)
