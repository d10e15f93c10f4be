"""What every subgraph keeps to: descriptions, names, no nulls as defaults, one owner a field."""

from collections import Counter
from typing import Any

from graphql import InputObjectTypeDefinitionNode, NameNode, parse, print_ast
from graphql.language import Node

DESCRIBED = {
    *("object_type_definition", "interface_type_definition", "union_type_definition"),
    *("enum_type_definition", "input_object_type_definition", "scalar_type_definition"),
    *("field_definition", "input_value_definition", "enum_value_definition"),
    *("directive_definition",),
}
ROOTS = ("Query", "Mutation", "Subscription")
FEDERATION = {"_service", "_entities", "_Any", "_Entity"}
"""What routers ask, and no client sees."""


def undescribed(sdl):
    """Name every type, field, argument, value and input field that says nothing of itself."""
    return list(_undescribed(parse(sdl), ()))


def _undescribed(node, above):
    if isinstance(getattr(node, "name", None), NameNode) and node.kind in DESCRIBED:
        above = (*above, node.name.value)
        root = len(above) == 1 and above[0] in ROOTS
        if node.description is None and not root and above[0] not in FEDERATION:
            yield ".".join(above)
    for key in node.keys:
        held = getattr(node, key, None)
        for each in held if isinstance(held, (list, tuple)) else (held,):
            if isinstance(each, Node):
                yield from _undescribed(each, above)


def null_defaults(sdl):
    return [line.strip() for line in sdl.splitlines() if "= null" in line]


def misnamed_payloads(sdl):
    """Name the mutations that do not answer with a payload of their own name."""
    return [
        f"{name}: {type}"
        for name, type in root_fields(sdl, "Mutation").items()
        if type != f"{name[0].upper()}{name[1:]}Payload!"
    ]


KEYLESS = {
    *("signIn", "refreshSession", "signOut", "acceptInvitation"),
    *("exchangeToken", "actAs", "createApiKey", "exchangeApiKey"),
    *("requestPasswordReset", "resetPassword", "changePassword"),
    *("enrolSecondFactor", "confirmSecondFactor", "removeSecondFactor", "endSession"),
    *("signInToPortal", "refreshPortalSession", "signOutOfPortal", "acceptPortalInvitation"),
    *("requestPortalPasswordReset", "resetPortalPassword", "changePortalPassword"),
}
"""Mutations that take no idempotency key and know no dry run: the list is closed."""


def not_repeatable(sdl):
    """Name the mutations that cannot be tried without effect, or asked for twice with one."""
    return [
        field.name.value
        for it in _definitions(sdl)
        if getattr(it, "name", None) and it.name.value == "Mutation"
        for field in it.fields
        if field.name.value not in KEYLESS
        and not {"idempotencyKey", "dryRun"} <= {arg.name.value for arg in field.arguments or ()}
    ]


def root_fields(sdl, *roots):
    return {
        field.name.value: print_ast(field.type)
        for it in _definitions(sdl)
        if getattr(it, "name", None) and it.name.value in (roots or ROOTS)
        for field in it.fields
        if field.name.value not in FEDERATION
    }


def _definitions(sdl) -> Any:
    return parse(sdl).definitions


def shared_roots(sdls):
    """Name the root fields that stand in more than one service."""
    counted = Counter(name for sdl in sdls for name in root_fields(sdl))
    return sorted(name for name, times in counted.items() if times > 1)


def differing_inputs(sdls):
    """Name the inputs that several services have and that are not the same letter by letter."""
    found: dict[str, list[str]] = {}
    for sdl in sdls:
        for it in parse(sdl).definitions:
            if isinstance(it, InputObjectTypeDefinitionNode):
                found.setdefault(it.name.value, []).append(print_ast(it))
    return sorted(name for name, texts in found.items() if len(set(texts)) > 1)
