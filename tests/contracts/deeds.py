"""The deeds that a subgraph offers: what each requires, and something to ask it with."""

import re

from graphql import (
    build_schema,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
)

from services.chassis.ids import new_id

REQUIRES = re.compile(r"Requires `([a-z_:]+)`(?:, and `([a-z_:]+)` to change what is there)?")
PUBLISHES = re.compile(r"Publishes ([\w.]+(?:, [\w.]+)*)\.$")
NEEDS_NO_SIGN_IN, NEEDS_SIGN_IN = "Needs no sign-in", "Needs a sign-in, and no permission"
LEFT_OUT = {"history", "expectedVersion", "dryRun", "idempotencyKey"}
"""What needs a permission of its own, refuses for a reason of its own, or does not do it."""
SAMPLES = {
    "Boolean": True,
    "Date": "2026-03-01",
    "DateTime": "2026-03-01T09:30:00Z",
    "Decimal": "1",
    "Float": 1.0,
    "Int": 1,
    "String": "EUR",
}


def deeds_of(sdl):
    """Give each mutation of a subgraph by its name."""
    mutation = build_schema(sdl, assume_valid_sdl=True).mutation_type
    assert mutation
    return mutation.fields


def permissions_of(deed):
    """Read in a mutation's description which permissions it requires: none, one, or two.

    The second one is what an upsert requires to change what is there.
    """
    found = REQUIRES.search(deed.description or "")
    return [it for it in found.groups() if it] if found else []


def events_of(deed):
    """Read in a mutation's description which events it publishes."""
    found = PUBLISHES.search(deed.description or "")
    return found[1].split(", ") if found else []


def document_of(name, deed):
    """Write a document that does it and asks for the codes of what was refused."""
    declared = ", ".join(f"${it}: {arg.type}" for it, arg in deed.args.items())
    handed = ", ".join(f"{it}: ${it}" for it in deed.args)
    rows = "results { userErrors { code } }" if "results" in _payload(deed) else ""
    return f"mutation({declared}) {{ done: {name}({handed}) {{ userErrors {{ code }} {rows} }} }}"


def sampled(deed):
    """Give it arguments that its types allow, about records that are not there."""
    return {
        it: sample(arg.type, it)
        for it, arg in deed.args.items()
        if it not in LEFT_OUT and not arg.default_value
    }


def sample(type, name=""):
    type = get_nullable_type(type)
    if is_list_type(type):
        return [sample(type.of_type)]
    if is_enum_type(type):
        return next(iter(type.values))
    if type.name.endswith("Where"):
        return {}
    if is_input_object_type(type):
        other = {"id"} if "externalRef" in type.fields else set()
        return {
            it: sample(each.type, it)
            for it, each in type.fields.items()
            if it not in LEFT_OUT | other
        }
    return new_id("cus") if name == "id" or type.name == "ID" else SAMPLES[type.name]


def _payload(deed):
    return get_named_type(deed.type).fields
