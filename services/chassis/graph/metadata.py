"""What a frontend needs to build lists and forms: each record type told from its shape."""

import enum
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Union, get_args, get_origin

import strawberry
from pydantic.alias_generators import to_snake
from sqlalchemy import Integer, Numeric

from services.chassis.actor import Actor
from services.chassis.graph.inputs import MAX_INT, is_needed, largest
from services.chassis.graph.making import Part, described, made_field
from services.chassis.graph.masking import hidden_fields
from services.chassis.graph.shapes import Bound, Column, Computed, Many, Reference, Shape
from services.chassis.graph.sorting import sort_names
from services.chassis.graph.types import Money, Record
from services.chassis.graph.where import where_input


class FieldKind(enum.Enum):
    ID = "ID"
    TEXT = "TEXT"
    INTEGER = "INTEGER"
    DECIMAL = "DECIMAL"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    DATE_TIME = "DATE_TIME"
    MONEY = "MONEY"
    CHOICE = "CHOICE"
    REFERENCE = "REFERENCE"
    RELATION = "RELATION"


described(
    FieldKind,
    "What kind of value a field holds, and so what shows or edits it.",
    ID="The id of the record itself.",
    TEXT="A text.",
    INTEGER="A whole number.",
    DECIMAL="An exact number, as a decimal string.",
    BOOLEAN="Yes or no.",
    DATE="A day.",
    DATE_TIME="An instant.",
    MONEY="An amount in a currency.",
    CHOICE="One of its options.",
    REFERENCE="Another record; inputs take its id.",
    RELATION="A list of other records, which refer to this one.",
)
KINDS: Mapping[Any, FieldKind] = {
    strawberry.ID: FieldKind.ID,
    str: FieldKind.TEXT,
    int: FieldKind.INTEGER,
    Decimal: FieldKind.DECIMAL,
    bool: FieldKind.BOOLEAN,
    date: FieldKind.DATE,
    datetime: FieldKind.DATE_TIME,
    Money: FieldKind.MONEY,
}


@strawberry.federation.type(shareable=True, description="A value that a choice allows.")
class FieldOption:
    value: str = strawberry.field(description="The value, as inputs and answers have it.")
    label: str = strawberry.field(description="What to show for it.")
    description: str = strawberry.field(description="What it means.")


@strawberry.federation.type(shareable=True, description="What a field refers to.")
class FieldReference:
    type: str = strawberry.field(description="The name of the record type, of any service.")


@strawberry.federation.type(shareable=True, description="A field of a record type.")
class RecordField:
    name: str = strawberry.field(description="Its name in answers.")
    input_name: str | None = strawberry.field(
        description="Its name in inputs; null if it cannot be written."
    )
    label: str = strawberry.field(description="What to show above it.")
    description: str = strawberry.field(description="What it is.")
    kind: FieldKind = strawberry.field(description="What kind of value it holds.")
    is_list: bool = strawberry.field(description="Whether it holds several of them.")
    is_required: bool = strawberry.field(description="Whether a new record needs it.")
    is_writable: bool = strawberry.field(description="Whether inputs take it.")
    is_nullable: bool = strawberry.field(description="Whether it may be empty.")
    options: list[FieldOption] = strawberry.field(description="What a choice allows.")
    max_length: int | None = strawberry.field(description="How long a text may be.")
    min: str | None = strawberry.field(description="The least that a number may be.")
    max: str | None = strawberry.field(description="The most that a number may be.")
    decimals: int | None = strawberry.field(description="How many decimals a number may have.")
    reference: FieldReference | None = strawberry.field(
        description="What it refers to, where it is a reference or a relation."
    )


@strawberry.federation.type(
    shareable=True, description="What you may do with the records of a type, as far as roles say."
)
class RecordPermissions:
    read: bool = strawberry.field(description="Whether you may read them.")
    create: bool = strawberry.field(description="Whether you may make one.")
    edit: bool = strawberry.field(description="Whether you may change them.")
    archive: bool = strawberry.field(description="Whether you may put them away.")
    purge: bool = strawberry.field(description="Whether you may remove them for ever.")


@strawberry.federation.type(shareable=True, description="A record type, for lists and forms.")
class RecordType:
    name: str = strawberry.field(description="Its name in the graph.")
    label: str = strawberry.field(description="What to call one of its records.")
    description: str = strawberry.field(description="What it is.")
    fields: list[RecordField] = strawberry.field(description="Its fields, in their order.")
    sorts: list[str] = strawberry.field(description="The fields of its `orderBy`.")
    filters: list[str] = strawberry.field(description="The conditions of its `where`.")
    permissions: RecordPermissions = strawberry.field(description="What you may do with them.")


def record_types(service: str, shapes: Mapping[str, Shape]) -> Any:
    """Make the root field that tells of a service's record types, and what the asker may do."""
    return made_field(
        list[RecordType] | None,
        f"The record types of {service}, for lists and forms; `permissions` are your own.",
        [Part("names", list[str] | None, "Only these; all if unsaid.")],
        RecordTypes(shapes),
    )


