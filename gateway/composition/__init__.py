"""Makes one supergraph of many subgraphs: read, upgrade, check, merge, print, walk. Pure."""

from collections.abc import Mapping, Sequence

from gateway.composition import (
    across,
    carrying,
    costing,
    executables,
    hiding,
    merging,
    placing,
    printing,
    reading,
    rules,
    satisfiability,
    upgrading,
)
from gateway.composition.model import Subgraph, SubgraphSource
from gateway.composition.problems import CompositionFailed, Problem, Problems
from gateway.supergraph import InvalidSupergraph, Supergraph

__all__ = ["CompositionFailed", "Problem", "SubgraphSource", "compose"]


def compose(subgraphs: Mapping[str, SubgraphSource], *, strict_inputs: bool = False) -> str:
    """Give the supergraph file's text, or raise `CompositionFailed` with every problem found.

    The text depends on the subgraphs only, never on their order. With `strict_inputs` an input
    type, argument or enum that merging would narrow is refused instead.
    """
    problems = Problems()
    read = [reading.read(name, subgraphs[name], problems) for name in sorted(subgraphs)]
    graphs = [each for each in read if each is not None]
    _check_names(graphs, problems)
    problems.settle()
    for subgraph in graphs:
        upgrading.upgrade(subgraph)
        rules.check(subgraph, problems)
        with problems.within(subgraph.name):
            placing.check(subgraph, problems)
            costing.check(subgraph, problems)
    problems.settle()
    across.check(graphs, problems)
    definitions = merging.merge(graphs, problems, strict_inputs=strict_inputs)
    problems.settle()
    shared = executables.merge(graphs, problems)
    carried = carrying.merge(graphs, problems)
    across.check_merged({each.name: each for each in definitions}, problems)
    hiding.check(definitions, problems)
    problems.settle()
    text = printing.print_supergraph(printing.Merged(graphs, definitions, shared, carried))
    supergraph = _read_back(text, problems)
    problems.settle()
    if supergraph is not None:
        for active in (frozenset[str](), supergraph.labels):
            satisfiability.check(supergraph.settled(active), problems)
    problems.settle()
    return text


def _check_names(subgraphs: Sequence[Subgraph], problems: Problems) -> None:
    seen: dict[str, str] = {}
    for each in subgraphs:
        if other := seen.get(each.graph):
            message = f"the names {other} and {each.name} are both written {each.graph}"
            problems.add(
                "INVALID_SUBGRAPH_NAME",
                message,
                hint="name one of them otherwise",
            )
        seen[each.graph] = each.name
    queries = [each.definitions.get("Query") for each in subgraphs]
    if not any(query and query.fields for query in queries):
        problems.add(
            "NO_QUERIES",
            "no subgraph has a query field",
            hint="give one subgraph a field on Query",
        )


def _read_back(text: str, problems: Problems) -> Supergraph | None:
    """Hold the merged graph, as clients will see it, against GraphQL's own rules."""
    try:
        return Supergraph.parse(text)
    except InvalidSupergraph as error:
        for reason in error.reasons:
            problems.add(
                "INVALID_MERGED_SCHEMA",
                reason.rstrip("."),
                hint="the subgraphs are each right, but not together: make them agree here",
            )
        return None
