"""Shapes: a record type's fields, bound by name to its table when the class is made."""

import enum
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, partial
from inspect import signature
from typing import Any, TypeVar, Union, get_args, get_origin

import strawberry
from pydantic.alias_generators import to_camel
from sqlalchemy import ARRAY, inspect
from sqlalchemy.orm import CompositeProperty, InstrumentedAttribute

from services.chassis.database import public_name
from services.chassis.graph.abilities import Abilities
from services.chassis.graph.beside import Planning
from services.chassis.graph.making import BindingError
from services.chassis.graph.types import Money, Record, StaffUser, Team
from services.chassis.permissions import Permission
from services.chassis.reading import Reading
from services.chassis.sight import Sight

C = TypeVar("C")
T = TypeVar("T")


@dataclass(frozen=True)
class Bound:
    """A field of a shape and what it is made of: the entity's attributes under `keys`."""

    name: str
    keys: tuple[str, ...]
    description: str
    kind: Any = None
    write: bool = False
    history: bool = False
    deprecated: str | None = None
    portal: bool = False
    """Whether the portal shows it."""

    @cached_property
    def public(self) -> str:
        return to_camel(self.name)

    @property
    def input_name(self) -> str:
        return self.public


B = TypeVar("B", bound=Bound)


@dataclass(frozen=True)
class Column(Bound):
    """A column, or the two of a money, given as it is."""

    @property
    def is_money(self) -> bool:
        return self.kind is Money

    @property
    def is_list(self) -> bool:
        return get_origin(self.kind) is list


@dataclass(frozen=True)
class Reference(Bound):
    """A key-only stub of another record; its own service, or another statement, knows the rest."""

    target: Any = None
    """Its class, where it is a record of this service: what it is can be asked in filters."""
    type: Any = None
    """What the graph gives: that class, or a stub; null or not."""

    @property
    def input_name(self) -> str:
        return f"{self.public}Id"


@dataclass(frozen=True)
class Computed(Bound):
    """A pure function of other fields: its parameters' names are what it reads."""

    function: Callable[..., Any] = lambda: None


@dataclass(frozen=True)
class Many(Bound):
    """The records that refer to this one."""

    target: Any = None
    foreign_key: str = ""


@dataclass
class Shape:
    """A bound record type, or (without a reading) another service's record as we know it."""

    name: str
    cls: type
    reading: Reading | None
    fields: dict[str, Bound] = attribute(default_factory=dict)
    deeds: dict[str, Permission] = attribute(default_factory=dict)
    """Which permission it needs to create, edit, archive, purge and share one, where one can."""
    beside: dict[str, Planning] = attribute(default_factory=dict)
    """What is read beside its own table, by the names of the fields."""
    cuts: dict[str, Callable[[Any, Sight], Any]] = attribute(default_factory=dict)
    """What makes of a field's value what somebody may see of it, where it tells of others."""

    @property
    def entity(self) -> Any:
        if self.reading is None:
            raise BindingError(f"{self.name} is a record of another service")
        return self.reading.entity

    @cached_property
    def unshown(self) -> frozenset[str]:
        """Name the columns that no field shows in the portal: all, but for those of its fields."""
        portal = [it for it in self.fields.values() if it.portal]
        kept = frozenset(it.key for it in inspect(self.entity).column_attrs)
        return kept.difference(*(reads(self, it) for it in portal))

    @cached_property
    def inputs(self) -> dict[str, Bound]:
        """Give the fields that a client may set, by the names that they have in inputs."""
        return {it.input_name: it for it in self.fields.values() if it.write}

    def written(self, *, history: bool) -> Iterator[Bound]:
        """Give the fields that a client may set: now, or only when it brings in history."""
        return (it for it in self.fields.values() if it.write and it.history == history)


def reads(shape: Shape, found: Bound) -> frozenset[str]:
    """Name the columns of its own record that a field's value is made of.

    A money that a computed field reads is one attribute of two columns.
    """
    if isinstance(found, Many):
        return frozenset()
    if not isinstance(found, Computed):
        return frozenset(found.keys)
    properties = (getattr(shape.entity, it).property for it in found.keys)
    return frozenset(it.key for each in properties for it in getattr(each, "props", [each]))