@dataclass(frozen=True)
class RecordTypes:
    """Answers with the record types of a service."""

    shapes: Mapping[str, Shape]

    def __call__(
        self, _source: Any, info: Any, names: list[str] | None = None
    ) -> list[RecordType]:
        return [
            told(it, info.context.actor)
            for name, it in sorted(self.shapes.items())
            if it.reading is not None and (names is None or name in names)
        ]


def told(shape: Shape, actor: Actor) -> RecordType:
    definition = shape.cls.__strawberry_definition__  # type: ignore[attr-defined]  # by record
    return RecordType(
        name=shape.name,
        label=label(shape.name),
        description=definition.description or "",
        fields=[_of(shape, it, actor) for it in shape.fields.values()],
        sorts=list(sort_names(shape)),
        filters=[it.graphql_name for it in where_input(shape).__strawberry_definition__.fields],
        permissions=_permissions(shape, actor),
    )


def label(name: str) -> str:
    """Write a name of the graph for people: `closeOn`, or `NO_DECISION`, as `Close on`."""
    words = name if name.isupper() else to_snake(name)
    return re.sub(r"_+", " ", words).strip().capitalize()


def _permissions(shape: Shape, actor: Actor) -> RecordPermissions:
    needed = {**shape.deeds, **({"read": shape.reading.permission} if shape.reading else {})}
    may = {deed: actor.may(permission) for deed, permission in needed.items()}
    may["read"] = bool(shape.reading and shape.reading.admits(actor))
    asked = ("read", "create", "edit", "archive", "purge")
    return RecordPermissions(**{it: may.get(it, False) for it in asked})


def _of(shape: Shape, found: Bound, actor: Actor) -> RecordField:
    """Tell of a field; what is hidden from the asker is nothing to write either."""
    made = _field(shape, found)
    if found.name in hidden_fields(shape, actor):
        made.input_name, made.is_writable, made.is_required = None, False, False
    return made


def _field(shape: Shape, found: Bound) -> RecordField:
    written, is_empty = _written(shape, found)
    is_list = isinstance(found, Many) or get_origin(written) is list
    one = get_args(written)[0] if get_origin(written) is list else written
    column = None
    if isinstance(found, (Column, Reference)):
        column = getattr(shape.entity, found.keys[0]).property.columns[0]
    is_writable = found.write and not found.history
    return RecordField(
        name=found.public,
        input_name=found.input_name if is_writable else None,
        label=label(found.public),
        description=found.description or _of_record(found.name),
        kind=_kind(found, one),
        is_list=is_list,
        is_required=is_writable and is_needed(shape, found),
        is_writable=is_writable,
        is_nullable=is_empty if column is None else bool(column.nullable),
        options=_options(one),
        reference=_refers_to(found, one),
        **_bounds(None if column is None else column.type, found),
    )


def _written(shape: Shape, found: Bound) -> tuple[Any, bool]:
    """Give the type of a field as it was written or bound, and whether it may be null."""
    written = shape.cls.__annotations__.get(found.name, found.kind)
    if get_origin(written) in (Union, types.UnionType):
        given = [it for it in get_args(written) if it is not type(None)]
        return given[0], len(given) < len(get_args(written))
    return (strawberry.ID if found.name == "id" else written), False


def _of_record(name: str) -> str:
    fields = Record.__strawberry_definition__.fields  # type: ignore[attr-defined]  # strawberry's
    return next((it.description or "" for it in fields if it.python_name == name), "")


def _kind(found: Bound, written: Any) -> FieldKind:
    if isinstance(found, Reference):
        return FieldKind.REFERENCE
    if isinstance(found, Many):
        return FieldKind.RELATION
    return KINDS.get(written, FieldKind.CHOICE)


def _options(written: Any) -> list[FieldOption]:
    if not (isinstance(written, type) and issubclass(written, enum.Enum)):
        return []
    values = written.__strawberry_definition__.values  # type: ignore[attr-defined]  # by described
    return [
        FieldOption(value=it.name, label=label(it.name), description=it.description)
        for it in values
    ]


def _refers_to(found: Bound, written: Any) -> FieldReference | None:
    target = found.target if isinstance(found, Many) else written
    if isinstance(found, (Many, Reference)):
        return FieldReference(type=_name_of(target))
    return None


def _name_of(target: Any) -> str:
    """Name a type, be it there or, as one within itself, yet to come."""
    if get_origin(target) is Annotated:
        return str(target.__origin__.__forward_arg__)
    return str(target.__name__)


def _bounds(kind: Any, found: Bound) -> dict[str, Any]:
    """Say what a column's type allows; a reference's is an id's, of which nobody need know."""
    bounds = dict.fromkeys(("max_length", "min", "max", "decimals"))
    if isinstance(found, Reference) or found.name == "id":
        return bounds
    if isinstance(kind, Numeric):
        most = largest(kind)
        return bounds | {"min": f"{-most:f}", "max": f"{most:f}", "decimals": kind.scale}
    if isinstance(kind, Integer):
        return bounds | {"min": str(-MAX_INT), "max": str(MAX_INT)}
    is_text = found.kind is str or isinstance(found, Computed)
    return bounds | {"max_length": getattr(kind, "length", None) if is_text else None}
