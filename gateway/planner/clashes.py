"""Finds keys that one subgraph cannot answer for two types at once, and gives them aliases.

GraphQL allows one key for fields of two types only if both have the same shape. Clients see the
shapes of the merged graph; a subgraph may promise more of one field than of the other.
"""

from collections.abc import Iterator
from dataclasses import replace

from gateway.planner.drafts import Draft, Node
from gateway.planner.operation import TYPENAME, Field, type_of
from gateway.supergraph import Supergraph

WRAPPING = str.maketrans("", "", "[]!")
Shape = tuple[str, str]
"""How a value is wrapped in lists and non-nulls, and the name of its type if it is a leaf."""


class Clashes:
    """The clashes of one draft; afterwards `renamed` says which key each alias stands for."""

    def __init__(self, supergraph: Supergraph, subgraph: str) -> None:
        self.supergraph = supergraph
        self.subgraph = subgraph
        self.renamed: dict[str, str] = {}

    def settle(self, draft: Draft) -> None:
        self._settle([(draft.type, draft.node)])

    def _settle(self, nodes: list[tuple[str, Node]]) -> None:
        """Settle selections that are answered in one object: of one type, or of several."""
        shapes: dict[str, dict[Shape, str]] = {}
        beneath: dict[str, list[tuple[str, Node]]] = {}
        for type, node in self._with_fragments(nodes):
            for key, (asked, inner) in node.fields.items():
                known = shapes.setdefault(key, {})
                shape = self._shape(type, asked)
                alias = known.get(shape) or self._alias(key, len(known))
                known[shape] = alias
                node.fields[key] = (replace(asked, key=alias), inner)
                if inner is not None:
                    beneath.setdefault(alias, []).append((self._inner(type, asked), inner))
        for below in beneath.values():
            self._settle(below)

    def _with_fragments(self, nodes: list[tuple[str, Node]]) -> Iterator[tuple[str, Node]]:
        for type, node in nodes:
            yield type, node
            yield from self._with_fragments(list(node.fragments.items()))

    def _alias(self, key: str, number: int) -> str:
        if number == 0:
            return key
        alias = f"__{number}_{key}"
        self.renamed[alias] = key
        return alias

    def _shape(self, type: str, asked: Field) -> Shape:
        if asked.name == TYPENAME:
            return "", TYPENAME
        promised = self._promised(type, asked)
        name = promised.translate(WRAPPING)
        return promised.replace(name, ""), name if asked.is_leaf else ""

    def _inner(self, type: str, asked: Field) -> str:
        return self._promised(type, asked).translate(WRAPPING)

    def _promised(self, type: str, asked: Field) -> str:
        """Give the type of a field as this subgraph has it."""
        owned = self.supergraph.field(type, asked.name)
        join = owned.joins.get(self.subgraph) if owned else None
        if join is not None:
            return join.type
        return owned.type if owned else type_of(self.supergraph, type, asked.name)
