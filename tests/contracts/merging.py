"""What the subgraphs keep to so that they merge into one graph: rules over all of them at once.

Each rule names its breaches, and walks what the schemas hold: it knows no type by name but those
that every graph has.
"""

import enum
import importlib
import pkgutil
import re
from collections import defaultdict
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_specified_scalar_type,
    is_type_sub_type_of,
    print_ast,
)

from tests.contracts.graphs import FEDERATION, ROOTS

RECORD = "Record"
KIT = "services.chassis.graph"
PAGE = {"edges", "nodes", "pageInfo", "count"}
KEY = re.compile(r'@key\(fields: "([^"]*)"')


class Part:
    """One subgraph as the rules read it."""

    def __init__(self, service, sdl):
        self.service = service
        self.schema = build_schema(sdl, assume_valid_sdl=True)

    def of_kind(self, *kinds):
        """Give its own types of a kind, without roots and what routers ask."""
        return {
            name: it
            for name, it in self.schema.type_map.items()
            if isinstance(it, kinds)
            and not name.startswith("_")
            and name not in ROOTS
            and not is_specified_scalar_type(it)
        }

    @cached_property
    def objects(self):
        return self.of_kind(GraphQLObjectType)

    @cached_property
    def entities(self):
        """Give the types with a key."""
        return {name: it for name, it in self.objects.items() if keys(it)}

    @cached_property
    def records(self):
        """Give the entities that this service keeps: its root records."""
        return {name: it for name, it in self.entities.items() if implements(it)}

    def root(self, name):
        found = self.schema.type_map.get(name)
        fields = found.fields if isinstance(found, GraphQLObjectType) else {}
        return {it: field for it, field in fields.items() if it not in FEDERATION}


def parts_of(sdls):
    """Read subgraphs, given by their services."""
    return [Part(service, sdl) for service, sdl in sdls.items()]


def keys(type):
    return KEY.findall(print_ast(type.ast_node))


def implements(type):
    return RECORD in {it.name for it in type.interfaces}


def compound_keys(parts):
    """Name the entities whose key is more than one word."""
    return [
        f"{part.service}: {name} @key({key!r})"
        for part in parts
        for name, it in part.entities.items()
        for key in keys(it)
        if not re.fullmatch(r"\w+", key)
    ]


VIEWER = "Viewer"
"""Whoever asks: no record of anybody's, and each service adds what is theirs."""


def unowned_entities(parts):
    """Name the entities that not exactly one service keeps as its record, and keyless records."""
    keepers: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        for name, it in part.objects.items():
            if implements(it) and not keys(it):
                yield f"{part.service}: {name} has no key"
        for name in part.entities:
            keepers[name] += [part.service] if name in part.records else []
    keepers.pop(VIEWER, None)
    yield from (f"{it} is kept by {had}" for it, had in sorted(keepers.items()) if len(had) != 1)


def partial_records(parts):
    """Name what a record lacks of the interface of all records."""
    for part in parts:
        wanted = part.schema.type_map.get(RECORD)
        wanted = wanted.fields if isinstance(wanted, GraphQLInterfaceType) else {}
        for name, it in part.records.items():
            for field, found in wanted.items():
                own = it.fields.get(field)
                if not own or not is_type_sub_type_of(part.schema, own.type, found.type):
                    yield f"{part.service}: {name}.{field}"


def firm_foreign_fields(parts):
    """Name the fields that are not null though they, or what they give, come from elsewhere."""
    for part in parts:
        for name, it in part.objects.items():
            is_stub = name in part.entities and name not in part.records
            for field, found in it.fields.items():
                foreign = get_named_type(found.type).name in part.entities.keys() - part.records
                added = is_stub and field not in keys(it)
                if (foreign or added) and isinstance(found.type, GraphQLNonNull):
                    yield f"{part.service}: {name}.{field}: {found.type}"


def firm_queries(parts):
    """Name the root fields of queries whose service would, when it is down, blank all others."""
    for part in parts:
        for name, field in part.root("Query").items():
            if isinstance(field.type, GraphQLNonNull):
                yield f"{part.service}: {name}: {field.type}"


LOG = re.compile("eventsSince|[A-Za-z]+EventsBackfill")
"""What is read on and on by a position of its own, and is no page of records."""


def bare_lists(parts):
    """Name the pages that lack a part, and the lists of records that are no page."""
    for part in parts:
        for name, it in part.objects.items():
            if "pageInfo" in it.fields or name.endswith("Connection"):
                yield from (f"{part.service}: {name}.{f}" for f in PAGE - it.fields.keys())
        for name, it in {**part.objects, "Query": part.schema.query_type}.items():
            for field, found in (it.fields if it else {}).items():
                given = get_named_type(found.type).name
                is_page = given.endswith("Connection") or LOG.fullmatch(field)
                if "first" in found.args and not is_page:
                    yield f"{part.service}: {name}.{field}: {found.type}"


