"""Writing the functions: one for each object type and selection, and what they call."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from services.chassis.graph.compiled.leaves import Leaf, Unusual, leaf_of

Completer = Callable[[Any], Any]
"""Gives what stands in the answer for a value, or raises."""
MAX_FUNCTIONS = 300
"""How many an operation may need; fragments in fragments can ask for a great many."""


class Unwritable(Exception):
    """Something here is for the stock executor, whatever the value."""


def written(
    executor: Executor[Any], kind: GraphQLOutputType, asked: FieldDetailsList
) -> Completer | None:
    """Write the function that completes values of this type, as far as there can be one."""
    writer = Writer(executor)
    try:
        writer.function("root", "v", writer.completed(kind, asked, "v"))
        source = "\n".join(writer.lines)
        exec(compile(source, "<compiled selection>", "exec"), writer.named)  # noqa: S102  # its parts are names of the schema, and literals
    except (Unwritable, RecursionError):
        return None
    made: Completer = writer.named["root"]
    return made


@dataclass
class Value:
    """What is written for a value that stands in a variable: checks first, then an expression."""

    checks: list[str]
    expression: str


@dataclass
class Writer:
    """Collects the source of the functions that one value needs.

    Nothing of a document gets into it but as a literal: answers' keys, by their `repr`.
    """

    executor: Executor[Any]
    lines: list[str] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=lambda: {"Unusual": Unusual})
    made: dict[tuple[Any, ...], str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def completed(self, kind: GraphQLOutputType, asked: FieldDetailsList, v: str) -> Value:
        """Write how a value in the variable `v` is completed as this type."""
        if isinstance(kind, GraphQLNonNull):
            return self._full(kind.of_type, asked, v)
        full = self._full(kind, asked, v)
        checks = [f"if {v} is not None:", *indented(full.checks)] if full.checks else []
        return Value(checks, f"None if {v} is None else {full.expression}")

    def function(self, name: str, v: str, value: Value) -> None:
        self.lines += [f"def {name}({v}):", *indented(value.checks)]
        self.lines += [f"    return {value.expression}"]

    def _full(self, kind: Any, asked: FieldDetailsList, v: str) -> Value:
        if is_leaf_type(kind):
            return self._leaf(leaf_of(kind), v)
        if isinstance(kind, GraphQLList):
            return self._list(kind.of_type, asked, v)
        if isinstance(kind, GraphQLObjectType):
            return Value([], f"{self._object(kind, asked)}({v})")
        return Value([], f"{self._members(kind, asked)}[{v}.__class__]({v})")

    def _leaf(self, leaf: Leaf, v: str) -> Value:
        self.named.update(leaf.needs)
        return Value([raising(leaf.unusual.format(v=v))], leaf.written.format(v=v))

    def _list(self, kind: GraphQLOutputType, asked: FieldDetailsList, v: str) -> Value:
        item = self.completed(kind, asked, "i")
        if item.checks:
            name = self._name("item")
            self.function(name, "i", item)
            item = Value([], f"{name}(i)")
        checks = [raising(f"{v}.__class__ is not list")]
        return Value(checks, f"[{item.expression} for i in {v}]")

    def _members(self, kind: GraphQLAbstractType, asked: FieldDetailsList) -> str:
        """Write a table from an abstract type's classes to the functions of its members."""
        key = (kind.name, *(id(it.node) for it in asked))
        if key not in self.made:
            name = self.made[key] = self._name("members")
            possible = self.executor.schema.get_possible_types(kind)
            functions = {_class_of(it): self._object(it, asked) for it in possible}
            if len(functions) < len(possible):
                raise Unwritable
            entries = [f"{self._given(cls)}: {made}" for cls, made in functions.items()]
            self.lines.append(f"{name} = {{{', '.join(entries)}}}")
        return self.made[key]

    def _object(self, kind: GraphQLObjectType, asked: FieldDetailsList) -> str:
        key = (kind.name, *(id(it.node) for it in asked))
        if key not in self.made:
            if len(self.made) >= MAX_FUNCTIONS:
                raise Unwritable
            self.made[key] = self._name(kind.name)
            self._write_object(self.made[key], kind, asked)
        return self.made[key]

    def _write_object(self, name: str, kind: GraphQLObjectType, asked: FieldDetailsList) -> None:
        fields, *_deferred = self.executor.collect_subfields(kind, asked)
        body: list[str] = []
        parts: list[str] = []
        for number, (key, details) in enumerate(fields.items()):
            field_name, v = details[0].node.name.value, f"v{number}"
            if field_name == "__typename":
                parts.append(f"{key!r}: {kind.name!r}")
                continue
            definition = kind.fields[field_name]
            value = self.completed(definition.type, details, v)
            body += [f"{v} = {_read(definition, key)}", *value.checks]
            parts.append(f"{key!r}: {value.expression}")
        if kind.is_type_of or not body:  # without a look at the value, null would do too
            body.insert(0, raising(f"o.__class__ is not {self._given(_class_of(kind))}"))
        self.function(name, "o", Value(body, f"{{{', '.join(parts)}}}"))

    def _given(self, cls: type) -> str:
        name = self._name("class")
        self.named[name] = cls
        return name

    def _name(self, word: str) -> str:
        return f"{word}_{next(self.numbers)}"


def raising(unusual: str) -> str:
    return f"if {unusual}: raise Unusual"


def indented(lines: list[str]) -> list[str]:
    return [f"    {it}" for it in lines]


def _class_of(kind: GraphQLObjectType) -> type:
    """Give the class whose own instances are of this type, and of no other."""
    found = (kind.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if (
        not isinstance(found, StrawberryObjectDefinition)
        or found.is_type_of
        or found.concrete_of
        or found.is_graphql_generic
    ):
        raise Unwritable
    return found.origin


def _read(definition: GraphQLField, key: str) -> str:
    """Write where a field's value stands, if it needs no resolver to tell."""
    resolve: Any = definition.resolve
    found = (definition.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if (kept_under := getattr(resolve, "kept_under", None)) is not None:
        return f"o.__dict__[{kept_under(key)!r}]"
    if (
        getattr(resolve, "_is_default", False)
        and isinstance(found, StrawberryField)
        and found.default_resolver is getattr
    ):
        return f"o.{found.python_name}"
    raise Unwritable
