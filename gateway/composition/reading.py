"""Reads a subgraph's SDL: what it links, its extensions folded in, its machinery taken out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ListTypeNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    parse,
    value_from_ast_untyped,
)

from gateway.composition import linking
from gateway.composition.carrying import Linked
from gateway.composition.directives import BUILT_IN, SINCE, SUPPORTED
from gateway.composition.linking import Link
from gateway.composition.model import (
    Applied,
    Argument,
    Carried,
    Definition,
    Directives,
    Executable,
    Field,
    Kind,
    Subgraph,
    SubgraphSource,
    Value,
)
from gateway.composition.problems import Problems
from gateway.visibility import EXECUTABLE, STANDARD

APOLLO = "https://specs.apollo.dev/"
FEDERATION = re.compile(r"https://specs\.apollo\.dev/federation/v2\.(\d+)")
LINK = re.compile(r"https://specs\.apollo\.dev/link/v1\.\d+")
FEATURE = re.compile(r"https://specs\.apollo\.dev/(tag|inaccessible)/v0\.\d+")
NEWEST_MINOR = 14
MACHINERY_TYPES = frozenset({"_Any", "_Entity", "_Service", "_FieldSet", "FieldSet"})
MACHINERY_FIELDS = frozenset({"_service", "_entities"})
FIRST = frozenset({"key", "external", "requires", "provides", "extends", "tag", "inaccessible"})
"""Federation's directives that the first generation had: it never had to link them."""
KINDS: Mapping[type[DefinitionNode], Kind] = {
    ObjectTypeDefinitionNode: Kind.OBJECT,
    ObjectTypeExtensionNode: Kind.OBJECT,
    InterfaceTypeDefinitionNode: Kind.INTERFACE,
    InterfaceTypeExtensionNode: Kind.INTERFACE,
    UnionTypeDefinitionNode: Kind.UNION,
    UnionTypeExtensionNode: Kind.UNION,
    EnumTypeDefinitionNode: Kind.ENUM,
    EnumTypeExtensionNode: Kind.ENUM,
    InputObjectTypeDefinitionNode: Kind.INPUT,
    InputObjectTypeExtensionNode: Kind.INPUT,
    ScalarTypeDefinitionNode: Kind.SCALAR,
    ScalarTypeExtensionNode: Kind.SCALAR,
}


def read(name: str, source: SubgraphSource, problems: Problems) -> Subgraph | None:
    """Read one subgraph, or say what is wrong with its text and give None."""
    with problems.within(name):
        try:
            document = parse(source.sdl)
        except GraphQLError as error:
            problems.add(
                "INVALID_GRAPHQL",
                f"the SDL does not parse: {error.message}",
                hint="mend the SDL there",
            )
            return None
        reader = _Reader(problems)
        reader.read_schema(document)
        for node in document.definitions:
            if isinstance(node, TypeDefinitionNode | TypeExtensionNode):
                reader.read_type(node)
        return Subgraph(
            name,
            source.url,
            reader.definitions,
            is_first_generation=not reader.is_linked,
            executables=reader.executables,
            carried=reader.carried,
            directives=reader.directives,
        )


