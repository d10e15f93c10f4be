"""What merging every kind of type needs: the run, and what all elements merge alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graphql import parse, print_ast

from gateway.composition.model import Definition, Subgraph
from gateway.composition.problems import Problems

Holder = tuple[Subgraph, Definition]
"""A subgraph that defines the type in hand, and its definition."""


@dataclass(slots=True)
class Merge:
    """One run of the composer: what goes in, and what is found on the way."""

    subgraphs: Sequence[Subgraph]
    problems: Problems
    strict_inputs: bool
    supertypes: dict[str, set[str]] = field(default_factory=dict)

    def holders(self, name: str) -> list[Holder]:
        """Give the subgraphs that define the type, in order, with their definitions."""
        return [(s, s.definitions[name]) for s in self.subgraphs if name in s.definitions]

    def is_subtype(self, type: str, of: str) -> bool:
        return of in self.supertypes.get(type, ())


def description(texts: Iterable[str]) -> str:
    """Take the first that says something; descriptions may differ."""
    return next((text for text in texts if text), "")


def set_text(fields: str) -> str:
    """Write a field set in one line, in one form."""
    printed = print_ast(parse("{" + fields + "}", no_location=True))
    return " ".join(line.strip() for line in printed.splitlines())[1:-1].strip()
