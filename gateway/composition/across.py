"""What must be so between subgraphs: bases of extensions, keys of interfaces, implementers."""

from collections.abc import Mapping, Sequence

from gateway.composition.model import ROOTS, Applied, Definition, Kind, Subgraph, is_resolvable
from gateway.composition.problems import Problems
from gateway.composition.shared import Holder, set_text


def check(subgraphs: Sequence[Subgraph], problems: Problems) -> None:
    """Report what each subgraph may say for itself, but not beside the others."""
    for name in sorted({name for each in subgraphs for name in each.definitions}):
        holders = [(s, s.definitions[name]) for s in subgraphs if name in s.definitions]
        _check_base(name, holders, problems)
        known = {d.name for s in subgraphs for d in _objects(s, name)}
        for subgraph, held in holders:
            with problems.within(subgraph.name):
                if held.kind is Kind.INTERFACE:
                    _check_keys(subgraph, held, known, problems)
                if "interfaceObject" in held.directives:
                    _check_stand_in(subgraph, holders, known, problems)


def check_merged(merged: Mapping[str, Definition], problems: Problems) -> None:
    """Report implementers that lack what their interface got from other subgraphs."""
    for definition in merged.values():
        for interface in definition.interfaces:
            wanted = merged[interface].fields if interface in merged else {}
            for name in wanted.keys() - definition.fields.keys():
                problems.add(
                    "INTERFACE_FIELD_NO_IMPLEM",
                    f"implements {interface}, but no subgraph gives it {interface}.{name}",
                    at=definition.name,
                    hint=f"add {name} to the type, or take it out of the interface",
                )


def _objects(subgraph: Subgraph, interface: str) -> list[Definition]:
    return [d for d in subgraph.implementers(interface) if d.kind is Kind.OBJECT]


def _check_base(name: str, holders: Sequence[Holder], problems: Problems) -> None:
    if name not in ROOTS and all(held.is_extension for _, held in holders):
        problems.add(
            "EXTENSION_WITH_NO_BASE",
            f"only extended, in {', '.join(s.name for s, _ in holders)}, but defined nowhere",
            at=name,
            hint="define the type in one subgraph at least",
        )


def _words(key: Applied) -> list[str]:
    return sorted(set_text(key.arguments["fields"]).split())


def _check_keys(
    subgraph: Subgraph, interface: Definition, known: set[str], problems: Problems
) -> None:
    """By a key of an interface any value of it can be asked for; so all of its types are here."""
    implementers = _objects(subgraph, interface.name)
    for key in interface.keys:
        for each in implementers:
            if _words(key) not in map(_words, each.keys):
                problems.add(
                    "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
                    f'{each.name} lacks the key "{key.arguments["fields"]}" of its interface',
                    at=interface.name,
                    hint="give the type the same @key",
                )
    missing = known - {each.name for each in implementers}
    if missing and any(map(is_resolvable, interface.keys)):
        problems.add(
            "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
            f"has a key here, but {', '.join(sorted(missing))} of it stand elsewhere only",
            at=interface.name,
            hint="define every implementer here, or leave out the key",
        )


def _check_stand_in(
    subgraph: Subgraph, holders: Sequence[Holder], known: set[str], problems: Problems
) -> None:
    code = "INTERFACE_OBJECT_USAGE_ERROR"
    interfaces = [held for _, held in holders if held.kind is Kind.INTERFACE]
    name = holders[0][1].name
    if interfaces and not any(each.keys for each in interfaces):
        problems.add(
            code,
            "no subgraph has this interface with a @key",
            at=name,
            hint="give the interface the key by which it is asked for here",
        )
    if both := sorted(known & subgraph.definitions.keys()):
        problems.add(
            code,
            f"an interface object beside {', '.join(both)}, which implement it",
            at=name,
            hint="a subgraph knows the interface as one object, or its types",
        )
