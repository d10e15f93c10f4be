"""What was released stays: the graph that clients see, and the events, held against today's."""

import re
from datetime import date

from graphql import (
    REMOVE,
    BreakingChangeType,
    DangerousChangeType,
    Visitor,
    build_ast_schema,
    build_schema,
    find_schema_changes,
    get_named_type,
    is_abstract_type,
    parse,
    visit,
)

from tests.contracts import facts
from tests.contracts.graphs import ROOTS

REASON = re.compile(r"Use .+\. Removed after (\d{4}-\d{2}-\d{2})\.")
"""How a deprecation says what to use instead, and until when it stays at the least."""
REFUSED = {
    *BreakingChangeType,
    DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE,
    DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE,
}
"""What breaks a client that was right before; one that meets a new value of an enum expects it."""


def broken(released, today, *, on):
    """Say what of a released graph is no more, but for what was deprecated until before a day."""
    kept = build_ast_schema(visit(parse(released), Departures(on)), assume_valid_sdl=True)
    changes = find_schema_changes(kept, build_schema(today, assume_valid_sdl=True))
    gone = {f"{name} was removed." for name in kept.type_map.keys() - _reachable(kept)}
    told = {it.description for it in changes if it.type in REFUSED}
    return sorted(told - gone)


class Departures(Visitor):
    """Takes out of a schema what was deprecated until before a day."""

    def __init__(self, on):
        super().__init__()
        self.on = on

    def leave(self, node, *_):
        reason = deprecation(node)
        if reason is not None and (day := until(reason)) and day < self.on:
            return REMOVE
        return None


def bad_deprecations(sdl, *, on):
    """Name the deprecations that do not say what to use and until when, or that are over."""
    return list(_bad_deprecations(parse(sdl), (), on))


def _bad_deprecations(node, above, on):
    name = getattr(node, "name", None)
    above = (*above, name.value) if name and node.kind.endswith("definition") else above
    reason = deprecation(node)
    if reason is not None and (day := until(reason)) is None:
        yield f"{'.'.join(above)}: {reason!r} is not 'Use x. Removed after YYYY-MM-DD.'"
    elif reason is not None and day < on:
        yield f"{'.'.join(above)} was to go after {day}: remove it, or give it more time"
    for part in ("definitions", "fields", "arguments", "values"):
        for it in getattr(node, part, None) or ():
            yield from _bad_deprecations(it, above, on)


def deprecation(node):
    """Give the reason of a deprecation: empty if it gives none, None where there is none."""
    for it in getattr(node, "directives", None) or ():
        if it.name.value == "deprecated":
            return next((given.value.value for given in it.arguments), "")
    return None


def until(reason):
    found = REASON.fullmatch(reason)
    try:
        return found and date.fromisoformat(found[1])
    except ValueError:
        return None


def _reachable(schema):
    """Name the types that something still leads to, once departures have left."""
    found, waiting = set(), [it for it in ROOTS if it in schema.type_map]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _led_to(schema, schema.type_map[name])
    return found | {it for it in schema.type_map if it.startswith("__")}


def _led_to(schema, type):
    for field in getattr(type, "fields", {}).values():
        yield get_named_type(field.type).name
        yield from (get_named_type(it.type).name for it in getattr(field, "args", {}).values())
    yield from (it.name for it in getattr(type, "interfaces", ()))
    if is_abstract_type(type):
        yield from (it.name for it in schema.get_possible_types(type))


def unkept(released, today):
    """Say of a service's events.json where a fact is not told as it was released.

    Under the same version it may say more than before, and nothing less or otherwise. A fact says
    all of its fields each time: none is optional.
    """
    told = today["publishes"]
    for type, was in released["publishes"].items():
        if type not in told:
            yield f"{type} is no longer told"
        else:
            yield from (f"{type}: {it}" for it in facts.misfits(told[type]["data"], was["data"]))


def optional(schema):
    """Name the fields that a told fact may leave out."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).keys() - {*schema.get("required", ())}
        yield from (name for it in schema.values() for name in optional(it))
    if isinstance(schema, list):
        yield from (name for it in schema for name in optional(it))
