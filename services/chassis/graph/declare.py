"""Declaring record types: what a slice's `graph.py` says, and the reads that follow from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLResolveInfo

from services.chassis.actor import Actor
from services.chassis.graph.making import Part, extend, extend_by, list_of, made_field
from services.chassis.graph.plan import Only, PagePlan, planned, planned_page
from services.chassis.graph.read import related
from services.chassis.graph.request import Request
from services.chassis.graph.selection import selected_by
from services.chassis.graph.shapes import (
    Bound,
    Many,
    Shape,
    bound,
    bound_later,
    bound_stub,
    shape_of,
)
from services.chassis.graph.sorting import order_input
from services.chassis.graph.types import Connection, Record
from services.chassis.graph.where import relation_part, where_input
from services.chassis.reading import Reading

T = TypeVar("T")
Info = GraphQLResolveInfo[Any]


def record(reading: Reading, description: str) -> Callable[[type[T]], type[T]]:
    """Declare a root record: an entity of the federation, bound by name to its table."""

    def declared(cls: type[T]) -> type[T]:
        shape = bound(cls, reading)
        _give_fields(cls, shape)
        cls.__shape__ = shape  # type: ignore[attr-defined]  # read by shape_of
        return strawberry.federation.type(cls, keys=["id"], description=description)

    return declared


def recorded(
    name: str, reading: Reading, fields: Mapping[str, tuple[Any, Any]], description: str
) -> Any:
    """Declare a root record whose name the service gives; its fields are types and markers."""
    body = {it: marker for it, (_kind, marker) in fields.items()}
    annotations = {it: kind for it, (kind, _marker) in fields.items()}
    made = type(name, (Record,), {**body, "__annotations__": annotations})
    return record(reading, description)(made)


def stub(description: str) -> Callable[[type[T]], type[T]]:
    """Declare another service's record: its key, to which slices `relate` what they store."""

    def declared(cls: type[T]) -> type[T]:
        cls.__shape__ = bound_stub(cls)  # type: ignore[attr-defined]  # read by shape_of
        return strawberry.federation.type(cls, keys=["id"], description=description)

    return declared


def relate(cls: type, **relations: Any) -> None:
    """Add to a record or a stub the relations that this slice stores: `orders=many(…)`.

    So the arrow runs from the slice that stores a relation to the one that it points to, never
    back, and no two slices form a circle.
    """
    shape = shape_of(cls)
    for name, marker in relations.items():
        kept = vars(cls).get("__where__")
        found = bound_later(shape, name, marker)
        extend_by(cls, name, _field(found))
        if kept is not None:  # one that is made from here on knows this relation itself
            extend(kept, [relation_part(found)])


def one(cls: type[T], description: str) -> T | None:
    """Make the root field that gives one record by its id, or null."""
    shape = shape_of(cls)
    arguments = [Part("id", strawberry.ID, "Its id.")]
    field: T | None = made_field(cls | None, description, arguments, One(shape))
    return field


def sole(cls: type[T], description: str) -> T | None:
    """Make the root field that gives the one record of this type that a tenant has."""
    field: T | None = made_field(cls | None, description, [], Sole(shape_of(cls)))
    return field


def own(cls: type[T], description: str, *, id_of: Callable[[Actor], str | None]) -> T | None:
    """Make the field that gives the record which the caller is, or is of; null for others."""
    field: T | None = made_field(cls | None, description, [], Own(shape_of(cls), id_of))
    return field


def connection(
    cls: type[T], description: str, *, only: Only | None = None
) -> Connection[T] | None:
    """Make the root field that lists records; null where this service does not answer.

    `only` says of which it is, where it is not of all that one may see.
    """
    shape = shape_of(cls)
    field: Connection[T] | None = made_field(
        page_of(cls), description, page_arguments(shape), Listed(shape, only)
    )
    return field


def page_of(cls: Any) -> Any:
    """Write the annotation of a page; it is null where it cannot be had."""
    return Connection[cls] | None


def page_arguments(shape: Shape) -> list[Part]:
    return [
        Part("where", where_input(shape) | None, "Which records to take."),
        Part("orderBy", list_of(order_input(shape)) | None, "In which order; by id if unsaid."),
        Part("first", int | None, "How many from the beginning: 25 if unsaid, 200 at the most."),
        Part("after", str | None, "Begin after this cursor."),
        Part("last", int | None, "How many from the end, 200 at the most."),
        Part("before", str | None, "End before this cursor."),
    ]


@dataclass(frozen=True)
class One:
    """Answers with one record by id."""

    shape: Shape

    async def __call__(self, _source: Any, info: Info, id: str) -> Any:
        request: Request = info.context
        plan = planned(request.shapes, self.shape, selected_by(info).selections())
        async with request.reader() as reader:
            return (await reader.by_ids(plan, [id])).get(id)


@dataclass(frozen=True)
class Own:
    """Answers with a record that the caller is, or is of."""

    shape: Shape
    id_of: Callable[[Actor], str | None]

    async def __call__(self, source: Any, info: Info) -> Any:
        request: Request = info.context
        id = self.id_of(request.actor)
        return None if id is None else await One(self.shape)(source, info, id)


@dataclass(frozen=True)
class Sole:
    """Answers with the one record that there is."""

    shape: Shape

    async def __call__(self, _source: Any, info: Info) -> Any:
        request: Request = info.context
        plan = planned(request.shapes, self.shape, selected_by(info).selections())
        async with request.reader() as reader:
            found = await reader.page(PagePlan(plan, {"first": 1}))
        return next(iter(found.nodes), None)


@dataclass(frozen=True)
class Listed:
    """Answers with a page of a list."""

    shape: Shape
    only: Only | None = None

    async def __call__(self, _source: Any, info: Info, **_arguments: Any) -> Any:
        request: Request = info.context
        asked = planned_page(request.shapes, self.shape, selected_by(info))
        asked.only = self.only
        async with request.reader() as reader:
            return await reader.page(asked)


class Related:
    """Answers with a related page, which the plan has read already."""

    kept_under = staticmethod(related)

    def __call__(self, source: Any, info: Info, **_arguments: Any) -> Any:
        found = source.__dict__[self.kept_under(str(info.path.key))]
        if isinstance(found, Exception):
            raise found
        return found


def _give_fields(cls: type, shape: Shape) -> None:
    for name in [it for it, marker in vars(cls).items() if type(marker).__name__ == "Marker"]:
        found = next(it for it in shape.fields.values() if it.name == name)
        setattr(cls, name, _field(found))


def _field(found: Bound) -> Any:
    if isinstance(found, Many):
        target = shape_of(found.target)
        made = made_field(
            page_of(found.target), found.description, page_arguments(target), Related()
        )
        made.deprecation_reason = found.deprecated
        return made
    return strawberry.field(description=found.description, deprecation_reason=found.deprecated)
