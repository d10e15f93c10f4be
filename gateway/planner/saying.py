"""The client's own directives on operations: which go on to the subgraphs, and with what."""

from collections.abc import Iterable
from dataclasses import dataclass

from graphql import DirectiveNode, GraphQLSchema, Visitor, print_ast, visit
from graphql.language.ast import Node, VariableNode

from gateway.visibility import STANDARD


@dataclass(frozen=True, slots=True)
class Said:
    """A directive as the client wrote it; every subgraph knows it, or it would not be valid."""

    name: str
    text: str
    variables: frozenset[str]
    locations: frozenset[str]
    is_repeatable: bool


Sayings = tuple[Said, ...]


def said(schema: GraphQLSchema, nodes: Iterable[DirectiveNode] | None) -> Sayings:
    """Give what is for the subgraphs; the graph's own directives are settled before."""
    found = []
    for node in nodes or ():
        name = node.name.value
        known = None if name in STANDARD else schema.get_directive(name)
        if known is not None:
            locations = frozenset(each.name for each in known.locations)
            variables = variables_of([node])
            found.append(Said(name, print_ast(node), variables, locations, known.is_repeatable))
    return tuple(found)


def on(location: str, sayings: Iterable[Said]) -> Sayings:
    """Give those that may stand there, each once."""
    found: list[Said] = []
    for each in sayings:
        is_there = each.text in {other.text for other in found}
        is_taken = not each.is_repeatable and each.name in {other.name for other in found}
        if location in each.locations and not (is_there or is_taken):
            found.append(each)
    return tuple(found)


def text(sayings: Iterable[Said]) -> str:
    return " ".join(each.text for each in sayings)


def variables(sayings: Iterable[Said]) -> frozenset[str]:
    return frozenset().union(*(each.variables for each in sayings))


def variables_of(nodes: Iterable[Node]) -> frozenset[str]:
    """Name the variables that stand somewhere in these."""
    finder = _VariableFinder()
    for each in nodes:
        visit(each, finder)
    return frozenset(finder.found)


class _VariableFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.found.add(node.name.value)