def shape_of(cls: type) -> Shape:
    shape: Shape = cls.__shape__  # type: ignore[attr-defined]  # set by record and stub
    return shape


@dataclass(frozen=True)
class Marker:
    """What a class says of a field, before it is bound."""

    role: type[Bound]
    description: str
    write: bool = False
    history: bool = False
    of: Any = None
    target: Any = None
    deprecated: str | None = None
    portal: bool = False


def field(
    description: str, *, write: bool = False, history: bool = False, portal: bool = False
) -> Any:
    """Give a column under its own name; `write` puts it into the inputs.

    `history` says that a client may set it only when it brings in what happened elsewhere,
    `portal` that guests see it where they see the record.
    """
    return Marker(Column, description, write or history, history, portal=portal)


def reference(
    of: Any, description: str, *, write: bool = False, history: bool = False, portal: bool = False
) -> Any:
    """Give another record by the column that holds its id; the rest is as in `field`."""
    return Marker(Reference, description, write or history, history, of=of, portal=portal)


def many(target: type[C], of: Any, description: str, *, portal: bool = False) -> Any:
    """Give the records of another shape whose column `of` holds this one's id."""
    return Marker(Many, description, of=of, target=target, portal=portal)


def computed(function: Callable[..., Any], description: str, *, portal: bool = False) -> Any:
    """Give what a pure function makes of the columns that its parameters name."""
    return Marker(Computed, description, of=function, portal=portal)


def deprecated(declared: T, *, use: str, after: date) -> T:
    """Say of a field, a root field or a mutation what to use instead, and until when it stays.

    A field that can be written is deprecated in inputs and filters too.
    """
    reason = f"Use {use}. Removed after {after}."
    if isinstance(declared, Marker):
        return replace(declared, deprecated=reason)
    declared.deprecation_reason = reason  # type: ignore[attr-defined]  # strawberry's field
    return declared


RECORD_FIELDS = ("id", "version", "created_at", "updated_at", "archived_at")
OWNERSHIP: dict[str, tuple[Any, str]] = {
    "owner": (StaffUser, "Who answers for it."),
    "team": (Team, "Which team answers for it."),
}


def bound(cls: type, reading: Reading) -> Shape:
    """Bind a class's markers to its entity; what does not fit fails here, by name."""
    shape = Shape(cls.__name__, cls, reading)
    shape.beside["viewerCan"] = partial(Abilities.of, reading, shape.deeds)
    common = Record.__strawberry_definition__  # type: ignore[attr-defined]  # it is an interface
    said = {it.python_name: it.description for it in common.fields}
    for name in RECORD_FIELDS:
        attribute_kind = _kind_of(_mapped(shape, name))
        made = Column(name, (name,), said[name] or "", attribute_kind, portal=True)
        shape.fields[to_camel(name)] = made
    for name, marker in _markers(cls):
        found = _with_marks(_BIND[marker.role](shape, name, marker), marker)
        shape.fields[found.public] = found
    for name in OWNERSHIP:
        shape.fields.setdefault(name, _owning(shape, name))
    return shape


def _owning(shape: Shape, name: str) -> Reference:
    """Bind what every record has without saying so; nobody answers for a part by itself."""
    kind, description = OWNERSHIP[name]
    is_whole = shape.entity.__part_of__ is None
    return Reference(name, (f"{name}_id",), description, strawberry.ID, is_whole, type=kind | None)


def bound_stub(cls: type) -> Shape:
    """Bind another service's record: its key; slices add the relations that they store."""
    shape = Shape(cls.__name__, cls, None)
    shape.fields["id"] = Column("id", ("id",), "")
    return shape


def bound_later(shape: Shape, name: str, marker: Marker) -> Many:
    """Bind a relation that another slice adds to a record or a stub."""
    if name in shape.fields or marker.role is not Many:
        raise BindingError(f"{shape.name}.{name}: another slice may add a new relation, no more")
    found = _with_marks(_many(shape, name, marker), marker)
    shape.fields[found.public] = found
    return found


