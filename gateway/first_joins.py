"""Reads supergraphs of the first generation: join v0.1, where each entity has one owner.

A type without an owner is a value type, which every subgraph may give. A field of an entity stands
in its owner unless it says otherwise; a key stands in every subgraph that has it.
"""

import re
from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    print_ast,
)

from gateway.owned import Join, Key, OwnedField, OwnedType, applied

FIRST = re.compile(r"https://specs\.apollo\.dev/join/v0\.1")
WORD = re.compile(r"\w+")


def is_written(document: DocumentNode) -> bool:
    """Say whether a supergraph is of the first generation: by @core, or by @link."""
    return any(
        FIRST.fullmatch(str(each.get("feature") or each.get("url") or ""))
        for node in document.definitions
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode)
        for word in ("core", "link")
        for each in applied(node.directives, word)
    )


def owned(node: TypeDefinitionNode, names: Mapping[str, str]) -> OwnedType:
    """Read who gives what of one type."""
    found = OwnedType(node.name.value)
    owners = [names[each["graph"]] for each in applied(node.directives, "join__owner")]
    joined = applied(node.directives, "join__type")
    for each in joined:
        subgraph = names[each["graph"]]
        key = Key(each.get("key", ""), is_resolvable=True)
        found.keys[subgraph] = (*found.keys.get(subgraph, ()), key)
    for subgraph in owners or ([] if joined else names.values()):
        found.keys.setdefault(subgraph, (Key("", is_resolvable=True),))
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        for given in node.fields or ():
            printed, name = print_ast(given.type), given.name.value
            joins = dict.fromkeys(owners or found.keys, Join(printed))
            said = [it for it in applied(given.directives, "join__field") if "graph" in it]
            if said:
                joins = {
                    names[it["graph"]]: Join(
                        printed, it.get("requires", ""), it.get("provides", "")
                    )
                    for it in said
                }
            joins |= dict.fromkeys(_keyed(found, name), Join(printed))
            found.fields[name] = OwnedField(name, printed, joins)
    return found


def _keyed(type: OwnedType, field: str) -> Iterator[str]:
    """Name the subgraphs that have a field in a key: they can tell it."""
    for subgraph, keys in type.keys.items():
        if any(field in WORD.findall(key.fields.partition("{")[0]) for key in keys):
            yield subgraph


def fill(types: Mapping[str, OwnedType], document: DocumentNode) -> None:
    """Note the members of unions and interfaces, in each subgraph that knows both."""
    for node in document.definitions:
        if isinstance(node, UnionTypeDefinitionNode):
            members = {each.name.value for each in node.types or ()}
            _fill(types, node.name.value, members)
        elif isinstance(node, InterfaceTypeDefinitionNode):
            name = node.name.value
            members = {
                each.name.value
                for each in document.definitions
                if isinstance(each, ObjectTypeDefinitionNode)
                and any(it.name.value == name for it in each.interfaces or ())
            }
            _fill(types, name, members)


def _fill(types: Mapping[str, OwnedType], abstract: str, members: set[str]) -> None:
    for subgraph in types[abstract].keys:
        known = frozenset(each for each in members if subgraph in types[each].keys)
        types[abstract].members[subgraph] = known
