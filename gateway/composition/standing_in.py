"""Interface objects: what they add to an interface, all types that implement it have."""

from collections.abc import Iterator, Mapping, Sequence

from gateway.composition import fields
from gateway.composition.model import Definition, Kind, Subgraph
from gateway.composition.shared import Merge


def hand_down(merged: Mapping[str, Definition], subgraphs: Sequence[Subgraph]) -> None:
    """Give implementers the fields that interface objects add to their interface."""
    added = {(d.name, name) for s in subgraphs for d in _stand_ins(s) for name in d.fields}
    for interface, name in sorted(added):
        field = merged[interface].fields.get(name) if interface in merged else None
        for definition in merged.values():
            if field and interface in definition.interfaces and name not in definition.fields:
                definition.fields[name] = fields.handed_down(field)


def check_sharing(run: Merge, merged: Mapping[str, Definition]) -> None:
    """Report fields that several give, where one of them gives it for a whole interface."""
    for definition in merged.values():
        for name in sorted(_added_to(run, definition)):
            giving = sorted(_giving(run, definition, name))
            if len(giving) > 1 and not all(is_shareable for _, is_shareable in giving):
                told = ", ".join(each for each, _ in giving)
                run.problems.add(
                    "INVALID_FIELD_SHARING",
                    f"resolved by {told}, for one of them by an interface object",
                    at=f"{definition.name}.{name}",
                    hint="mark it @shareable in each, or keep it in one",
                )


def _stand_ins(subgraph: Subgraph) -> Iterator[Definition]:
    for definition in subgraph.definitions.values():
        if "interfaceObject" in definition.directives:
            yield definition


def _added_to(run: Merge, definition: Definition) -> set[str]:
    """Name what interface objects add to a type."""
    interfaces = {*definition.interfaces, definition.name}
    return {
        field.name
        for subgraph in run.subgraphs
        for held in _stand_ins(subgraph)
        if held.name in interfaces
        for field in held.fields.values()
        if "external" not in field.directives
    }


def _giving(run: Merge, definition: Definition, name: str) -> set[tuple[str, bool]]:
    """Name the subgraphs that give a field, each with whether it shares it."""
    interfaces = {*definition.interfaces, definition.name}
    found = set()
    for subgraph in run.subgraphs:
        for held in subgraph.definitions.values():
            is_stand_in = "interfaceObject" in held.directives and held.name in interfaces
            is_type = held.name == definition.name and held.kind is Kind.OBJECT
            field = held.fields.get(name) if is_stand_in or is_type else None
            if field is not None and not fields.is_given_up(run, held.name, subgraph, field):
                found.add((subgraph.name, fields.is_shareable(subgraph, held, field)))
    return found
