"""Who can resolve what, as a supergraph file says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import DirectiveNode, value_from_ast_untyped


@dataclass(frozen=True, slots=True)
class Key:
    """How a subgraph can be asked for an entity (a field set), and whether it answers."""

    fields: str
    is_resolvable: bool


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """An argument whose value is a selection on the nearest type above that sets the context."""

    name: str
    type: str
    context: str
    selection: str


@dataclass(frozen=True, slots=True)
class Join:
    """What one subgraph has to do with one field."""

    type: str
    requires: str = ""
    provides: str = ""
    is_external: bool = False
    override: str = ""
    """The subgraph from which it takes the field over: always, or when the label is active."""
    label: str = ""
    contexts: tuple[ContextArgument, ...] = ()

    @property
    def needs(self) -> bool:
        """Whether the subgraph must be told more than a key, in a fetch of its own."""
        return bool(self.requires or self.contexts)


@dataclass(frozen=True, slots=True)
class OwnedField:
    """A field with the subgraphs that know it, by their names."""

    name: str
    type: str
    joins: Mapping[str, Join]

    def settled(self, active: frozenset[str]) -> "OwnedField":
        """Leave to one subgraph what is taken over step by step."""
        gone = {
            join.override if join.label in active else graph
            for graph, join in self.joins.items()
            if join.label
        }
        left = {graph: join for graph, join in self.joins.items() if graph not in gone}
        return replace(self, joins=left)


@dataclass(slots=True)
class OwnedType:
    """A type with the subgraphs that know it, each with its keys there."""

    name: str
    keys: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    interface_objects: set[str] = field(default_factory=set)
    fields: dict[str, OwnedField] = field(default_factory=dict)
    members: dict[str, frozenset[str]] = field(default_factory=dict)
    contexts: frozenset[str] = frozenset()

    def settled(self, active: frozenset[str]) -> "OwnedType":
        fields = {name: each.settled(active) for name, each in self.fields.items()}
        return replace(self, fields=fields)


def applied(nodes: Iterable[DirectiveNode] | None, name: str) -> list[dict[str, Any]]:
    return [arguments(node) for node in nodes or () if node.name.value == name]


def arguments(node: DirectiveNode) -> dict[str, Any]:
    return {a.name.value: value_from_ast_untyped(a.value) for a in node.arguments or ()}
