"""Directives of other specifications that subgraphs want carried into the supergraph."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveDefinitionNode,
    InputValueDefinitionNode,
    NameNode,
    print_ast,
)

from gateway.composition.directives import BUILT_IN, SUPPORTED
from gateway.composition.linking import Link
from gateway.composition.model import Carried, Executable, Subgraph
from gateway.composition.problems import Problems
from gateway.visibility import EXECUTABLE

MACHINERY = ("federation__", "join__", "link__")
CODE = "DIRECTIVE_COMPOSITION_ERROR"


@dataclass(slots=True)
class Linked:
    """What one subgraph says of directives that are not federation's."""

    links: Sequence[Link]
    definitions: Mapping[str, DirectiveDefinitionNode]
    problems: Problems

    def carried(self, wanted: Sequence[Any]) -> dict[str, Carried]:
        """Give the wanted directives by their names here; report those that cannot be carried."""
        found = [self._one(each) for each in wanted]
        return {each.name: each for each in found if each is not None}

    def _one(self, wanted: Any) -> Carried | None:
        name = wanted.removeprefix("@") if isinstance(wanted, str) else ""
        if not name or name == wanted:
            self._refuse(f'"{wanted}" is no name of a directive', "write it with its @")
        elif name in SUPPORTED | BUILT_IN | {"link"} or name.startswith(MACHINERY):
            self._refuse(f"@{name} is merged anyway", "name a directive of your own")
        elif name not in self.definitions:
            self._refuse(f"@{name} is defined nowhere in this subgraph", "define the directive")
        elif (link := self._link(name)) is None:
            self._refuse(
                f"@{name} belongs to no specification that is linked",
                "import it in a @link of its own, with a version in the url",
            )
        else:
            original = link.originals.get(name, name.removeprefix(f"{link.namespace}__"))
            node = self.definitions[name]
            return Carried(name, original, link.identity, link.version, node)
        return None

    def _link(self, name: str) -> Link | None:
        return next((each for each in self.links if each.knows(name)), None)

    def _refuse(self, told: str, hint: str) -> None:
        self.problems.add(CODE, told, at="schema", hint=hint)


def merge(subgraphs: Sequence[Subgraph], problems: Problems) -> list[Carried]:
    """Give each carried directive as its newest subgraph has it; report what does not agree."""
    found: dict[str, list[tuple[Subgraph, Carried]]] = {}
    names: dict[tuple[str, str], dict[str, str]] = {}
    for subgraph in subgraphs:
        for each in subgraph.carried.values():
            found.setdefault(each.name, []).append((subgraph, each))
            called = names.setdefault((each.identity, each.original), {})
            called[subgraph.name] = each.name
    for (identity, original), called in names.items():
        if len(set(called.values())) > 1:
            told = ", ".join(f"@{name} in {subgraph}" for subgraph, name in called.items())
            problems.add(
                "LINK_IMPORT_NAME_MISMATCH",
                f"the directive {original} of {identity} has several names: {told}",
                at=f"@{original}",
                hint="import it under one name everywhere",
            )
    return [_newest(name, held, problems) for name, held in sorted(found.items())]


def _newest(name: str, held: Sequence[tuple[Subgraph, Carried]], problems: Problems) -> Carried:
    if len({(each.identity, each.version[0]) for _, each in held}) > 1:
        told = ", ".join(f"{each.identity} v{each.version[0]} in {s.name}" for s, each in held)
        problems.add(
            CODE,
            f"means different things: {told}",
            at=f"@{name}",
            hint="link one specification, of one major version, everywhere",
        )
    return max((each for _, each in held), key=lambda each: each.version)


def links(carried: Sequence[Carried]) -> list[str]:
    """Write a link for each specification, with what is imported of it."""
    imported: dict[str, list[str]] = {}
    newest: dict[str, tuple[int, int]] = {}
    for each in carried:
        name = f'"@{each.name}"'
        if each.name != each.original:
            name = f'{{name: "@{each.original}", as: {name}}}'
        imported.setdefault(each.identity, []).append(name)
        newest[each.identity] = max(newest.get(each.identity, (0, 0)), each.version)
    return [
        f'  @link(url: "{identity}/v{newest[identity][0]}.{newest[identity][1]}", '
        f"import: [{', '.join(names)}])"
        for identity, names in imported.items()
    ]


def definitions(carried: Sequence[Carried], executables: Sequence[Executable]) -> list[str]:
    """Write what is carried: where it stands in SDLs, and in operations if all know it there."""
    known = {each.name: each.locations for each in executables}
    printed = []
    for each in carried:
        own = {location.value for location in each.definition.locations}
        locations = (own - EXECUTABLE) | known.get(each.name, frozenset())
        nodes = tuple(NameNode(value=location) for location in sorted(locations))
        printed.append(print_ast(_bare(each.definition, nodes)))
    return printed


def _bare(
    node: DirectiveDefinitionNode, locations: tuple[NameNode, ...]
) -> DirectiveDefinitionNode:
    """Give a definition for these locations, without directives on its arguments."""
    arguments = tuple(
        InputValueDefinitionNode(
            name=each.name,
            description=each.description,
            type=each.type,
            default_value=each.default_value,
        )
        for each in node.arguments or ()
    )
    return DirectiveDefinitionNode(
        name=node.name,
        description=node.description,
        arguments=arguments,
        repeatable=node.repeatable,
        locations=locations,
    )
