"""Merges directives that clients may use: those of every subgraph, with what all take."""

from collections.abc import Sequence

from gateway.composition import inputs
from gateway.composition.model import Executable, Subgraph
from gateway.composition.problems import Problems
from gateway.composition.shared import Merge, description


def merge(subgraphs: Sequence[Subgraph], problems: Problems) -> list[Executable]:
    """Give the directives on operations that mean something to every subgraph."""
    run = Merge(subgraphs, problems, strict_inputs=False)
    names = sorted({name for each in subgraphs for name in each.executables})
    found = [
        _merge(run, [(s, s.executables[name]) for s in subgraphs])
        for name in names
        if all(name in each.executables for each in subgraphs)
    ]
    return [each for each in found if each.locations]


def _merge(run: Merge, held: Sequence[tuple[Subgraph, Executable]]) -> Executable:
    name = held[0][1].name
    return Executable(
        name,
        frozenset.intersection(*(each.locations for _, each in held)),
        inputs.merge_arguments(run, f"@{name}", [(s, each.arguments) for s, each in held]),
        description([each.description for _, each in held]),
        is_repeatable=all(each.is_repeatable for _, each in held),
    )
