"""One world of data, seen through one schema or through strict subgraphs that split it.

A strict subgraph gives only what its SDL lets it: no external field that is not provided, nothing
that was taken over from it, entities by a whole key only, and what it requires as it was told.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_ast_schema,
    execute_sync,
    parse,
    validate,
    value_from_ast_untyped,
)

from gateway import planner
from gateway.answers import Answer
from gateway.composition import SubgraphSource, compose, contexts, reading, upgrading
from gateway.composition.model import Definition, Field, Kind, Subgraph
from gateway.composition.printing import print_plain
from gateway.composition.problems import Problems
from gateway.executor import Run, compile_is_answer, compile_projection, compile_steps
from gateway.planner import Fetch, Plan
from gateway.supergraph import Supergraph

Object = dict[str, Any]
"""A value of the world: its fields, under `__typename` the type it is of."""

FEDERATION = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", '
    '"@external", "@requires", "@provides", "@shareable", "@override", "@extends", '
    '"@inaccessible", "@interfaceObject", "@tag", "@context", "@fromContext"])\n'
)
MACHINERY = "\nscalar _Any\nextend type Query { _entities(representations: [_Any!]!): [_Entity]! }"


@dataclass(frozen=True)
class World:
    """All data: the fields of the roots, and every object that is an entity."""

    roots: Mapping[str, Any]
    entities: Sequence[Object] = ()


@dataclass(frozen=True)
class Seen:
    """A value on its way out of a subgraph: what the way provides, what was told of it."""

    value: Object
    provided: tuple[SelectionSetNode, ...] = ()
    told: Object | None = None


@dataclass(frozen=True)
class Below:
    """A value of the one schema, and what it stands beneath."""

    value: Object
    outer: "Below | None" = None

    @staticmethod
    def wrapped(value: Any, outer: "Below") -> Any:
        if isinstance(value, list):
            return [Below.wrapped(each, outer) for each in value]
        return Below(value, outer) if is_object(value) else value


@dataclass
class Split:
    """A world behind a gateway, and the same world in one schema."""

    sdls: Mapping[str, str]
    world: World
    supergraph_text: str = ""
    labels: frozenset[str] = frozenset()
    """The labels of progressive overrides that are active."""
    apart: Mapping[str, World] = field(default_factory=dict)
    """What a subgraph sees otherwise than the world is."""
    graph: Supergraph = field(init=False)
    subgraphs: dict[str, "StrictSubgraph"] = field(init=False)
    requires: dict[tuple[str, str], str] = field(init=False, default_factory=dict)
    taking: dict[tuple[str, str], list[tuple[str, str, str]]] = field(
        init=False, default_factory=dict
    )
    """Of each field what it takes from above: the argument, the context, the selection."""
    extensions: Mapping[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        sources = {name: SubgraphSource("http://x", sdl) for name, sdl in self.sdls.items()}
        self.supergraph_text = self.supergraph_text or compose(sources)
        self.graph = Supergraph.parse(self.supergraph_text)
        read = {name: _read(name, source) for name, source in sources.items()}
        taken = {
            (each.arguments["from"], d.name, f.name)
            for subgraph in read.values()
            for d in subgraph.definitions.values()
            for f in d.fields.values()
            for each in f.directives.all("override")
            if "label" not in each.arguments
        }
        self.subgraphs = {n: StrictSubgraph(s, self, taken) for n, s in read.items()}
        for subgraph in read.values():
            for d in subgraph.definitions.values():
                for f in d.fields.values():
                    if "requires" in f.directives:
                        self.requires[d.name, f.name] = f.directives.argument("requires", "fields")
                    self._note_taken(subgraph, d, f)

    def _note_taken(self, subgraph: Subgraph, definition: Definition, field: Field) -> None:
        for name, argument in field.arguments.items():
            if (found := contexts.taken(argument)) is not None:
                context = contexts.in_supergraph(subgraph, found.context)
                at = (definition.name, field.name)
                self.taking.setdefault(at, []).append((name, context, found.selection))

    async def ask(
        self, document: DocumentNode, variables: Mapping[str, Any] | None = None
    ) -> tuple[Any, list[Any], Plan]:
        """Answer through the gateway's planner and executor: data, errors, plan."""
        assert validate(self.graph.schema, document) == []
        node = document.definitions[0]
        assert isinstance(node, OperationDefinitionNode)
        given = dict(variables or {})
        flags = {name: bool(given.get(name)) for name in planner.condition_variables(document)}
        operation = planner.normalise(self.graph, document, node, flags)
        plan = planner.plan(self.graph.settled(self.labels), operation)

        async def ask(fetch: Fetch, body: bytes) -> Answer:
            told = orjson.loads(body)
            return Answer.of(
                self.subgraphs[fetch.subgraph].answer(told["query"], told["variables"])
            )

        run = Run(compile_steps(plan), given, ask)
        await run.finish()
        is_answer = compile_is_answer(self.graph, operation, plan)
        is_whole = is_answer is not None and is_answer(run.data)
        came = orjson.dumps(run.data)
        found, notes = compile_projection(self.graph, operation).apply(run.data)
        assert not is_whole or (came == orjson.dumps(found) and not notes)
        self.extensions = run.extensions.merged
        broken = [{"message": each, "extensions": {"code": "INTERNAL"}} for each in notes]
        return found, [*run.errors, *broken], plan

    def whole(self, document: DocumentNode, variables: Mapping[str, Any] | None = None) -> Any:
        """Answer from one schema that has all of the world."""
        result = execute_sync(
            self.graph.schema,
            document,
            Below({"__typename": "Query", **self.world.roots}),
            variable_values=dict(variables or {}),
            field_resolver=self._resolve,
            type_resolver=lambda below, *_: below.value["__typename"],
        )
        assert isinstance(result, ExecutionResult)
        assert not result.errors, result.errors
        return result.data

    def _resolve(self, source: Below, info: Any, **arguments: Any) -> Any:
        type, name = info.parent_type.name, info.field_name
        if info.path.prev is None:
            return Below.wrapped(called(self.world.roots.get(name), arguments), source)
        taken = {
            argument: self._from_above(source, context, text)
            for each in (type, *self.graph.interfaces(type))
            for argument, context, text in self.taking.get((each, name), ())
        }
        return Below.wrapped(self.value(source.value, type, name, arguments | taken), source)

    def _from_above(self, source: Below, context: str, text: str) -> Any:
        """Give what the nearest object that sets a context says of it."""
        place: Below | None = source
        while place is not None:
            if self.graph.sets(place.value["__typename"], context):
                found = self.project(place.value, selections(text))
                while isinstance(found, dict):
                    found = next(iter(found.values()), None)
                return found
            place = place.outer
        raise AssertionError(f"nothing above sets {context}")

    def value(
        self, source: Object, type: str, name: str, arguments: Mapping[str, Any] | None = None
    ) -> Any:
        """Give a field of the world: as it stands there, or made of what it requires."""
        required = self.required(type, name)
        if not required:
            return called(source.get(name), arguments or {})
        return made(source, name, self.project(source, selections(required)))

    def required(self, type: str, name: str) -> str:
        types = (type, *self.graph.interfaces(type))
        return next((self.requires[t, name] for t in types if (t, name) in self.requires), "")

    def project(self, value: Any, wanted: SelectionSetNode) -> Any:
        """Cut a value of the world to a field set."""
        if isinstance(value, list):
            return [self.project(each, wanted) for each in value]
        if not isinstance(value, dict):
            return value
        found = {}
        for node in self.fields(value["__typename"], wanted):
            arguments = {
                a.name.value: value_from_ast_untyped(a.value) for a in node.arguments or ()
            }
            inner = self.value(value, value["__typename"], node.name.value, arguments)
            if node.selection_set is not None:
                inner = self.project(inner, node.selection_set)
            found[node.name.value] = inner
        return found

    def fields(self, type: str, wanted: SelectionSetNode) -> Iterator[FieldNode]:
        for node in wanted.selections:
            if isinstance(node, FieldNode) and node.name.value != "__typename":
                yield node
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else type
                if condition == type or type in self.graph.possible(condition):
                    yield from self.fields(type, node.selection_set)


