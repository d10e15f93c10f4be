"""A subgraph as the composer sees it: definitions with their extensions folded in."""

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ConstValueNode,
    DirectiveDefinitionNode,
    ListTypeNode,
    NonNullTypeNode,
    TypeNode,
    print_ast,
)

ROOTS = ("Query", "Mutation", "Subscription")


@dataclass(frozen=True, slots=True)
class SubgraphSource:
    """What the composer is given of a subgraph."""

    url: str
    sdl: str


class Kind(enum.Enum):
    OBJECT = "type"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input"
    SCALAR = "scalar"


class Name(str):
    """A directive argument that is an enum value, and so is printed without quotes."""

    __slots__ = ()


class Carrying(enum.Enum):
    """How a directive that is not federation's is carried into the supergraph."""

    ONCE = "once"
    REPEATABLE = "repeatable"


@dataclass(frozen=True, slots=True)
class Applied:
    """A directive where it is applied, under its canonical name."""

    name: str
    arguments: Mapping[str, Any]
    carried: Carrying | None = None
    """If it is carried, its arguments are nodes: what they mean is not known here."""


class Directives:
    """The directives applied to one element, in order."""

    __slots__ = ("applied",)

    def __init__(self, applied: Iterable[Applied] = ()) -> None:
        self.applied = list(applied)

    def __contains__(self, name: str) -> bool:
        return any(each.name == name for each in self.applied)

    def __iter__(self) -> Iterator[Applied]:
        return iter(self.applied)

    def all(self, name: str) -> list[Applied]:
        return [each for each in self.applied if each.name == name]

    def argument(self, name: str, argument: str) -> Any:
        """Give an argument of the first such directive, or None."""
        for each in self.all(name):
            return each.arguments.get(argument)
        return None

    def add(self, name: str, **arguments: Any) -> None:
        if name not in self:
            self.applied.append(Applied(name, arguments))

    def drop(self, name: str) -> None:
        self.applied = [each for each in self.applied if each.name != name]


@dataclass(slots=True)
class Argument:
    """An argument of a field, or a field of an input type: both are a name, a type, a default."""

    name: str
    type: TypeNode
    default: ConstValueNode | None
    description: str
    directives: Directives

    @property
    def is_required(self) -> bool:
        return isinstance(self.type, NonNullTypeNode) and self.default is None

    @property
    def default_text(self) -> str:
        return "" if self.default is None else print_ast(self.default)


@dataclass(slots=True)
class Field:
    name: str
    type: TypeNode
    arguments: dict[str, Argument]
    description: str
    directives: Directives


@dataclass(slots=True)
class Value:
    """A value of an enum."""

    name: str
    description: str
    directives: Directives


@dataclass(slots=True)
class Executable:
    """A directive that clients may put into operations."""

    name: str
    locations: frozenset[str]
    arguments: dict[str, Argument]
    description: str
    is_repeatable: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """A directive that one subgraph wants carried into the supergraph, of whose specification."""

    name: str
    original: str
    identity: str
    version: tuple[int, int]
    definition: DirectiveDefinitionNode

    @property
    def way(self) -> Carrying:
        return Carrying.REPEATABLE if self.definition.repeatable else Carrying.ONCE


@dataclass(slots=True)
class Definition:
    """A named type of one subgraph."""

    name: str
    kind: Kind
    description: str = ""
    directives: Directives = field(default_factory=Directives)
    interfaces: list[str] = field(default_factory=list)
    fields: dict[str, Field] = field(default_factory=dict)
    inputs: dict[str, Argument] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    is_extension: bool = False

    @property
    def keys(self) -> list[Applied]:
        return self.directives.all("key")


@dataclass(slots=True)
class Subgraph:
    """One subgraph, read: canonical directive names, standard root names, no machinery types."""

    name: str
    url: str
    definitions: dict[str, Definition]
    is_first_generation: bool = False
    executables: dict[str, Executable] = field(default_factory=dict)
    carried: dict[str, Carried] = field(default_factory=dict)
    directives: Directives = field(default_factory=Directives)
    """What it says of the whole schema."""
    key_fields: set[tuple[str, str]] = field(default_factory=set)
    used_externals: set[tuple[str, str]] = field(default_factory=set)

    @property
    def graph(self) -> str:
        """Its name in the `join__Graph` enum."""
        name = "".join(c if c.isascii() and c.isalnum() else "_" for c in self.name).upper()
        return f"_{name}" if name[:1].isdigit() else name

    def implementers(self, interface: str) -> list[Definition]:
        return [d for d in self.definitions.values() if interface in d.interfaces]

    def possible(self, name: str) -> list[Definition]:
        """Give the object types that a value of this type may be, as this subgraph knows them."""
        definition = self.definitions[name]
        if definition.kind is Kind.UNION:
            return [self.definitions[m] for m in definition.members if m in self.definitions]
        if definition.kind is Kind.INTERFACE:
            return [d for d in self.implementers(name) if d.kind is Kind.OBJECT]
        return [definition]


def is_resolvable(key: Applied) -> bool:
    return key.arguments.get("resolvable") is not False


def nullable(type: TypeNode) -> TypeNode:
    """Give a type without the non-null that is around it."""
    return type.type if isinstance(type, NonNullTypeNode) else type


def named(type: TypeNode) -> str:
    """Give the name inside lists and non-nulls."""
    inner = type
    while isinstance(inner, NonNullTypeNode | ListTypeNode):
        inner = inner.type
    return str(inner.name.value)  # type: ignore[attr-defined]  # what is left is a named type
