"""Inputs: what a client may write of a shape, and what it wrote, read as changes."""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    ast_from_value,
    parse_value,
    print_ast,
    value_from_ast,
)
from sqlalchemy import Numeric, String

from services.chassis.changes import Changes
from services.chassis.graph.making import Part
from services.chassis.graph.oddities import oddity
from services.chassis.graph.shapes import Bound, Column, Reference, Shape
from services.chassis.graph.types import MoneyInput
from services.chassis.ids import LONGEST, is_possible
from services.chassis.money import Money, check_currency
from services.chassis.refusals import (
    Bounds,
    Invalid,
    OutOfRange,
    Refusal,
    Refusals,
    Required,
    TooLong,
)

MAX_INT, MAX_TEXT = 2**31 - 1, 10_000


def written_parts(shape: Shape, fields: Iterator[Bound], *, creating: bool) -> list[Part]:
    """Write the input fields of a shape: required where a new record cannot be without."""
    parts = []
    for it in fields:
        kind = MoneyInput if isinstance(it, Column) and it.is_money else it.kind
        optional = not creating or not is_needed(shape, it)
        made = Part(it.input_name, kind | None if optional else kind, it.description)
        parts.append(replace(made, deprecated=it.deprecated) if optional else made)
    return parts


def changes_of(shape: Shape, given: Mapping[str, Any], *, creating: bool) -> Changes:
    """Read an input as changes of the entity, refusing all that its columns cannot hold."""
    refusals: list[Refusal] = []
    values: dict[str, Any] = {}
    by_name = shape.inputs
    if creating:
        refusals += [
            Required("a new one needs this", path=(name,))
            for name, it in by_name.items()
            if name not in given and not it.history and is_needed(shape, it)
        ]
    for name, value in given.items():
        found = by_name[name]
        refusals += _unfit(shape, found, name, value)
        values[found.name if isinstance(found, Column) else found.keys[0]] = value_of(value)
    if refusals:
        raise Refusals(refusals)
    return Changes(values)


def _unfit(shape: Shape, found: Bound, name: str, value: Any) -> list[Refusal]:
    """Say why a column cannot hold a value: missing, too long, out of its range."""
    column = getattr(shape.entity, found.keys[0]).property.columns[0]
    if value is None:
        return [] if column.nullable else [Required("this cannot be empty", path=(name,))]
    if isinstance(found, Reference):
        return _unfit_id(name, value)
    if isinstance(column.type, String) and not isinstance(value, enum.Enum):
        return unfit_text(name, value, length=column.type.length, empty=column.nullable)
    if isinstance(column.type, Numeric):
        return _unfit_number(column.type, name, value)
    return _unfit_plain(name, value)


def _unfit_id(name: str, value: str) -> list[Refusal]:
    if len(value) > LONGEST:
        return [TooLong("this is no id", path=(name,), details=Bounds(max=str(LONGEST)))]
    return [] if is_possible(value) else [Invalid("this is no id", path=(name,))]


def _unfit_plain(name: str, value: Any) -> list[Refusal]:
    if isinstance(value, int) and abs(value) > MAX_INT:
        bounds = Bounds(min=str(-MAX_INT), max=str(MAX_INT))
        return [OutOfRange("this number is too large", path=(name,), details=bounds)]
    odd = oddity(value)
    return [Invalid(odd, path=(name,))] if odd else []


def unfit_text(name: str, value: str, *, length: int | None, empty: bool = False) -> list[Refusal]:
    """Say why a text cannot be kept: too long for its place, or empty where it must not be."""
    if length and len(value) > length:
        bounds = Bounds(max=str(length))
        return [TooLong(f"this may have {length} characters", path=(name,), details=bounds)]
    if odd := oddity(value):
        return [OutOfRange(odd, path=(name,))]
    if not empty and not value.strip():
        return [Required("this cannot be empty", path=(name,))]
    return []


def _unfit_number(kind: Any, name: str, value: Any) -> list[Refusal]:
    if isinstance(value, dict):
        try:
            check_currency(value["currency"], name, "currency")
        except Invalid as refusal:
            return [refusal]
        value = value["amount"]
    if odd := oddity(Decimal(value)):
        return [OutOfRange(odd, path=(name,))]
    most = largest(kind)
    if abs(Decimal(value)) >= Decimal(10) ** whole_digits(kind):
        told = f"this may have {whole_digits(kind)} digits before the point"
        return [OutOfRange(told, path=(name,), details=Bounds(min=f"-{most}", max=str(most)))]
    if Decimal(value) != round(Decimal(value), kind.scale or 0):
        return [OutOfRange(f"this may have {kind.scale} decimals", path=(name,))]
    return []


def whole_digits(kind: Any) -> int:
    """Count the digits that a number may have before its point."""
    return int((kind.precision or 38) - (kind.scale or 0))


def largest(kind: Any) -> Decimal:
    """Give the largest number that a column holds."""
    return Decimal(10) ** whole_digits(kind) - Decimal(1).scaleb(-(kind.scale or 0))


def kept(given: Mapping[str, Any], type: GraphQLInputObjectType) -> str:
    """Write an input down as the graph's own text, so that it can be read again later."""
    node = ast_from_value(given, type)
    return print_ast(node) if node else "{}"


def read_back(text: str, type: GraphQLInputObjectType) -> Mapping[str, Any]:
    """Read an input that was written down."""
    read: Mapping[str, Any] = value_from_ast(parse_value(text), type)
    return read


def is_needed(shape: Shape, found: Bound) -> bool:
    column = getattr(shape.entity, found.keys[0]).property.columns[0]
    return not column.nullable and column.default is None and column.server_default is None


def value_of(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
        return Money(value["amount"], value["currency"])
    if isinstance(value, list):
        return [it.name if isinstance(it, enum.Enum) else it for it in value]
    return value