def is_object(value: Any) -> bool:
    """Tell an object of the world from a scalar that happens to be a mapping."""
    return isinstance(value, dict) and "__typename" in value


def called(value: Any, arguments: Mapping[str, Any]) -> Any:
    return value(**arguments) if callable(value) else value


def made(source: Object, name: str, required: Object) -> Any:
    """Make a field of what it requires: as the world says, or as text that shows all of it."""
    make = source.get(name)
    return make(required) if callable(make) else json.dumps(required, sort_keys=True)


def selections(text: str) -> SelectionSetNode:
    node = parse("{" + text + "}", no_location=True).definitions[0]
    assert isinstance(node, OperationDefinitionNode)
    return node.selection_set


def _read(name: str, source: SubgraphSource) -> Subgraph:
    subgraph = reading.read(name, source, Problems())
    assert subgraph is not None
    upgrading.upgrade(subgraph)
    return subgraph


class StrictSubgraph:
    """One subgraph of a split world."""

    def __init__(self, subgraph: Subgraph, split: Split, taken: set[tuple[str, str, str]]) -> None:
        self.subgraph = subgraph
        self.split = split
        self.taken = taken
        self.world = split.apart.get(subgraph.name, split.world)
        self.schema = self._schema()

    def _schema(self) -> GraphQLSchema:
        entities = [
            d.name for d in self.subgraph.definitions.values() if d.kind is Kind.OBJECT and d.keys
        ]
        text = print_plain(self.subgraph)
        if not self.subgraph.definitions["Query"].fields:
            text = text.replace("type Query {", "type Query { _service: String ") + (
                "" if "type Query {" in text else "\nextend type Query { _service: String }"
            )
        if entities:
            text += f"\nunion _Entity = {' | '.join(entities)}{MACHINERY}"
        return build_ast_schema(parse(text), assume_valid_sdl=True)

    def answer(self, text: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        document = parse(text)
        variables = json.loads(json.dumps(variables))
        faults = validate(self.schema, document)
        assert not faults, (self.subgraph.name, text, faults)
        result = execute_sync(
            self.schema,
            document,
            Seen({}),
            variable_values=dict(variables),
            field_resolver=self._resolve,
            type_resolver=lambda seen, *_: self._typed(seen),
        )
        assert isinstance(result, ExecutionResult)
        return json.loads(json.dumps(result.formatted))  # type: ignore[no-any-return]

    def _typed(self, seen: Seen) -> str:
        return self._type_here(str(seen.value["__typename"]))

    def _type_here(self, name: str) -> str:
        """Give the name under which this subgraph knows a type: maybe an interface object's."""
        known = self.subgraph.definitions
        if name in known:
            return name
        return next((i for i in self.split.graph.interfaces(name) if i in known), name)

    def _resolve(self, seen: Seen, info: Any, **arguments: Any) -> Any:
        type, name = info.parent_type.name, info.field_name
        if name == "_entities":
            return [self._entity(each) for each in arguments["representations"]]
        definition = self.subgraph.definitions[type]
        asked = definition.fields[name]
        self._check(seen, definition, name)
        provided = self._provided(seen, definition, name)
        if "provides" in asked.directives:
            provided = (*provided, selections(asked.directives.argument("provides", "fields")))
        if info.path.prev is None:
            value = called(self.world.roots[name], arguments)
        elif "requires" in asked.directives:
            required = selections(asked.directives.argument("requires", "fields"))
            told = self._cut(seen.told or {}, seen.value, required, f"{type}.{name}")
            value = made(seen.value, name, told)
        else:
            value = self.split.value(seen.value, seen.value["__typename"], name, arguments)
        return self._wrapped(value, provided)

    def _check(self, seen: Seen, definition: Definition, name: str) -> None:
        at = (self.subgraph.name, definition.name, name)
        key_fields = self.subgraph.key_fields
        if at in self.taken and at[1:] not in key_fields:
            raise GraphQLError(f"{at}: it was taken over")
        if "external" not in definition.fields[name].directives or at[1:] in key_fields:
            return
        if not any(
            node.name.value == name
            for each in seen.provided
            for node in self.split.fields(seen.value["__typename"], each)
        ):
            raise GraphQLError(f"{at}: it is external")

    def _provided(
        self, seen: Seen, definition: Definition, name: str
    ) -> tuple[SelectionSetNode, ...]:
        type = seen.value.get("__typename", definition.name)
        return tuple(
            node.selection_set
            for each in seen.provided
            for node in self.split.fields(type, each)
            if node.name.value == name and node.selection_set is not None
        )

    def _wrapped(self, value: Any, provided: tuple[SelectionSetNode, ...]) -> Any:
        if isinstance(value, list):
            return [self._wrapped(each, provided) for each in value]
        return Seen(value, provided) if is_object(value) else value

    def _cut(self, told: Any, value: Any, wanted: SelectionSetNode, at: str) -> Any:
        """Cut what was told to what is required; what is not there at all was forgotten."""
        if isinstance(told, list) and isinstance(value, list):
            return [self._cut(t, v, wanted, at) for t, v in zip(told, value, strict=True)]
        if not isinstance(told, dict):
            return told
        found = {}
        for node in self.split.fields(value["__typename"], wanted):
            name = node.name.value
            if name not in told:
                raise GraphQLError(f"{at} was not told {name}")
            arguments = {
                a.name.value: value_from_ast_untyped(a.value) for a in node.arguments or ()
            }
            inner = told[name]
            if node.selection_set is not None:
                beneath = self.split.value(value, value["__typename"], name, arguments)
                inner = self._cut(inner, beneath, node.selection_set, at)
            found[name] = inner
        return found

    def _entity(self, told: Object) -> Any:
        definition = self.subgraph.definitions.get(told["__typename"])
        if definition is None:
            return GraphQLError(f"{self.subgraph.name} knows no {told['__typename']}")
        keys = [
            selections(key.arguments["fields"])
            for key in definition.keys
            if key.arguments.get("resolvable") is not False
        ]
        whole = [key for key in keys if self._is_told(told, key)]
        if not whole:
            return GraphQLError(f"{self.subgraph.name} was told no key in {told}")
        possible = self._possible(definition)
        for value in self.world.entities:
            if value["__typename"] in possible and any(
                matches(told, self.split.project(value, key)) for key in whole
            ):
                return Seen(value, (), told)
        return None

    def _possible(self, definition: Definition) -> frozenset[str]:
        return self.split.graph.possible(definition.name)

    def _is_told(self, told: Any, wanted: SelectionSetNode) -> bool:
        if isinstance(told, list):
            return all(self._is_told(each, wanted) for each in told)
        return isinstance(told, dict) and all(
            node.name.value in told
            and (
                node.selection_set is None
                or self._is_told(told[node.name.value], node.selection_set)
            )
            for node in wanted.selections
            if isinstance(node, FieldNode)
        )


def matches(told: Any, wanted: Any) -> bool:
    """Say whether what was told holds all of what is wanted."""
    if isinstance(wanted, dict):
        return isinstance(told, dict) and all(
            name in told and matches(told[name], inner) for name, inner in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(told, list) and len(told) == len(wanted) and all(map(matches, told, wanted))
        )
    return bool(told == wanted)
