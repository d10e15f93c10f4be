"""What may be said of costs, sizes and tags within one subgraph."""

import re

from graphql import ListTypeNode, NamedTypeNode, TypeNode

from gateway.composition.model import (
    Applied,
    Definition,
    Directives,
    Field,
    Kind,
    Subgraph,
    named,
    nullable,
)
from gateway.composition.problems import Problems

TAG = re.compile(r"[_A-Za-z][-/_0-9A-Za-z]{0,127}")


def check(subgraph: Subgraph, problems: Problems) -> None:
    """Report costs and sizes that nothing could be counted by, and tags that are no names."""
    _check_tags("schema", subgraph.directives, problems)
    for definition in subgraph.definitions.values():
        _check_tags(definition.name, definition.directives, problems)
        for value in definition.values.values():
            _check_tags(f"{definition.name}.{value.name}", value.directives, problems)
        for taken in definition.inputs.values():
            _check_tags(f"{definition.name}.{taken.name}", taken.directives, problems)
        for field in definition.fields.values():
            _check_field(subgraph, definition, field, problems)


def _check_field(
    subgraph: Subgraph, definition: Definition, field: Field, problems: Problems
) -> None:
    at = f"{definition.name}.{field.name}"
    _check_tags(at, field.directives, problems)
    for argument in field.arguments.values():
        _check_tags(f"{at}({argument.name}:)", argument.directives, problems)
    if definition.kind is Kind.INTERFACE and "cost" in field.directives:
        problems.add(
            "COST_APPLIED_TO_INTERFACE_FIELD",
            "@cost stands on a field of an interface",
            at=at,
            hint="put it on the types that implement the interface",
        )
    for said in field.directives.all("listSize"):
        _check_size(subgraph, field, said, at, problems)


def _check_tags(at: str, directives: Directives, problems: Problems) -> None:
    for said in directives.all("tag"):
        name = said.arguments.get("name")
        if not isinstance(name, str) or not TAG.fullmatch(name):
            problems.add(
                "INVALID_TAG_NAME",
                f'"{name}" is no tag',
                at=at,
                hint="begin it with a letter; go on with letters, digits, _, - and /",
            )


def _check_size(
    subgraph: Subgraph, field: Field, said: Applied, at: str, problems: Problems
) -> None:
    sized = said.arguments.get("sizedFields") or ()
    if not (sized or _is_list(field.type)):
        problems.add(
            "LIST_SIZE_APPLIED_TO_NON_LIST",
            "@listSize stands on a field that is no list",
            at=at,
            hint="put it on a list, or name the lists beneath in `sizedFields`",
        )
    assumed = said.arguments.get("assumedSize")
    if isinstance(assumed, int) and assumed < 0:
        problems.add(
            "LIST_SIZE_INVALID_ASSUMED_SIZE",
            f"assumes a size of {assumed}",
            at=at,
            hint="assume 0 or more",
        )
    for name in said.arguments.get("slicingArguments") or ():
        if not _is_number(field, name):
            problems.add(
                "LIST_SIZE_INVALID_SLICING_ARGUMENT",
                f'"{name}" is no argument of type Int',
                at=at,
                hint="name arguments of the field that say how many are wanted",
            )
    beneath = subgraph.definitions.get(named(field.type))
    for name in sized:
        inner = beneath.fields.get(name) if beneath else None
        if inner is None or not _is_list(inner.type):
            problems.add(
                "LIST_SIZE_INVALID_SIZED_FIELD",
                f'"{name}" is no list beneath the field',
                at=at,
                hint="name fields of the field's type that are lists",
            )


def _is_list(type: TypeNode) -> bool:
    return isinstance(nullable(type), ListTypeNode)


def _is_number(field: Field, argument: str) -> bool:
    found = field.arguments.get(argument)
    bare = nullable(found.type) if found else None
    return isinstance(bare, NamedTypeNode) and bare.name.value == "Int"
