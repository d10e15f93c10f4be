"""Arguments whose values come from above: `@context` sets them, `@fromContext` takes them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    FieldNode,
    InlineFragmentNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    SelectionSetNode,
    TypeNode,
    print_ast,
)

from gateway.composition.field_sets import InvalidFieldSet, parsed, touched
from gateway.composition.model import (
    Argument,
    Definition,
    Field,
    Kind,
    Subgraph,
    is_resolvable,
    named,
    nullable,
)
from gateway.composition.problems import Problems

NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
VALUE = re.compile(r"\s*\$(\w+)\s*(.*)", re.DOTALL)
ABSTRACT = frozenset({Kind.INTERFACE, Kind.UNION})


@dataclass(frozen=True, slots=True)
class Taken:
    """A value that an argument takes from above: of which context, and what of it."""

    context: str
    selection: str


def taken(argument: Argument) -> Taken | None:
    """Say what an argument takes from above, if it is written as it must be."""
    found = VALUE.fullmatch(str(argument.directives.argument("fromContext", "field")))
    if found is None:
        return None
    text = found[2].strip()
    return Taken(found[1], text[1:-1] if text.startswith("{") and text.endswith("}") else text)


def is_contextual(argument: Argument) -> bool:
    return "fromContext" in argument.directives


def in_supergraph(subgraph: Subgraph, context: str) -> str:
    """Name a context for all: two subgraphs may mean different things by one name."""
    return f"{subgraph.name}__{context}"


def check(subgraph: Subgraph, problems: Problems) -> None:
    """Report contexts that cannot be set, and arguments that cannot be taken from them."""
    setting: dict[str, list[Definition]] = {}
    for definition in subgraph.definitions.values():
        for each in definition.directives.all("context"):
            name = str(each.arguments.get("name"))
            setting.setdefault(name, []).append(definition)
            _check_name(name, definition, problems)
    for definition in subgraph.definitions.values():
        for field in definition.fields.values():
            for argument in field.arguments.values():
                if is_contextual(argument):
                    _Taking(subgraph, definition, field, argument, problems).check(setting)


def _check_name(name: str, definition: Definition, problems: Problems) -> None:
    if "_" in name:
        problems.add(
            "CONTEXT_NAME_CONTAINS_UNDERSCORE",
            f'the context "{name}" has an underscore in its name',
            at=definition.name,
            hint="name it with letters and digits only",
        )
    elif not NAME.fullmatch(name):
        problems.add(
            "CONTEXT_NAME_INVALID",
            f'"{name}" is no name of a context',
            at=definition.name,
            hint="name it with letters and digits only",
        )


@dataclass(frozen=True, slots=True)
class _Taking:
    """One argument that takes its value from above."""

    subgraph: Subgraph
    definition: Definition
    field: Field
    argument: Argument
    problems: Problems

    @property
    def at(self) -> str:
        return f"{self.definition.name}.{self.field.name}({self.argument.name}:)"

    def check(self, setting: dict[str, list[Definition]]) -> None:
        self._check_place()
        found = taken(self.argument)
        if found is None:
            self._refuse(
                "NO_CONTEXT_REFERENCED",
                "the value names no context",
                'write "$context { field }"',
            )
        elif found.context not in setting:
            self._refuse(
                "CONTEXT_NOT_SET",
                f'no type here sets the context "{found.context}"',
                "put @context on the type that holds the value",
            )
        else:
            for each in setting[found.context]:
                self._check_selection(each, found.selection)

    def _check_place(self) -> None:
        is_abstract = self.definition.kind is Kind.INTERFACE or any(
            self.field.name in self.subgraph.definitions[interface].fields
            for interface in self.definition.interfaces
            if interface in self.subgraph.definitions
        )
        if is_abstract:
            self._refuse(
                "CONTEXT_NOT_SET",
                "taken from a context on a field that an interface has",
                "take it on a field of one type alone",
            )
        if self.argument.default is not None:
            self._refuse(
                "CONTEXT_NOT_SET",
                "taken from a context, and yet it has a default value",
                "leave the default value out",
            )
        if not any(map(is_resolvable, self.definition.keys)):
            self._refuse(
                "CONTEXT_NO_RESOLVABLE_KEY",
                f"{self.definition.name} has no key by which it can be asked for",
                "give the type a resolvable @key",
            )

    def _check_selection(self, type: Definition, text: str) -> None:
        code, hint = "CONTEXT_INVALID_SELECTION", "select one leaf of each type that sets it"
        try:
            for each in touched(self.subgraph, type, text):
                for having in (each.type, *self.subgraph.possible(each.type.name)):
                    self.subgraph.used_externals.add((having.name, each.field.name))
            concrete = self._concrete(type)
            leaves = [leaf for each in concrete for leaf in self._leaves(each, parsed(text))]
        except InvalidFieldSet as error:
            self._refuse(code, f"on {type.name}: {error}", hint)
            return
        for leaf in leaves:
            if not _fits(leaf, self.argument.type):
                told = (
                    f"{print_ast(leaf)} on {type.name}, but {print_ast(self.argument.type)} here"
                )
                self._refuse(code, told, "give the argument the type of the value")

    def _concrete(self, type: Definition) -> list[Definition]:
        return self.subgraph.possible(type.name) if type.kind in ABSTRACT else [type]

    def _leaves(self, type: Definition, selections: SelectionSetNode) -> list[TypeNode]:
        """Give what the one leaf may be that is selected of values of an object type."""
        asked = list(self._fields(type, selections))
        field = type.fields.get(asked[0].name.value) if len(asked) == 1 else None
        if field is None:
            raise InvalidFieldSet(f"not one field is selected of {type.name}")
        beneath = asked[0].selection_set
        if beneath is None:
            return [field.type]
        inner = self._concrete(self.subgraph.definitions[named(field.type)])
        found = [leaf for each in inner for leaf in self._leaves(each, beneath)]
        return [_through(field.type, leaf) for leaf in found]

    def _fields(self, type: Definition, selections: SelectionSetNode) -> Iterator[FieldNode]:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else type.name
                if condition == type.name or type in self.subgraph.possible(condition):
                    yield from self._fields(type, node.selection_set)

    def _refuse(self, code: str, told: str, hint: str) -> None:
        self.problems.add(code, told, at=self.at, hint=hint)


def _through(outer: TypeNode, leaf: TypeNode) -> TypeNode:
    """Give the type of a leaf beneath a field: a list or a null above it shows in it."""
    is_sure = isinstance(outer, NonNullTypeNode)
    bare = nullable(outer)
    if isinstance(bare, ListTypeNode):
        listed = ListTypeNode(type=_through(bare.type, leaf))
        return NonNullTypeNode(type=listed) if is_sure else listed
    return leaf.type if isinstance(leaf, NonNullTypeNode) and not is_sure else leaf


def _fits(given: TypeNode, wanted: TypeNode) -> bool:
    if isinstance(wanted, NonNullTypeNode):
        return isinstance(given, NonNullTypeNode) and _fits(given.type, wanted.type)
    bare = nullable(given)
    if isinstance(wanted, ListTypeNode):
        return isinstance(bare, ListTypeNode) and _fits(bare.type, wanted.type)
    return isinstance(bare, NamedTypeNode) and bare.name.value == named(wanted)