def chassis_inputs():
    """Name the inputs that the chassis gives to every service, as far as each needs them.

    Those that it makes for the enums and records of a service stand there under other keys.
    """
    found = set()
    for module in pkgutil.walk_packages(importlib.import_module(KIT).__path__, f"{KIT}."):
        for value in vars(importlib.import_module(module.name)).values():
            held = value if isinstance(value, dict) else {None: value}
            for key, given in held.items():
                if not (isinstance(key, type) and issubclass(key, enum.Enum)):
                    # a family of measures has an input of its own
                    found |= {_input_named(given), _input_named(getattr(given, "where", None))}
    return found - {None}


def _input_named(given: Any) -> str | None:
    definition = getattr(given, "__strawberry_definition__", None)
    return definition.name if definition and getattr(definition, "is_input", False) else None


def homeless_inputs(parts, of_all):
    """Name the inputs that are neither of all services nor named for what one of them has."""
    for part in parts:
        own = {*part.entities, *part.of_kind(GraphQLEnumType)}
        own |= {f"{it[0].upper()}{it[1:]}" for it in part.root("Mutation")}
        for name in part.of_kind(GraphQLInputObjectType).keys() - of_all:
            if not any(it in name for it in own):
                yield f"{part.service}: {name} is named for nothing of its own"


def shared_inputs(parts, of_all):
    """Name the inputs that stand in several services, and are not the chassis'."""
    found = defaultdict(list)
    for part in parts:
        for name in part.of_kind(GraphQLInputObjectType).keys() - of_all:
            found[name].append(part.service)
    return [f"{name} stands in {had}" for name, had in sorted(found.items()) if len(had) > 1]


def differing_enums(parts):
    """Name the enums that several services have, and not value by value the same."""
    return sorted(
        name
        for name, had in _by_name(parts, GraphQLEnumType).items()
        if len({tuple(it.values) for it in had}) > 1
    )


def clashing_types(parts):
    """Name the types of several services that are no entity, and not the same and shareable."""
    found = _by_name(parts, GraphQLObjectType, GraphQLInterfaceType)
    for name, had in sorted(found.items()):
        if len(had) < 2 or any(isinstance(it, GraphQLObjectType) and keys(it) for it in had):
            continue
        if len({_fields_of(it) for it in had}) > 1:
            yield f"{name} differs"
        elif not all(_is_shareable(it) for it in had):
            yield f"{name} is not shareable"


def _by_name(parts, *kinds):
    found = defaultdict(list)
    for part in parts:
        for name, it in part.of_kind(*kinds).items():
            found[name].append(it)
    return found


def _fields_of(type):
    return frozenset(
        (name, str(it.type), *(f"{a}: {arg.type}" for a, arg in it.args.items()))
        for name, it in type.fields.items()
    )


def _is_shareable(type):
    """Interfaces need no mark: they resolve nothing."""
    marks = (type.ast_node, *(it.ast_node for it in type.fields.values()))
    shared = ["shareable" in {d.name.value for d in it.directives or ()} for it in marks]
    return isinstance(type, GraphQLInterfaceType) or shared[0] or all(shared[1:])


ORDER = (
    *("id", "items", "where", "input", "match", "onArchived"),
    *("expectedVersion", "onConflict", "expectedCount", "onError", "idempotencyKey", "dryRun"),
)
"""The arguments that a mutation may have, in the order in which it has them."""
KINDS = {
    "id": "ID!",
    "expectedVersion": "Int",
    "onConflict": "OnConflict!",
    "expectedCount": "Int!",
    "idempotencyKey": "String",
    "dryRun": "Boolean",
}


def odd_arguments(parts, exempt):
    """Name the mutations whose arguments are not those of all mutations, as far as they apply."""
    for part in parts:
        for name, field in part.root("Mutation").items():
            if name not in exempt:
                for what in _oddities(name, {it: str(a.type) for it, a in field.args.items()}):
                    yield f"{part.service}: {name} {what}"


def _oddities(name, given):
    if unknown := given.keys() - set(ORDER):
        yield f"takes {', '.join(sorted(unknown))}"
    known = [it for it in given if it in ORDER]
    if known != sorted(known, key=ORDER.index):
        yield f"has its arguments in the order {', '.join(known)}"
    wanted = {"idempotencyKey", "dryRun"}
    wanted |= {"expectedVersion"} if "id" in given else set()
    wanted |= {"onConflict"} if "id" in given and name.startswith("update") else set()
    is_bulk = "where" in given and not name.startswith("export")
    wanted |= {"expectedCount", "onError"} if is_bulk else set()
    wanted |= {"onError"} if "items" in given else set()
    if missing := wanted - given.keys():
        yield f"does not take {', '.join(sorted(missing))}"
    for it, kind in KINDS.items():
        if given.get(it, kind) != kind:
            yield f"takes {it}: {given[it]}"
