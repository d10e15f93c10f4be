"""Writes drafts down as fetches: their documents, and which of them share a request."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from gateway.planner import saying
from gateway.planner.clashes import Clashes
from gateway.planner.drafts import Draft, Node
from gateway.planner.operation import TYPENAME, Field, Operation
from gateway.planner.plan import Entities, Fetch, Plan, Told, told_text
from gateway.supergraph import Supergraph

Group = list[Draft]

NOTHING = f"__nothing: {TYPENAME}"
"""Stands where nothing is selected. Not under its own name: an interface object's is no type."""


def render(supergraph: Supergraph, operation: Operation, drafts: Sequence[Draft]) -> Plan:
    """Write the plan, each fetch behind those it waits for."""
    renamed = {draft: _settled(supergraph, draft) for draft in drafts}
    groups = _groups(drafts)
    numbers = {draft: n for n, group in enumerate(groups, 1) for draft in group}
    fetches = []
    for number, group in enumerate(groups, 1):
        after = sorted({numbers[parent] for draft in group for parent in draft.parents})
        fetch = _fetch(supergraph, operation, number, tuple(after), group)
        names = {alias: key for draft in group for alias, key in renamed[draft].items()}
        fetches.append(replace(fetch, renamed=tuple(sorted(names.items()))))
    return Plan(tuple(fetches))


def _settled(supergraph: Supergraph, draft: Draft) -> dict[str, str]:
    clashes = Clashes(supergraph, draft.subgraph)
    clashes.settle(draft)
    return clashes.renamed


def _groups(drafts: Sequence[Draft]) -> list[Group]:
    """Let entity fetches that are equally far from the root go to one subgraph together.

    One that nothing waits for goes with a later one of the same objects, if there is any. What
    takes a value from above goes alone: it may be one request for each value.
    """
    found: dict[object, Group] = {}
    for draft in sorted(drafts, key=lambda each: each.depth):
        at: object = (draft.subgraph, draft.depth) if _is_shared(draft) else draft
        found.setdefault(at, []).append(draft)
    awaited = {parent for draft in drafts for parent in draft.parents}
    groups = list(found.values())
    for group in list(groups):
        if any(draft in awaited or not _is_shared(draft) for draft in group):
            continue
        behind = groups[groups.index(group) + 1 :]
        later = next((each for each in behind if _covers(each, group)), None)
        if later is not None:
            groups.remove(group)
            later += group
    return groups


def _is_shared(draft: Draft) -> bool:
    return draft.is_entity and not draft.contexts


def _covers(later: Group, group: Group) -> bool:
    """Say whether a group asks its subgraph of all objects that another asks it of."""
    objects = {(draft.type, draft.path) for draft in later if _is_shared(draft)}
    same_subgraph = later[0].subgraph == group[0].subgraph
    return same_subgraph and all((draft.type, draft.path) in objects for draft in group)


def _fetch(
    supergraph: Supergraph, operation: Operation, number: int, after: tuple[int, ...], group: Group
) -> Fetch:
    first = group[0]
    asked = [field for draft in group for field in _fields(draft.node)]
    kind = operation.kind if first.is_root else "query"
    told = saying.on(kind.upper(), operation.directives)
    used = saying.variables(told).union(*(field.variables for field in asked))
    variables = tuple(sorted(used))
    defined = [operation.variables[name] for name in variables]
    title = _title(operation, first.subgraph, number)
    said = f" {saying.text(told)}" if told else ""
    if not first.is_entity:
        head = f"{kind} {title}{_defined(defined)}{said}"
        return Fetch(
            number,
            first.subgraph,
            after,
            f"{head} {_text(first.node)}",
            variables,
            is_mutation=kind == "mutation",
            keys=tuple(first.node.fields),
            at=first.path,
        )
    entities = tuple(_entities(supergraph, group))
    taken = [f"${c.variable}: {c.type}" for each in entities for c in each.contexts]
    defined = [f"${each.variable}: [_Any!]!" for each in entities] + taken + defined
    parts = [
        f"{each.alias}: _entities(representations: ${each.variable}) {each.selection}"
        for each in entities
    ]
    document = f"query {title}{_defined(defined)}{said} {{ {' '.join(parts)} }}"
    return Fetch(number, first.subgraph, after, document, variables, entities)


def _title(operation: Operation, subgraph: str, number: int) -> str:
    """Name a fetch for the logs of the subgraph that gets it."""
    where = "".join(c if c.isascii() and c.isalnum() else "_" for c in subgraph)
    return f"{operation.name or operation.kind}__{where}__{number}"


def _defined(variables: Sequence[str]) -> str:
    return f"({', '.join(variables)})" if variables else ""


def _entities(supergraph: Supergraph, group: Group) -> Iterator[Entities]:
    """Ask once for objects of one type, wherever they stand, if the same is asked of them."""

    def sameness(draft: Draft) -> tuple[str, str, str]:
        return draft.type, told_text(draft.told), _text(draft.node)

    ordered = sorted(group, key=sameness)
    for number, (_, same) in enumerate(groupby(ordered, key=sameness)):
        drafts = list(same)
        first = drafts[0]
        yield Entities(
            alias=f"e{number}",
            variable=f"_r{number}",
            type=first.type,
            told=first.told,
            keys=tuple(each.source for each in first.key),
            needed=frozenset(e.source for e in first.key if _is_needed(supergraph, first, e)),
            paths=tuple(draft.path for draft in drafts),
            selection=f"{{ ... on {first.type} {_text(first.node)} }}",
            contexts=first.contexts,
        )


def _is_needed(supergraph: Supergraph, draft: Draft, told: Told) -> bool:
    owned = supergraph.field(draft.type, told.name)
    join = owned.joins.get(draft.subgraph) if owned else None
    return join is not None and join.type.endswith("!")


def _text(node: Node) -> str:
    within: dict[str, list[str]] = {}
    for field, inner in node.fields.values():
        within.setdefault(field.within, []).append(_field_text(field, inner))
    parts = within.pop("", [])
    parts += [f"... {said} {{ {' '.join(told)} }}" for said, told in within.items()]
    parts += [
        f"... on {condition} {_text(inner)}"
        for condition, inner in node.fragments.items()
        if inner.fields or inner.fragments
    ]
    return "{ " + " ".join(parts or [NOTHING]) + " }"


def _field_text(field: Field, inner: Node | None) -> str:
    name = field.name if field.key == field.name else f"{field.key}: {field.name}"
    arguments = f"({field.arguments})" if field.arguments else ""
    said = f" {field.directives}" if field.directives else ""
    beneath = f" {_text(inner)}" if inner is not None else ""
    return f"{name}{arguments}{said}{beneath}"


def _fields(node: Node) -> Iterator[Field]:
    for field, inner in node.fields.values():
        yield field
        if inner is not None:
            yield from _fields(inner)
    for inner in node.fragments.values():
        yield from _fields(inner)
