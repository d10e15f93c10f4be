"""Reads a supergraph file: the schema that clients see, and who can resolve what."""

from collections.abc import Mapping
from copy import copy
from functools import cached_property
from pathlib import Path

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    is_abstract_type,
    parse,
    print_ast,
    validate_schema,
)

from gateway import first_joins, visibility
from gateway.owned import ContextArgument, Join, Key, OwnedField, OwnedType, applied, arguments


class InvalidSupergraph(Exception):
    """A file that is no supergraph; `reasons` says why."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


class Supergraph:
    """The graph as a whole. Subgraphs go by their names, never by their addresses."""

    def __init__(self, document: DocumentNode) -> None:
        self.urls, names = _graphs(document)
        owned = first_joins.owned if first_joins.is_written(document) else _owned
        self.types = {
            node.name.value: owned(node, names)
            for node in document.definitions
            if isinstance(node, TypeDefinitionNode)
            and not visibility.is_machinery(node.name.value)
        }
        if owned is _owned:
            _fill_interfaces(self.types, document, names)
        else:
            first_joins.fill(self.types, document)
        self.full = _build(visibility.without_machinery(document))
        self.schema = _build(visibility.without_inaccessible(document))
        self._settled: dict[frozenset[str], Supergraph] = {}
        self._possible: dict[tuple[str, str], frozenset[str]] = {}

    @staticmethod
    def parse(text: str) -> "Supergraph":
        """Read a supergraph's text, or raise `InvalidSupergraph`."""
        try:
            return Supergraph(parse(text, no_location=True))
        except GraphQLError as error:
            raise InvalidSupergraph(error.message) from error
        except (TypeError, KeyError) as error:
            raise InvalidSupergraph(str(error)) from error

    @staticmethod
    def from_file(path: Path) -> "Supergraph":
        """Read a supergraph file, or raise `InvalidSupergraph` in one sentence."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            raise InvalidSupergraph(f"cannot read {path}: {reason}") from error
        return Supergraph.parse(text)

    @cached_property
    def labels(self) -> frozenset[str]:
        """Name the labels under which fields are taken over step by step."""
        return frozenset(
            join.label
            for owned in self.types.values()
            for each in owned.fields.values()
            for join in each.joins.values()
            if join.label
        )

    def settled(self, active: frozenset[str]) -> "Supergraph":
        """Give the graph of requests for which just these labels are active."""
        if not self.labels:
            return self
        if active not in self._settled:
            one = copy(self)
            one.types = {name: each.settled(active) for name, each in self.types.items()}
            self._settled[active] = one
        return self._settled[active]

    @cached_property
    def subgraphs(self) -> tuple[str, ...]:
        return tuple(self.urls)

    def field(self, type: str, name: str) -> OwnedField | None:
        owned = self.types.get(type)
        return owned.fields.get(name) if owned else None

    def keys(self, type: str, subgraph: str) -> tuple[Key, ...]:
        """Give the keys by which this subgraph can be asked for this type."""
        owned = self.types.get(type)
        known = owned.keys.get(subgraph, ()) if owned else ()
        return tuple(key for key in known if key.fields and key.is_resolvable)

    def sets(self, type: str, context: str) -> bool:
        """Say whether values of an object type set a context, as theirs or as a supertype's."""
        setting = (name for name, owned in self.types.items() if context in owned.contexts)
        return any(each == type or self.is_subtype(type, each) for each in setting)

    def is_abstract(self, type: str) -> bool:
        found = self.full.get_type(type)
        return found is not None and is_abstract_type(found)

    def is_subtype(self, type: str, of: str) -> bool:
        """Say whether every value of the first type is one of the second."""
        one, other = self.full.type_map[type], self.full.type_map[of]
        return is_abstract_type(other) and self.full.is_sub_type(other, one)

    def interfaces(self, type: str) -> tuple[str, ...]:
        found = self.full.type_map[type]
        return tuple(sorted(each.name for each in getattr(found, "interfaces", ())))

    def possible(self, type: str) -> frozenset[str]:
        """Give the object types that a value of this type may be, in any subgraph."""
        return self.possible_in("", type)

    def possible_in(self, subgraph: str, type: str) -> frozenset[str]:
        """Give the object types that a value of this type may be when this subgraph gives it."""
        at = (subgraph, type)
        if at not in self._possible:
            self._possible[at] = self._find_possible(subgraph, type)
        return self._possible[at]

    def _find_possible(self, subgraph: str, type: str) -> frozenset[str]:
        if not self.is_abstract(type):
            return frozenset({type})
        members = self.types[type].members
        if subgraph:
            return members.get(subgraph, frozenset())
        return frozenset().union(*members.values())


