"""Cuts the answer to what was asked, in the order of asking; nulls go where the schema says.

Compiled once for an operation, a function for each type and list in it (`generating` shows them).
A null where the schema allows none makes the nearest nullable place above it null.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    is_composite_type,
    is_enum_type,
    is_interface_type,
    is_object_type,
)

from gateway.executor.asked import Asked, FieldsType
from gateway.executor.generating import Module, indented
from gateway.executor.tree import TYPENAME, Object, type_name
from gateway.planner.operation import INTROSPECTION, Operation, Selections
from gateway.supergraph import Supergraph


class _Broken:
    """Stands for a null that goes up to the nearest nullable place."""


BROKEN = _Broken()
Broken = list[str]
"""Which promises of the schema were broken, each in a sentence."""
Complete = Callable[[Any, Broken], Any]


@dataclass(frozen=True, slots=True)
class Projection:
    """How the answer of one operation is made from what the subgraphs gave."""

    complete: Complete

    def apply(self, data: Object) -> tuple[Object | None, Broken]:
        broken: Broken = []
        completed = self.complete(data, broken)
        return (None if completed is BROKEN else completed), broken


def compile_projection(supergraph: Supergraph, operation: Operation) -> Projection:
    """Compile for what clients see; what is inaccessible is null, and nobody's fault."""
    root = supergraph.schema.type_map[operation.root]
    if not is_object_type(root):
        raise TypeError(operation.root)
    asked = Asked(supergraph.schema, supergraph.full)
    return Projection(_completing(asked, root, operation.selections))


def _completing(asked: Asked, type: FieldsType, selections: Selections) -> Complete:
    writing = _Writing(asked)
    return writing.module.compiled(writing.object(type, selections))


class _Writing:
    """Writes functions of a value and of what is broken; each line completes the variable `v`."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.module = Module(BROKEN=BROKEN)

    def object(self, type: FieldsType, selections: Selections) -> str:
        """Write how an object is completed: to BROKEN where it lacks what it must have."""
        lines = ["if value.__class__ is not dict:", "    return None", "get = value.get"]
        parts = []
        for number, (field, beneath) in enumerate(self.asked.of(type, selections)):
            name, v = field.name, f"v{number}"
            parts.append(f"{field.key!r}: {v}")
            if name == TYPENAME:
                if not is_object_type(type):
                    return self.module.function("object", "value, broken", ["return BROKEN"])
                lines.append(f"{v} = {type.name!r}")
                continue
            lines.append(f"{v} = get({field.key!r})")
            if name not in INTROSPECTION:
                at = f"{type.name}.{name}"
                lines += self._value(v, type.fields[name].type, beneath, at)
                if isinstance(type.fields[name].type, GraphQLNonNull):
                    lines += [f"if {v} is None:", *indented(_note(at)), "    return BROKEN"]
        lines.append(f"return {{{', '.join(parts)}}}")
        return self.module.function("object", "value, broken", lines)

    def _value(
        self, v: str, type: GraphQLOutputType, selections: Selections, at: str
    ) -> list[str]:
        """Write how a variable is completed; whether it may be null is its place's to say."""
        if isinstance(type, GraphQLNonNull):
            type = type.of_type
        if isinstance(type, GraphQLList):
            return self._list(v, type.of_type, selections, at)
        if is_enum_type(type):
            return self._enum(v, type, at)
        if is_object_type(type):
            made = self.object(type, selections)
        elif is_composite_type(type):
            made = self.module.constant(self._abstract(type.name, selections))
        else:
            return []
        completed = [f"{v} = {made}({v}, broken)", f"if {v} is BROKEN:", f"    {v} = None"]
        return [f"if {v} is not None:", *indented(completed)]

    def _list(self, v: str, item: GraphQLOutputType, selections: Selections, at: str) -> list[str]:
        each = self._value("v", item, selections, at)
        if isinstance(item, GraphQLNonNull):
            each += ["if v is None:", *indented(_note(at)), "    return None"]
        if not each:
            return [f"if {v}.__class__ is not list:", f"    {v} = None"]
        lines = ["if value.__class__ is not list:", "    return None", "found = []"]
        lines += ["for v in value:", *indented([*each, "found.append(v)"]), "return found"]
        return [f"{v} = {self.module.function('list', 'value, broken', lines)}({v}, broken)"]

    def _enum(self, v: str, type: GraphQLEnumType, at: str) -> list[str]:
        """Write that what is none of an enum is null; what is hidden is nobody's fault."""
        shown = self.module.constant(frozenset(type.values))
        known = self.module.constant(self.asked.values(type.name))
        message = f"a value came for {at} that is none of its enum"
        return [
            f"if {v} is not None and not ({v}.__class__ is str and {v} in {shown}):",
            f"    if not ({v}.__class__ is str and {v} in {known}):",
            f"        broken.append({message!r})",
            f"    {v} = None",
        ]

    def _abstract(self, name: str, selections: Selections) -> Complete:
        """Complete by the value's own type; what is made for a type is made when it turns up."""
        asked = self.asked
        found = asked.schema.type_map[name]
        known: dict[str, Complete | None] = {"": None}
        if is_interface_type(found):  # what only an interface object told of has no type
            known[""] = _completing(asked, found, selections)
        possible = asked.schema.get_possible_types(found)  # type: ignore[arg-type]  # it is abstract
        by_name = {each.name: each for each in possible}
        hidden = asked.full.type_map.keys() - asked.schema.type_map.keys()

        def complete(value: Any, broken: Broken) -> Any:
            if value.__class__ is not dict:
                return None
            told = type_name(value)
            if told not in known:
                type = by_name.get(told)
                known[told] = _completing(asked, type, selections) if type else None
            by_type = known[told]
            if by_type is None:
                if told not in hidden:
                    broken.append(f"an object came for {name} that is of no type of it")
                return None
            return by_type(value, broken)

        return complete


def _note(at: str) -> list[str]:
    return [f"broken.append({f'null came for {at}, which promises a value'!r})"]
