"""Leaves: how a scalar or an enum is written into an answer, where its value is the usual one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.schema.types.base_scalars import isoformat
from strawberry.types.scalar import ScalarDefinition


class Unusual(Exception):
    """A value is not what a written function takes; the stock executor knows what to do."""


@dataclass(frozen=True)
class Leaf:
    """What is written for a leaf: when its value `{v}` is unusual, else what stands for it."""

    unusual: str
    written: str
    needs: tuple[tuple[str, Any], ...] = ()
    """What the two name, beside builtins."""


def leaf_of(kind: GraphQLLeafType) -> Leaf:
    if isinstance(kind, GraphQLEnumType):
        return _enum(kind)
    return next((made for is_it, made in _KNOWN if is_it(kind)), None) or _any_scalar(kind)


def _enum(kind: GraphQLEnumType) -> Leaf:
    """Write a member's name, where the graph names all members as Python does."""
    cls: Any = getattr(kind, "wrapped_cls", None)
    if cls is None or any(kind.coerce_output_value(it) != it.name for it in cls):
        return _any_scalar(kind)
    name = f"enum_{kind.name}"
    return Leaf(f"{{v}}.__class__ is not {name}", "{v}._name_", ((name, cls),))


def _any_scalar(kind: GraphQLLeafType) -> Leaf:
    """Let a leaf of which nothing is known complete its values itself."""

    def completed(value: Any) -> Any:
        if isinstance(value, Exception) or optimized_is_awaitable(value):
            raise Unusual
        found = kind.coerce_output_value(value)
        if found is None or found is Undefined:
            raise Unusual
        return found

    name = f"scalar_{kind.name}"
    return Leaf("{v} is None", f"{name}({{v}})", ((name, completed),))


def _of_python(
    origin: type, serialize: Callable[[Any], Any]
) -> Callable[[GraphQLScalarType], bool]:
    """Recognise a scalar by the Python type that it stands for, and by how it is written."""

    def is_it(kind: GraphQLScalarType) -> bool:
        found = (kind.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
        return (
            isinstance(found, ScalarDefinition)
            and found.origin is origin
            and found.serialize is serialize
        )

    return is_it


def _known() -> Iterator[tuple[Callable[[GraphQLScalarType], bool], Leaf]]:
    text = Leaf("{v}.__class__ is not str", "{v}")
    yield lambda it: it is GraphQLString or it is GraphQLID, text
    yield lambda it: it is GraphQLBoolean, Leaf("{v}.__class__ is not bool", "{v}")
    whole = "{v}.__class__ is not int or not -2147483648 <= {v} <= 2147483647"
    yield lambda it: it is GraphQLInt, Leaf(whole, "{v}")
    # orjson writes both as `isoformat` does, at a tenth of its cost; of zones it knows not all
    day = Leaf("{v}.__class__ is not date", "{v}", (("date", date),))
    yield _of_python(date, isoformat), day
    moment = "{v}.__class__ is not datetime or {v}.tzinfo is not UTC"
    yield (
        _of_python(datetime, isoformat),
        Leaf(moment, "{v}", (("datetime", datetime), ("UTC", UTC))),
    )
    exact = Leaf("{v}.__class__ is not Decimal", "str({v})", (("Decimal", Decimal),))
    yield _of_python(Decimal, str), exact


_KNOWN = tuple(_known())
