"""What can be asked of a list: one `where` input for each shape."""

import enum
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import strawberry
from pydantic.alias_generators import to_camel

from services.chassis.graph.making import Part, described, extend, list_of, made_input
from services.chassis.graph.operators import where_of
from services.chassis.graph.shapes import Bound, Column, Many, Reference, Shape, shape_of
from services.chassis.graph.sorting import sort_name


class Archived(enum.Enum):
    EXCLUDE = "EXCLUDE"
    INCLUDE = "INCLUDE"
    ONLY = "ONLY"


described(
    Archived,
    "What a list does with records that were put away.",
    EXCLUDE="Leave them out.",
    INCLUDE="Show them with the others.",
    ONLY="Show only them: the trash.",
)

EXTERNAL_REF_WHERE = made_input(
    "ExternalRefWhere",
    [
        Part("source", str, "The other system's name."),
        Part("in", list[str], "The ids that it uses."),
    ],
    "By what ids another system knows the records.",
)


def where_input(shape: Shape) -> Any:
    """Make a shape's filter input; made once, it is kept on the shape's class."""
    kept = vars(shape.cls).get("__where__")
    if kept is not None:
        return kept
    description = f"Which of the {shape.name} records to take.{_served(shape)}"
    made: Any = made_input(f"{shape.name}Where", [], description)
    shape.cls.__where__ = made  # type: ignore[attr-defined]  # kept where it belongs
    parts = [
        Part("and", list_of(made) | None, "All of these hold."),
        Part("or", list_of(made) | None, "At least one of these holds."),
        Part("not", made | None, "This does not hold."),
        Part("archived", Archived | None, "What to do with what was put away."),
        Part("externalRef", EXTERNAL_REF_WHERE | None, "By what ids another system knows them."),
    ]
    own = (
        replace(part, deprecated=it.deprecated)
        for it in shape.fields.values()
        for part in _parts(it)
    )
    extend(made, [*parts, *own])
    return made


def _served(shape: Shape) -> str:
    """Say which filters and sorts stay quick however many records there are."""
    lists = shape.reading.lists if shape.reading else ()
    said = [f"{' and '.join(map(to_camel, it[:-1]))} by {sort_name(it[-1])}" for it in lists]
    return f" Equal to one value and sorted, an index serves: {', '.join(said)}." if said else ""


def relation_part(found: Many) -> Part:
    """Make the condition on a relation: some, none, every, count."""
    kind = _to_many(shape_of(found.target)) | None
    return Part(found.public, kind, found.description, deprecated=found.deprecated)


def _parts(found: Bound) -> Iterator[Part]:
    if isinstance(found, Column) and not found.is_list:
        kind = strawberry.ID if found.name == "id" else found.kind
        yield Part(found.public, where_of(kind) | None, found.description or found.public)
    elif isinstance(found, Reference):
        yield Part(found.input_name, where_of(strawberry.ID) | None, found.description)
        if found.target is not None:
            nested = where_input(shape_of(found.target))
            yield Part(found.public, nested | None, found.description)
    elif isinstance(found, Many):
        yield relation_part(found)


def _to_many(target: Shape) -> Any:
    kept = vars(target.cls).get("__many__")
    if kept is None:
        inner = where_input(target) | None
        kept = made_input(
            f"{target.name}ManyWhere",
            [
                Part("some", inner, "At least one of them is so."),
                Part("none", inner, "None of them is so."),
                Part("every", inner, "All of them are so, or there are none."),
                Part("count", where_of(int) | None, "How many there are; not those put away."),
            ],
            f"What the related {target.name} records must be.",
        )
        target.cls.__many__ = kept  # type: ignore[attr-defined]  # kept where it belongs
    return kept
