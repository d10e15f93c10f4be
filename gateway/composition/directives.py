"""The directives that the composer knows, and what becomes of each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import print_ast

from gateway.composition.model import Applied, Carrying, Directives, Name, Subgraph

BUILT_IN = frozenset({"deprecated", "specifiedBy", "oneOf"})
"""GraphQL's own: carried over as they are."""

SINCE = {
    **dict.fromkeys(("key", "shareable", "external", "requires", "provides", "override"), 0),
    **dict.fromkeys(("extends", "inaccessible", "tag"), 0),
    "composeDirective": 1,
    "interfaceObject": 3,
    "authenticated": 5,
    "requiresScopes": 5,
    "policy": 6,
    "context": 8,
    "fromContext": 8,
    "cost": 9,
    "listSize": 9,
    "cacheTag": 12,
}
"""Federation's, all of them, with the minor version in which each came."""
SUPPORTED = frozenset(SINCE)


def merged(all: Sequence[Directives]) -> list[Applied]:
    """Merge the directives that any element may carry: each by its own strategy."""
    found: list[Applied] = []
    for word in ("deprecated", "specifiedBy", "oneOf", "inaccessible", "authenticated"):
        applied = next((each for d in all for each in d.all(word)), None)
        if applied is not None:
            found.append(applied)
    for word, argument in (("requiresScopes", "scopes"), ("policy", "policies")):
        if said := [each.arguments.get(argument) or [] for d in all for each in d.all(word)]:
            found.append(Applied(word, {argument: _all_of(said)}))
    if weights := [each.arguments["weight"] for d in all for each in d.all("cost")]:
        found.append(Applied("cost", {"weight": max(weights)}))
    if sizes := [each.arguments for d in all for each in d.all("listSize")]:
        found.append(Applied("listSize", _sizes(sizes)))
    tags = {str(tag.arguments["name"]) for each in all for tag in each.all("tag")}
    found += [Applied("tag", {"name": tag}) for tag in sorted(tags)]
    return found + _carried(all)


def _carried(all: Sequence[Directives]) -> list[Applied]:
    """Give a carried directive once for each meaning, or with the commonest alone."""
    found: dict[str, Counter[str]] = {}
    meant: dict[tuple[str, str], Applied] = {}
    for each in (each for d in all for each in d if each.carried):
        meaning = str({name: print_ast(value) for name, value in sorted(each.arguments.items())})
        found.setdefault(each.name, Counter())[meaning] += 1
        meant.setdefault((each.name, meaning), each)
    return [
        meant[name, meaning]
        for name, counted in sorted(found.items())
        for meaning, _ in counted.most_common()
        if meant[name, meaning].carried is Carrying.REPEATABLE
        or meaning == counted.most_common(1)[0][0]
    ]


def passed_on(held: Sequence[tuple[Subgraph, Directives]]) -> list[Applied]:
    """Hand on what routers read but composing does not, each with the subgraphs that say it."""
    found: dict[str, tuple[Applied, list[Name]]] = {}
    for subgraph, directives in held:
        for each in directives.all("cacheTag"):
            _, graphs = found.setdefault(str(each.arguments), (each, []))
            graphs.append(Name(subgraph.graph))
    return [
        Applied(
            "join__directive",
            {"graphs": graphs, "name": f"federation__{said.name}", "args": said.arguments},
        )
        for said, graphs in found.values()
    ]


def _all_of(said: Sequence[Any]) -> list[list[str]]:
    """Demand what each subgraph demands: one of the groups of every one of them."""
    groups: list[set[str]] = [set()]
    for alternatives in said:
        groups = [group | set(each) for group in groups for each in alternatives]
    enough = {frozenset(g) for g in groups if not any(other < g for other in groups)}
    return sorted(sorted(each) for each in enough)


def _sizes(said: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if assumed := [each["assumedSize"] for each in said if each.get("assumedSize") is not None]:
        found["assumedSize"] = max(assumed)
    for word in ("slicingArguments", "sizedFields"):
        if any(each.get(word) is not None for each in said):
            found[word] = sorted({name for each in said for name in each.get(word) or ()})
    if any("requireOneSlicingArgument" in each for each in said):
        strict = [each.get("requireOneSlicingArgument", True) for each in said]
        found["requireOneSlicingArgument"] = all(strict)
    return found
