"""Merges what subgraphs say of each type; each kind of type has its own rule."""

from collections.abc import Sequence

from gateway.composition import contexts, enums, fields, inputs, standing_in
from gateway.composition.directives import merged as merged_directives
from gateway.composition.directives import passed_on
from gateway.composition.model import (
    Applied,
    Definition,
    Directives,
    Kind,
    Name,
    Subgraph,
    is_resolvable,
)
from gateway.composition.problems import Problems
from gateway.composition.shared import Holder, Merge, description, set_text


def merge(
    subgraphs: Sequence[Subgraph], problems: Problems, *, strict_inputs: bool
) -> list[Definition]:
    """Give the supergraph's types with their join directives; what does not fit is reported."""
    names = sorted({name for each in subgraphs for name in each.definitions})
    run = Merge(subgraphs, problems, strict_inputs, _supertypes(subgraphs))
    usage = enums.usage(subgraphs)
    merged = {}
    for name in names:
        holders = run.holders(name)
        kind = _kind(name, holders, problems)
        if kind is None:
            continue
        definition = _begun(name, kind, holders)
        match kind:
            case Kind.OBJECT | Kind.INTERFACE:
                _implementing(definition, holders)
                fields.merge(run, definition, holders)
            case Kind.INPUT:
                inputs.merge(run, definition, holders)
            case Kind.ENUM:
                enums.merge(run, definition, holders, usage.get(name, enums.Usage.NONE))
            case Kind.UNION:
                _merge_members(definition, holders)
            case Kind.SCALAR:
                pass
        merged[name] = definition
    standing_in.check_sharing(run, merged)
    standing_in.hand_down(merged, subgraphs)
    _drop_empty_roots(merged)
    return list(merged.values())


def _supertypes(subgraphs: Sequence[Subgraph]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for subgraph in subgraphs:
        for definition in subgraph.definitions.values():
            found.setdefault(definition.name, set()).update(definition.interfaces)
            for member in definition.members:
                found.setdefault(member, set()).add(definition.name)
    return found


def _kind(name: str, holders: Sequence[Holder], problems: Problems) -> Kind | None:
    kinds = {d.kind for _, d in holders if "interfaceObject" not in d.directives}
    stand_ins = [s.name for s, d in holders if "interfaceObject" in d.directives]
    if stand_ins and kinds != {Kind.INTERFACE}:
        problems.add(
            "INTERFACE_OBJECT_USAGE_ERROR",
            f"@interfaceObject in {', '.join(stand_ins)}, but no subgraph has this interface",
            at=name,
            hint="define the interface, with its key, where its types are known",
        )
        return None
    if len(kinds) == 1:
        return kinds.pop()
    told = ", ".join(f"{d.kind.value} in {s.name}" for s, d in holders)
    problems.add(
        "TYPE_KIND_MISMATCH",
        f"is of different kinds: {told}",
        at=name,
        hint="call one of them otherwise",
    )
    return None


def _begun(name: str, kind: Kind, holders: Sequence[Holder]) -> Definition:
    directives = [each for s, d in holders for each in _join_type(s, d)]
    directives += merged_directives([d.directives for _, d in holders])
    directives += passed_on([(s, d.directives) for s, d in holders])
    directives += [
        Applied("context", {"name": contexts.in_supergraph(s, str(each.arguments["name"]))})
        for s, d in holders
        for each in d.directives.all("context")
    ]
    return Definition(
        name,
        kind,
        description([d.description for _, d in holders]),
        Directives(directives),
    )


def _join_type(subgraph: Subgraph, definition: Definition) -> list[Applied]:
    common: dict[str, object] = {}
    if definition.is_extension and definition.keys:
        common["extension"] = True
    if "interfaceObject" in definition.directives:
        common["isInterfaceObject"] = True
    graph = {"graph": Name(subgraph.graph)}
    found = []
    for key in definition.keys:
        arguments = {**graph, "key": set_text(key.arguments["fields"]), **common}
        if not is_resolvable(key):
            arguments["resolvable"] = False
        found.append(Applied("join__type", arguments))
    return found or [Applied("join__type", {**graph, **common})]


def _implementing(definition: Definition, holders: Sequence[Holder]) -> None:
    joined = []
    for subgraph, held in holders:
        for interface in held.interfaces:
            arguments = {"graph": Name(subgraph.graph), "interface": interface}
            joined.append(Applied("join__implements", arguments))
            if interface not in definition.interfaces:
                definition.interfaces.append(interface)
    definition.interfaces.sort()
    definition.directives.applied[:0] = joined


def _merge_members(definition: Definition, holders: Sequence[Holder]) -> None:
    members = sorted({member for _, held in holders for member in held.members})
    for member in members:
        for subgraph, held in holders:
            if member in held.members:
                arguments = {"graph": Name(subgraph.graph), "member": member}
                definition.directives.applied.append(Applied("join__unionMember", arguments))
    definition.members = members


def _drop_empty_roots(merged: dict[str, Definition]) -> None:
    for root in ("Mutation", "Subscription"):
        if root in merged and not merged[root].fields:
            del merged[root]