def _graphs(document: DocumentNode) -> tuple[dict[str, str], dict[str, str]]:
    """Give the address of each subgraph, and its name by its `join__Graph` value."""
    for node in document.definitions:
        if getattr(getattr(node, "name", None), "value", "") == "join__Graph":
            found = {
                value.name.value: arguments(directive)
                for value in node.values  # type: ignore[attr-defined]  # it is an enum
                for directive in value.directives
            }
            urls = {str(each["name"]): str(each.get("url", "")) for each in found.values()}
            return urls, {graph: str(each["name"]) for graph, each in found.items()}
    raise InvalidSupergraph("it names no subgraphs (there is no enum join__Graph)")


def _owned(node: TypeDefinitionNode, names: Mapping[str, str]) -> OwnedType:
    owned = OwnedType(node.name.value)
    for each in applied(node.directives, "join__type"):
        subgraph = names[each["graph"]]
        key = Key(each.get("key", ""), each.get("resolvable", True))
        owned.keys[subgraph] = (*owned.keys.get(subgraph, ()), key)
        if each.get("isInterfaceObject"):
            owned.interface_objects.add(subgraph)
    owned.contexts = frozenset(each["name"] for each in applied(node.directives, "context"))
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        for field_node in node.fields or ():
            owned.fields[field_node.name.value] = _owned_field(field_node, owned, names)
    if isinstance(node, UnionTypeDefinitionNode):
        members: dict[str, set[str]] = {}
        for each in applied(node.directives, "join__unionMember"):
            members.setdefault(names[each["graph"]], set()).add(each["member"])
        owned.members = {subgraph: frozenset(found) for subgraph, found in members.items()}
    return owned


def _owned_field(
    node: FieldDefinitionNode, owned: OwnedType, names: Mapping[str, str]
) -> OwnedField:
    printed, joined = print_ast(node.type), applied(node.directives, "join__field")
    if not joined:
        return OwnedField(node.name.value, printed, {graph: Join(printed) for graph in owned.keys})
    joins = {
        names[each["graph"]]: Join(
            each.get("type", printed),
            each.get("requires", ""),
            each.get("provides", ""),
            bool(each.get("external") or each.get("usedOverridden")),
            each.get("override") or "",
            each.get("overrideLabel") or "",
            tuple(_context_argument(given) for given in each.get("contextArguments") or ()),
        )
        for each in joined
        if "graph" in each
    }
    return OwnedField(node.name.value, printed, joins)


def _context_argument(told: Mapping[str, str]) -> ContextArgument:
    selection = told["selection"].strip()
    if selection.startswith("{"):
        selection = selection[1:-1]
    return ContextArgument(told["name"], told["type"], told["context"], selection.strip())


def _fill_interfaces(
    types: Mapping[str, OwnedType], document: DocumentNode, names: Mapping[str, str]
) -> None:
    """Note which object types implement an interface, in each subgraph."""
    members: dict[tuple[str, str], set[str]] = {}
    for node in document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode):
            for each in applied(node.directives, "join__implements"):
                at = (each["interface"], names[each["graph"]])
                members.setdefault(at, set()).add(node.name.value)
    for (interface, subgraph), found in members.items():
        types[interface].members[subgraph] = frozenset(found)


def _build(document: DocumentNode) -> GraphQLSchema:
    schema = build_ast_schema(document, assume_valid_sdl=True)
    if faults := validate_schema(schema):
        raise InvalidSupergraph(*(fault.message for fault in faults))
    return schema
