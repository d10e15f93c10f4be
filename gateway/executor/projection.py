"""Cuts the answer to what was asked, in the order of asking; nulls go where the schema says.

Compiled once for an operation into nested functions; each completes one value. A null where the
schema allows none makes the nearest nullable place above it null.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    is_interface_type,
    is_object_type,
)

from gateway.executor.tree import TYPENAME, Object, type_name
from gateway.planner.operation import INTROSPECTION, Field, Fragment, Operation, Selections
from gateway.supergraph import Supergraph


class _Broken:
    """Stands for a null that goes up to the nearest nullable place."""


BROKEN = _Broken()


@dataclass(slots=True)
class Notes:
    """What is worth saying of a completed answer: which promises of the schema were broken."""

    broken: list[str] = field(default_factory=list)


FieldsType = GraphQLObjectType | GraphQLInterfaceType
Complete = Callable[[Any, Notes], Any]
Entry = tuple[str, Complete | None]
"""A key of the answer and how its value is completed; None: as it is."""


@dataclass(frozen=True, slots=True)
class Projection:
    """How the answer of one operation is made from what the subgraphs gave."""

    complete: Complete

    def apply(self, data: Object) -> tuple[Object | None, Notes]:
        notes = Notes()
        completed = self.complete(data, notes)
        return (None if completed is BROKEN else completed), notes


def compile_projection(supergraph: Supergraph, operation: Operation) -> Projection:
    """Compile for what clients see; what is inaccessible is null, and nobody's fault."""
    compiler = _Compiler(supergraph.schema, supergraph.full)
    root = compiler.schema.type_map[operation.root]
    if not is_object_type(root):
        raise TypeError(operation.root)
    return Projection(_object(compiler.entries(root, operation.selections)))


@dataclass(frozen=True, slots=True)
class _Compiler:
    schema: GraphQLSchema
    full: GraphQLSchema

    def entries(self, type: FieldsType, selections: Selections) -> list[Entry]:
        found: dict[str, list[Field]] = {}
        self._gather(type, selections, found)
        return [(key, self._entry(type, fields)) for key, fields in found.items()]

    def _gather(
        self, type: FieldsType, selections: Selections, found: dict[str, list[Field]]
    ) -> None:
        for each in selections:
            if isinstance(each, Field):
                found.setdefault(each.key, []).append(each)
            elif self._is(type, each):
                self._gather(type, each.selections, found)

    def _is(self, type: FieldsType, fragment: Fragment) -> bool:
        condition = self.schema.type_map[fragment.type]
        if condition is type:
            return True
        return is_abstract_type(condition) and self.schema.is_sub_type(condition, type)

    def _entry(self, type: FieldsType, fields: list[Field]) -> Complete | None:
        first = fields[0]
        if first.name == TYPENAME:
            name = type.name if is_object_type(type) else BROKEN
            return lambda _value, _notes: name
        if first.name in INTROSPECTION:
            return None
        selections = tuple(each for field in fields for each in field.selections)
        at = f"{type.name}.{first.name}"
        return self._value(type.fields[first.name].type, selections, at)

    def _value(self, type: GraphQLOutputType, selections: Selections, at: str) -> Complete | None:
        if isinstance(type, GraphQLNonNull):
            return _non_null(self._value(type.of_type, selections, at), at)
        if isinstance(type, GraphQLList):
            return _list(self._value(type.of_type, selections, at))
        if is_enum_type(type):
            return _enum(frozenset(type.values), self._values(type.name), at)
        if is_object_type(type):
            return _nullable(_object(self.entries(type, selections)))
        if is_composite_type(type):
            return _nullable(self._abstract(type.name, selections))
        return None

    def _values(self, enum: str) -> frozenset[str]:
        found = self.full.type_map[enum]
        return frozenset(found.values) if is_enum_type(found) else frozenset()

    def _abstract(self, name: str, selections: Selections) -> Complete:
        """Complete by the value's own type; what is made for a type is made when it turns up."""
        known: dict[str, Complete | None] = {"": self._of_no_type(name, selections)}
        possible = self.schema.get_possible_types(self.schema.type_map[name])  # type: ignore[arg-type]  # it is abstract
        by_name = {each.name: each for each in possible}
        hidden = self.full.type_map.keys() - self.schema.type_map.keys()

        def complete(value: Any, notes: Notes) -> Any:
            if not isinstance(value, dict):
                return None
            told = type_name(value)
            if told not in known:
                found = by_name.get(told)
                entries = self.entries(found, selections) if found else None
                known[told] = None if entries is None else _object(entries)
            by_type = known[told]
            if by_type is None:
                if told not in hidden:
                    notes.broken.append(f"an object came for {name} that is of no type of it")
                return None
            return by_type(value, notes)

        return complete

    def _of_no_type(self, name: str, selections: Selections) -> Complete | None:
        """Complete what only an interface object told of: fields, but no type."""
        found = self.schema.type_map[name]
        return _object(self.entries(found, selections)) if is_interface_type(found) else None


def _object(entries: list[Entry]) -> Complete:
    def complete(value: Any, notes: Notes) -> Any:
        if not isinstance(value, dict):
            return None
        given = value.get
        found = {}
        for key, inner in entries:
            each = given(key) if inner is None else inner(given(key), notes)
            if each is BROKEN:
                return BROKEN
            found[key] = each
        return found

    return complete


def _nullable(inner: Complete) -> Complete:
    def complete(value: Any, notes: Notes) -> Any:
        if value is None:
            return None
        completed = inner(value, notes)
        return None if completed is BROKEN else completed

    return complete


def _non_null(inner: Complete | None, at: str) -> Complete:
    def complete(value: Any, notes: Notes) -> Any:
        completed = value if inner is None else inner(value, notes)
        if completed is None:
            notes.broken.append(f"null came for {at}, which promises a value")
            return BROKEN
        return completed

    return complete


def _list(inner: Complete | None) -> Complete:
    def complete(value: Any, notes: Notes) -> Any:
        if not isinstance(value, list):
            return None
        if inner is None:
            return value
        found = [inner(each, notes) for each in value]
        return None if BROKEN in found else found

    return complete


def _enum(shown: frozenset[str], known: frozenset[str], at: str) -> Complete:
    def complete(value: Any, notes: Notes) -> Any:
        if value is None or (isinstance(value, str) and value in shown):
            return value
        if not (isinstance(value, str) and value in known):
            notes.broken.append(f"a value came for {at} that is none of its enum")
        return None

    return complete
