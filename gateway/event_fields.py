"""Fields of the subscription root that a broker's events feed, as an SDL of their own says it.

    extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])

    directive @event(subject: String!, key: [String!], seenBy: String) on FIELD_DEFINITION

    type Subscription {
      orderChanged(id: ID): Order @event(subject: "shop.orders.>", key: ["id = orderId"])
    }

    type Order @key(fields: "id", resolvable: false) {
      id: ID!
    }

It is composed as any subgraph is, but nobody asks it: an event names an entity, and the entity's
subgraphs tell the rest. `{tenant}` in a subject is the caller's company, `{id}` an argument's
value. `key` says where an event has a field of the key, if not under its name. An argument with
the name of such a field narrows to the entities that have its value. `seenBy` names the subgraph
that decides who sees an entity; unsaid, all that can be asked for it must give it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    FieldDefinitionNode,
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    SelectionSetNode,
    TypeNode,
    parse,
)

from gateway.errors import Code, RequestRefused
from gateway.owned import applied

TYPENAME = "__typename"
PLACE = re.compile(r"\{(\w+)\}")
TENANT = "tenant"
TOKEN = re.compile(r"[A-Za-z0-9_\-]{1,128}")
"""What may stand for a placeholder: one word of a subject, and nothing that stands for many."""
SUBJECT = re.compile(r"[^\s{}]+")


class InvalidEvents(Exception):
    """An SDL from which no event field can be read; its text says why."""


@dataclass(frozen=True, slots=True)
class EventField:
    """A field, where its events are, and how each names an entity."""

    name: str
    type: str
    subject: str
    key: Mapping[str, str]
    """Fields of the entity's key, and the paths under which an event has them."""
    seen_by: str = ""
    """The subgraph that decides who sees an entity; all that know it, where none is named."""

    def subject_for(self, tenant: str, arguments: Mapping[str, Any]) -> str:
        """Name the subject for one caller, or refuse what would make it another."""
        known = {**arguments, TENANT: tenant}

        def given(place: re.Match[str]) -> str:
            value = known.get(place[1])
            if not isinstance(value, str | int) or not TOKEN.fullmatch(str(value)):
                message = f"`{place[1]}` is a word of letters, digits, - and _ here"
                raise RequestRefused(Code.BAD_REQUEST, message)
            return str(value)

        return PLACE.sub(given, self.subject)

    def entity(self, event: Any, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        """Give the entity that an event names, or none where it is not asked for."""
        found = {name: _at(event, path) for name, path in self.key.items()}
        if any(value is None for value in found.values()):
            return None
        for name, value in arguments.items():
            if name in found and value is not None and str(value) != str(found[name]):
                return None
        told = event.get(TYPENAME)
        return {TYPENAME: told if isinstance(told, str) else self.type, **found}


def read(file: Path) -> dict[str, EventField]:
    """Read the event fields of a file, or raise `InvalidEvents`."""
    try:
        return fields(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidEvents(f"cannot read {file}") from error


def fields(sdl: str) -> dict[str, EventField]:
    """Read the event fields of an SDL by their names, or raise `InvalidEvents`."""
    try:
        document = parse(sdl, no_location=True)
    except GraphQLError as error:
        raise InvalidEvents(f"the SDL of events does not parse: {error.message}") from error
    types = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
    }
    root = types.get("Subscription")
    found = [_field(node, types) for node in (root.fields if root else None) or ()]
    if not found:
        raise InvalidEvents("the SDL of events has no field of Subscription")
    return {each.name: each for each in found}


def _field(
    node: FieldDefinitionNode,
    types: Mapping[str, ObjectTypeDefinitionNode | ObjectTypeExtensionNode],
) -> EventField:
    name, type = node.name.value, _named(node.type)
    said = applied(node.directives, "event")
    keys = applied(types[type].directives, "key") if type in types else []
    if len(said) != 1 or not said[0].get("subject"):
        raise InvalidEvents(f"Subscription.{name} has no @event(subject:)")
    if not keys or "{" in str(keys[0].get("fields")):
        raise InvalidEvents(f"{type}, of Subscription.{name}, has no @key of plain fields")
    subject = str(said[0]["subject"])
    arguments = frozenset(it.name.value for it in node.arguments or ())
    strange = set(PLACE.findall(subject)) - arguments - {TENANT}
    if strange or not SUBJECT.fullmatch(PLACE.sub("x", subject)):
        raise InvalidEvents(f"Subscription.{name} has a subject that cannot be: {subject}")
    key = {it: it for it in str(keys[0]["fields"]).split()}
    for line in said[0].get("key") or ():
        field, _, path = (it.strip() for it in str(line).partition("="))
        if field not in key or not path:
            raise InvalidEvents(f"Subscription.{name}: {line} is not a key's field = a path")
        key[field] = path
    return EventField(name, type, subject, key, str(said[0].get("seenBy") or ""))


def answered(selections: SelectionSetNode, entity: Mapping[str, Any]) -> dict[str, Any]:
    """Give an entity's key as a fetch asks for it: under its keys, where its type is meant."""
    found: dict[str, Any] = {}
    for node in selections.selections:
        if isinstance(node, FieldNode):
            found[node.alias.value if node.alias else node.name.value] = entity.get(
                node.name.value
            )
        elif isinstance(node, InlineFragmentNode) and _is_meant(node, entity):
            found |= answered(node.selection_set, entity)
    return found


def _is_meant(node: InlineFragmentNode, entity: Mapping[str, Any]) -> bool:
    return node.type_condition is None or node.type_condition.name.value == entity[TYPENAME]


def _at(event: Any, path: str) -> Any:
    """Follow a path of names into an event; what is no text and no number is no key."""
    value = event
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None


def _named(type: TypeNode) -> str:
    if isinstance(type, NonNullTypeNode | ListTypeNode):
        return _named(type.type)
    return str(type.name.value)  # type: ignore[attr-defined]  # what is left is a named type
