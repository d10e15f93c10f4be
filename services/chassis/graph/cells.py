"""Cells: the fields of a record type under the names that they have as columns of a file.

`name` is a value of the input, `unitPrice.amount` a part of one, `history.status` what is already
so, `externalRef.id` and `id` say which record is meant: the item of an upsert, laid flat. What is
written out under these names can be brought in again.
"""

import enum
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    coerce_input_value,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
)
from graphql.pyutils import Undefined
from graphql.utilities import validate_input_value

from services.chassis.graph.shapes import Bound, Column, Computed, Many, Reference, Shape
from services.chassis.money import Money
from services.chassis.refusals import Invalid, Path, Refusals

INPUT, HISTORY = "input", "history"
WHOLE = re.compile(r"[+-]?\d{1,10}")
TRUE, FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet would work out, however often it was guarded before."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of a file: where its value stands in an item, and the type that the graph wants."""

    path: tuple[str, ...]
    type: GraphQLInputType

    def read(self, text: str) -> Any:
        """Read a cell as the graph's JSON has it; an empty one is null."""
        if not text:
            return None
        type = get_nullable_type(self.type)
        if is_list_type(type):
            try:
                return orjson.loads(text)
            except orjson.JSONDecodeError:
                raise Invalid('a list is written as JSON: ["A", "B"]') from None
        name = get_named_type(type).name
        if name == "Int":
            return int(text) if WHOLE.fullmatch(text.strip()) else text
        if name == "Boolean":
            word = text.strip().lower()
            return True if word in TRUE else False if word in FALSE else text
        return text if name in ("String", "ID") else text.strip()


def cells_of(item: GraphQLInputObjectType) -> dict[str, Cell]:
    """Give the columns that an upsert's item can be made of, by their names."""
    return {_name_of(cell.path): cell for cell in _leaves(item, ())}


def _name_of(path: Sequence[str]) -> str:
    return ".".join(path[1:] if path[0] == INPUT else path)


def _leaves(type: GraphQLInputObjectType, path: tuple[str, ...]) -> Iterator[Cell]:
    for name, field in type.fields.items():
        inner: Any = get_nullable_type(field.type)
        if is_input_object_type(inner):
            yield from _leaves(inner, (*path, name))
        else:
            yield Cell((*path, name), field.type)


def item_of(cells: Mapping[str, Cell], row: Mapping[str, str]) -> dict[str, Any]:
    """Make a row an item; of what may be left out, nothing is said where all its cells are empty.

    An empty cell of a value clears it; a money is empty when both its cells are.
    """
    item: dict[str, Any] = {INPUT: {}}
    for name, text in row.items():
        cell = cells[name]
        try:
            _put(item, cell.path, cell.read(text))
        except Invalid as refusal:
            raise refusal.within(*name.split(".")) from None
    for name, part in list(item.items()):
        if name != INPUT and _is_empty(part):
            del item[name]
    item[INPUT] = {k: None if _is_empty(v) else v for k, v in item[INPUT].items()}
    return item


def _put(item: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for step in path[:-1]:
        item = item.setdefault(step, {})
    item[path[-1]] = value


def _is_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_empty, value.values()))
    return value is None


def coerced(item: Any, type: GraphQLInputObjectType) -> Mapping[str, Any]:
    """Read an item as the graph reads a variable, or refuse it with all that is wrong."""
    read = coerce_input_value(item, type)
    if read is not Undefined:
        found: Mapping[str, Any] = read
        return found
    wrong: list[Invalid] = []

    def note(error: GraphQLError, path: list[str | int]) -> None:
        told = error.message.removesuffix(".")
        wrong.append(Invalid(f"{told[:1].lower()}{told[1:]}", path=tuple(path)))

    validate_input_value(item, type, note)
    raise Refusals(wrong)


def named(path: Path) -> str:
    """Name the cell that a refusal's path is about."""
    return ".".join(str(it) for it in path if it != INPUT)


Value = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Source:
    """What stands in a column of a file that is written: which field it is read from, and how."""

    field: Bound
    path: tuple[str, ...]
    value: Value


def sources_of(shape: Shape) -> dict[str, Source]:
    """Give the columns that a record can be written as, by their names."""
    found: dict[str, Source] = {}
    for it in shape.fields.values():
        place = (HISTORY,) if it.history else (INPUT,) if it.write else ()
        for path, value in _parts(shape, it):
            source = Source(it, (*place, *path), value)
            found[_name_of(source.path)] = source
    return found


def default_columns(shape: Shape) -> list[str]:
    """Give what a record is written as unless somebody says: all that can be brought in again."""
    writable = [name for name, it in sources_of(shape).items() if it.path[0] == INPUT]
    return ["id", *writable]


def _parts(shape: Shape, found: Bound) -> Iterator[tuple[tuple[str, ...], Value]]:
    if isinstance(found, Many):
        return
    name = found.name
    if isinstance(found, Reference):
        yield (found.input_name,), lambda record: getattr(record, name)
    elif _is_money(shape, found):
        yield (found.public, "amount"), lambda record: _part(getattr(record, name), "amount")
        yield (found.public, "currency"), lambda record: _part(getattr(record, name), "currency")
    else:
        yield (found.public,), lambda record: getattr(record, name)


def _is_money(shape: Shape, found: Bound) -> bool:
    if isinstance(found, Column):
        return found.is_money
    return isinstance(found, Computed) and "Money" in str(shape.cls.__annotations__[found.name])


def _part(money: Money | None, part: str) -> Any:
    return None if money is None else getattr(money, part)


def plain(value: Any) -> Any:
    """Write a value as the graph's JSON has it."""
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return [plain(it) for it in value] if isinstance(value, list) else value


def text_of(value: Any) -> str:
    """Write a value as a cell."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, (bool, list)):
        return orjson.dumps(value).decode()
    return str(value)


def guarded(text: str) -> str:
    """Have a spreadsheet take a text for a text: with a quote before what looks like a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Take away the one quote that `guarded` put there."""
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:]) else text