def _with_marks(found: B, marker: Marker) -> B:
    return replace(found, deprecated=marker.deprecated, portal=marker.portal)


def _markers(cls: type) -> list[tuple[str, Marker]]:
    return [(name, it) for name, it in vars(cls).items() if isinstance(it, Marker)]


def _column(shape: Shape, name: str, marker: Marker) -> Column:
    found = _mapped(shape, name)
    prop = inspect(shape.entity).all_orm_descriptors[name].property
    if isinstance(prop, CompositeProperty):
        keys: tuple[str, ...] = tuple(it.key for it in prop.props)
        kind: Any = Money
    else:
        keys, kind = (name,), _kind_of(found)
    nullable = prop.columns[0].nullable
    if isinstance(prop.columns[0].type, ARRAY):
        written = shape.cls.__annotations__[name]
        kind = next(it for it in (written, *get_args(written)) if get_origin(it) is list)
    _compare(shape, name, kind, nullable=bool(nullable))
    return Column(name, keys, marker.description, kind, marker.write, marker.history)


def _reference(shape: Shape, name: str, marker: Marker) -> Reference:
    key = marker.of.key
    _mapped(shape, key)
    if public_name(key) != to_camel(name):
        raise BindingError(f"{shape.name}.{name} stands for {key}: call it {public_name(key)}")
    written = shape.cls.__annotations__.get(name)
    found = Reference(
        name, (key,), marker.description, strawberry.ID, marker.write, marker.history
    )
    return replace(found, target=_record_in(written), type=written)


def _record_in(written: Any) -> Any:
    """Find the record of this service that an annotation names, null or not."""
    for it in (written, *get_args(written)):
        found = getattr(it, "__shape__", None)
        if found is not None and found.reading is not None:
            return it
    return None


def _computed(shape: Shape, name: str, marker: Marker) -> Computed:
    keys = tuple(signature(marker.of).parameters)
    for key in keys:
        _mapped(shape, key)
    return Computed(name, keys, marker.description, function=marker.of)


def _many(shape: Shape, name: str, marker: Marker) -> Many:
    of: InstrumentedAttribute[Any] = marker.of
    target = shape_of(marker.target)
    if of.class_ is not target.entity:
        raise BindingError(f"{shape.name}.{name}: {of} is no column of {target.name}")
    return Many(name, ("id",), marker.description, target=marker.target, foreign_key=of.key)


_BIND: dict[type[Bound], Callable[[Shape, str, Marker], Bound]] = {
    Column: _column,
    Reference: _reference,
    Computed: _computed,
    Many: _many,
}


def _mapped(shape: Shape, name: str) -> Any:
    if name not in inspect(shape.entity).all_orm_descriptors:
        known = ", ".join(sorted(inspect(shape.entity).all_orm_descriptors.keys()))
        raise BindingError(
            f"{shape.name} reads '{name}', which {shape.entity.__name__} does not map;"
            f" it maps: {known}"
        )
    return getattr(shape.entity, name)


def _kind_of(found: InstrumentedAttribute[Any]) -> Any:
    column_type = found.property.columns[0].type
    return getattr(column_type, "enum_class", None) or column_type.python_type


def _compare(shape: Shape, name: str, kind: Any, *, nullable: bool) -> None:
    """Hold the public type against the column's: null and kind must agree."""
    written = shape.cls.__annotations__.get(name)
    options = get_args(written) if get_origin(written) in (Union, types.UnionType) else (written,)
    said_nullable = type(None) in options
    said = next((it for it in options if it is not type(None)), None)
    if nullable and not said_nullable:
        raise BindingError(f"{shape.name}.{name} is not null, its column may be")
    plain = kind in PLAIN_KINDS or (isinstance(kind, type) and issubclass(kind, enum.Enum))
    if plain and said is not kind:
        raise BindingError(f"{shape.name}.{name} is {_word(said)}, its column {_word(kind)}")


def _word(kind: Any) -> str:
    return getattr(kind, "__name__", str(kind))


PLAIN_KINDS = (str, int, bool, date, datetime, Decimal)