@dataclass
class _Reader:
    problems: Problems
    is_linked: bool = False
    minor: int = 0
    imported: dict[str, str] = field(default_factory=dict)
    namespace: str = "federation"
    types: set[str] = field(default_factory=lambda: set(MACHINERY_TYPES))
    """Types that are federation's own, by the names that they have here."""
    own: dict[str, DirectiveDefinitionNode] = field(default_factory=dict)
    """Directives that the subgraph itself defines; some are none of federation's."""
    links: list[Link] = field(default_factory=list)
    carried: dict[str, Carried] = field(default_factory=dict)
    directives: Directives = field(default_factory=Directives)
    renamed: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    executables: dict[str, Executable] = field(default_factory=dict)

    def read_schema(self, document: DocumentNode) -> None:
        for node in document.definitions:
            if isinstance(node, DirectiveDefinitionNode):
                self.own[node.name.value] = node
                self._read_executable(node)
        said: list[ConstDirectiveNode] = []
        for node in document.definitions:
            if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
                said += node.directives or ()
                for root in node.operation_types or ():
                    self.renamed[root.type.name.value] = root.operation.value.capitalize()
        for each in said:
            if each.name.value == "link":
                self._read_link(_arguments(each))
        wanted = [each for each in said if self.canonical(each.name.value) == "composeDirective"]
        linked = Linked(self.links, self.own, self.problems)
        self.carried = linked.carried([_arguments(each).get("name") for each in wanted])
        rest = [each for each in said if each.name.value != "link" and each not in wanted]
        self.directives = self._directives(rest, "schema")

    def _read_executable(self, node: DirectiveDefinitionNode) -> None:
        name = node.name.value
        locations = EXECUTABLE & {each.value for each in node.locations}
        if locations and name not in STANDARD:
            self.executables[name] = Executable(
                name,
                locations,
                self._inputs(f"@{name}", node.arguments),
                _text(node),
                is_repeatable=node.repeatable,
            )

    def _read_link(self, arguments: Mapping[str, Any]) -> None:
        url = str(arguments.get("url") or "")
        if found := FEDERATION.fullmatch(url):
            self._link(int(found[1]), arguments)
        elif found := FEATURE.fullmatch(url):
            self.imported[str(arguments.get("as") or found[1])] = found[1]
        elif url.startswith(APOLLO) or arguments.get("for"):
            if not LINK.fullmatch(url):
                self.problems.add(
                    "UNSUPPORTED_LINKED_FEATURE",
                    f"links {url}, which this composer does not know but would have to",
                    at="schema",
                    hint="link the federation specification, or leave `for` out",
                )
        else:
            self.links.append(Link.read(url, arguments, self.problems))

    def _link(self, minor: int, arguments: Mapping[str, Any]) -> None:
        self.is_linked = True
        self.minor = minor
        self.namespace = arguments.get("as") or "federation"
        if minor > NEWEST_MINOR:
            self.problems.add(
                "UNKNOWN_FEDERATION_LINK_VERSION",
                f"federation v2.{minor} is newer than v2.{NEWEST_MINOR}, the newest known here",
                at="schema",
                hint="link a version that is known here",
            )
        for name, called in linking.imports(arguments, minor, self.problems):
            if name.startswith("@"):
                self.imported[called.removeprefix("@")] = name.removeprefix("@")
            else:
                self.types.add(called)

    def canonical(self, name: str) -> str | None:
        """Give the name under which the composer knows a directive used here, or None."""
        if name in BUILT_IN:
            return name
        if not self.is_linked:
            is_known = name in FIRST or (name in SUPPORTED and name not in self.own)
            return self.imported.get(name) or (name if is_known else None)
        if name in self.imported:
            return self.imported[name]
        prefix = f"{self.namespace}__"
        known = name.removeprefix(prefix) if name.startswith(prefix) else None
        return known if SINCE.get(known or "", 0) <= self.minor else None

    def read_type(self, node: TypeDefinitionNode | TypeExtensionNode) -> None:
        name = self._type_name(node.name.value)
        own = (f"{self.namespace}__", "federation__", "link__", "join__")
        if name in self.types or name.startswith(own):
            return
        if node.name.value not in self.renamed and name in self.renamed.values():
            self.problems.add(
                f"ROOT_{name.upper()}_USED",
                f"{name} is not the root here, but it is in the merged graph",
                at=name,
                hint="call the type otherwise",
            )
            return
        kind, is_extension = KINDS[type(node)], isinstance(node, TypeExtensionNode)
        definition = self.definitions.setdefault(
            name, Definition(name, kind, is_extension=is_extension)
        )
        if definition.kind is not kind:
            self.problems.add(
                "INVALID_GRAPHQL",
                f"is both {definition.kind.value} and {kind.value}",
                at=name,
                hint="make it one kind, or two types",
            )
            return
        definition.is_extension &= is_extension
        if (description := getattr(node, "description", None)) is not None:
            definition.description = description.value
        definition.directives.applied += self._directives(node.directives, name)
        self._read_body(definition, node)
        if "extends" in definition.directives:
            definition.is_extension = True

    def _read_body(self, definition: Definition, node: Any) -> None:
        match definition.kind:
            case Kind.OBJECT | Kind.INTERFACE:
                definition.interfaces += [i.name.value for i in node.interfaces or ()]
                definition.fields.update(self._fields(definition.name, node.fields))
            case Kind.INPUT:
                definition.inputs.update(self._inputs(definition.name, node.fields))
            case Kind.ENUM:
                definition.values.update(self._values(definition.name, node.values))
            case Kind.UNION:
                definition.members += [m.name.value for m in node.types or ()]
            case Kind.SCALAR:
                pass

    def _fields(
        self, parent: str, nodes: Iterable[FieldDefinitionNode] | None
    ) -> dict[str, Field]:
        hidden = MACHINERY_FIELDS if parent == "Query" else frozenset()
        shown = [node for node in nodes or () if node.name.value not in hidden]
        return {node.name.value: self._field(parent, node) for node in shown}

    def _values(
        self, parent: str, nodes: Iterable[EnumValueDefinitionNode] | None
    ) -> dict[str, Value]:
        return {
            name: Value(name, _text(node), self._directives(node.directives, f"{parent}.{name}"))
            for node in nodes or ()
            for name in [node.name.value]
        }

    def _field(self, parent: str, node: FieldDefinitionNode) -> Field:
        at = f"{parent}.{node.name.value}"
        return Field(
            node.name.value,
            self._type(node.type),
            self._inputs(at, node.arguments),
            _text(node),
            self._directives(node.directives, at),
        )

    def _inputs(
        self, parent: str, nodes: Iterable[InputValueDefinitionNode] | None
    ) -> dict[str, Argument]:
        return {
            node.name.value: Argument(
                node.name.value,
                self._type(node.type),
                node.default_value,
                _text(node),
                self._directives(node.directives, f"{parent}.{node.name.value}"),
            )
            for node in nodes or ()
        }

    def _directives(self, nodes: Iterable[ConstDirectiveNode] | None, at: str) -> Directives:
        applied = []
        for node in nodes or ():
            canonical = self.canonical(node.name.value)
            carried = self.carried.get(node.name.value)
            if carried is not None:
                given = {each.name.value: each.value for each in node.arguments or ()}
                applied.append(Applied(carried.name, given, carried.way))
            elif canonical in SUPPORTED or canonical in BUILT_IN:
                applied.append(Applied(canonical, _arguments(node)))
            else:
                self._unknown(node.name.value, at)
        return Directives(applied)

    def _unknown(self, name: str, at: str) -> None:
        if name in self.own or any(each.knows(name) for each in self.links):
            return  # the subgraph's own affair: it stays there
        self.problems.add(
            "UNKNOWN_DIRECTIVE",
            f"@{name} is not a directive that this composer knows",
            at=at,
            hint="import it in @link if it is federation's own, or leave it out of the SDL",
        )

    def _type_name(self, name: str) -> str:
        return self.renamed.get(name, name)

    def _type(self, node: TypeNode) -> TypeNode:
        """Give the type with root types under their standard names."""
        if isinstance(node, NonNullTypeNode):
            inner = self._type(node.type)
            return NonNullTypeNode(type=inner)  # type: ignore[arg-type]  # never non-null twice
        if isinstance(node, ListTypeNode):
            return ListTypeNode(type=self._type(node.type))
        assert isinstance(node, NamedTypeNode)  # noqa: S101  # the grammar has no fourth
        return NamedTypeNode(name=NameNode(value=self._type_name(node.name.value)))


def _arguments(node: ConstDirectiveNode) -> dict[str, Any]:
    return {a.name.value: value_from_ast_untyped(a.value) for a in node.arguments or ()}


def _text(node: Any) -> str:
    return node.description.value if node.description else ""
