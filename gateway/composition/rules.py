"""What must be so within each subgraph before it can be merged with others."""

import re

from graphql import GraphQLError, build_ast_schema, parse, validate_schema

from gateway.composition import contexts
from gateway.composition.field_sets import InvalidFieldSet, Touched, touched
from gateway.composition.model import (
    Definition,
    Field,
    Kind,
    Subgraph,
    named,
)
from gateway.composition.printing import print_plain
from gateway.composition.problems import Problems

LABEL = re.compile(r"[a-zA-Z][a-zA-Z0-9_\-:./]*|percent\((100(\.0{1,8})?|\d{1,2}(\.\d{1,8})?)\)")
NO_QUERY = frozenset(
    {"Query root type must be provided.", "Type Query must define one or more fields."}
)
"""A subgraph need not have queries of its own."""


def check(subgraph: Subgraph, problems: Problems) -> None:
    """Report everything in one subgraph that keeps it from being merged."""
    with problems.within(subgraph.name):
        if not _is_graphql(subgraph, problems):
            return
        for definition in subgraph.definitions.values():
            _check_keys(subgraph, definition, problems)
            for field in definition.fields.values():
                _check_requires(subgraph, definition, field, problems)
                _check_provides(subgraph, definition, field, problems)
                _check_override(subgraph, definition, field, problems)
        contexts.check(subgraph, problems)
        _check_externals(subgraph, problems)


def _is_graphql(subgraph: Subgraph, problems: Problems) -> bool:
    """Hold the subgraph against GraphQL's own rules; the rest would stumble over a breach."""
    text = print_plain(subgraph)
    try:
        schema = build_ast_schema(parse(text, no_location=True), assume_valid_sdl=True)
    except (TypeError, GraphQLError) as error:
        problems.add(
            "INVALID_GRAPHQL",
            str(error).rstrip("."),
            hint="mend the SDL there",
        )
        return False
    faults = [e for e in validate_schema(schema) if e.message not in NO_QUERY]
    for fault in faults:
        problems.add(
            "INVALID_GRAPHQL",
            fault.message.rstrip("."),
            hint="mend the SDL there",
        )
    return not faults


def _fields_of(
    subgraph: Subgraph, type: Definition, text: object, problems: Problems, *, code: str, at: str
) -> list[Touched]:
    if not isinstance(text, str):
        problems.add(
            f"{code}_INVALID_FIELDS_TYPE",
            "`fields` is not a string",
            at=at,
            hint="write the field set as a string",
        )
        return []
    try:
        found = touched(subgraph, type, text)
    except InvalidFieldSet as error:
        problems.add(
            f"{code}_{error.code}",
            str(error),
            at=at,
            hint="select fields of the type as this subgraph defines it",
        )
        return []
    _note_used(subgraph, found)
    return found


def _note_used(subgraph: Subgraph, found: list[Touched]) -> None:
    for each in found:
        for definition in (each.type, *subgraph.possible(each.type.name)):
            subgraph.used_externals.add((definition.name, each.field.name))


def _check_keys(subgraph: Subgraph, definition: Definition, problems: Problems) -> None:
    at = definition.name
    if definition.keys and definition.kind not in (Kind.OBJECT, Kind.INTERFACE):
        problems.add(
            "KEY_UNSUPPORTED_ON_TYPE",
            f"@key stands on a {definition.kind.value}",
            at=at,
            hint="put the key on an object type or an interface",
        )
        return
    for key in definition.keys:
        text = key.arguments.get("fields")
        for each in _fields_of(subgraph, definition, text, problems, code="KEY", at=at):
            inner = subgraph.definitions.get(named(each.field.type))
            if each.field.arguments:
                problems.add(
                    "KEY_FIELDS_HAS_ARGS",
                    f'"{each.field.name}" takes arguments',
                    at=at,
                    hint="make the key of fields without arguments",
                )
            if inner is not None and inner.kind in (Kind.INTERFACE, Kind.UNION):
                problems.add(
                    "KEY_FIELDS_SELECT_INVALID_TYPE",
                    f'the key field "{each.field.name}" is of the {inner.kind.value} {inner.name}',
                    at=at,
                    hint="a key is made of scalars, enums and objects",
                )


def _check_requires(
    subgraph: Subgraph, definition: Definition, field: Field, problems: Problems
) -> None:
    if "requires" not in field.directives:
        return
    at = f"{definition.name}.{field.name}"
    if not definition.keys:
        problems.add(
            "REQUIRES_WITHOUT_KEY",
            f"@requires needs {definition.name} to have a key here",
            at=at,
            hint="without a key no other subgraph can hand over what is required",
        )
    text = field.directives.argument("requires", "fields")
    for each in _fields_of(subgraph, definition, text, problems, code="REQUIRES", at=at):
        if each.lacking:
            problems.add(
                "REQUIRES_INVALID_FIELDS",
                f'"{each.field.name}" needs its argument "{each.lacking[0]}"',
                at=at,
                hint="give the argument in the field set",
            )
        if _is_given_here(subgraph, each):
            problems.add(
                "REQUIRES_FIELDS_MISSING_EXTERNAL",
                f'"{each.field.name}" is required but not @external',
                at=at,
                hint="require only what another subgraph gives",
            )


def _check_provides(
    subgraph: Subgraph, definition: Definition, field: Field, problems: Problems
) -> None:
    if "provides" not in field.directives:
        return
    at = f"{definition.name}.{field.name}"
    inner = subgraph.definitions.get(named(field.type))
    if inner is None or inner.kind not in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION):
        problems.add(
            "PROVIDES_ON_NON_OBJECT_FIELD",
            "@provides stands on a leaf",
            at=at,
            hint="provide fields of an object, an interface or a union",
        )
        return
    text = field.directives.argument("provides", "fields")
    for each in _fields_of(subgraph, inner, text, problems, code="PROVIDES", at=at):
        name = each.field.name
        if each.field.arguments:
            problems.add(
                "PROVIDES_FIELDS_HAS_ARGS",
                f'"{name}" takes arguments',
                at=at,
                hint="provide fields without arguments",
            )
        if _is_given_here(subgraph, each) and not _is_key(subgraph, each):
            problems.add(
                "PROVIDES_FIELDS_MISSING_EXTERNAL",
                f'"{name}" is provided but not @external',
                at=at,
                hint="what this subgraph gives anyway need not be provided",
            )


def _is_given_here(subgraph: Subgraph, touched: Touched) -> bool:
    way = (*touched.beneath, touched)
    return touched.is_leaf and not any(_is_external(subgraph, step) for step in way)


def _is_external(subgraph: Subgraph, touched: Touched) -> bool:
    """Say so of an interface's field too, where a type that implements it has it external."""
    having = (touched.type, *subgraph.possible(touched.type.name))
    fields = [
        each.fields[touched.field.name] for each in having if touched.field.name in each.fields
    ]
    return any("external" in each.directives for each in fields)


def _is_key(subgraph: Subgraph, touched: Touched) -> bool:
    return any(
        (definition.name, touched.field.name) in subgraph.key_fields
        for definition in (touched.type, *subgraph.possible(touched.type.name))
    )


def _check_override(
    subgraph: Subgraph, definition: Definition, field: Field, problems: Problems
) -> None:
    if "override" not in field.directives:
        return
    at = f"{definition.name}.{field.name}"
    if field.directives.argument("override", "from") == subgraph.name:
        problems.add(
            "OVERRIDE_FROM_SELF_ERROR",
            "the field is taken over from itself",
            at=at,
            hint="name the subgraph that gives it up",
        )
    label = field.directives.argument("override", "label")
    if label is not None and not LABEL.fullmatch(str(label)):
        problems.add(
            "OVERRIDE_LABEL_INVALID",
            f'"{label}" is no label',
            at=at,
            hint="a label is a word, or percent(0) to percent(100)",
        )
    if "external" in field.directives:
        problems.add(
            "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
            "@override and @external stand on one field",
            at=at,
            hint="keep one of the two",
        )


def _check_externals(subgraph: Subgraph, problems: Problems) -> None:
    for definition in subgraph.definitions.values():
        for name in [n for n, f in definition.fields.items() if "external" in f.directives]:
            if _is_used(subgraph, definition, name):
                continue
            if subgraph.is_first_generation or "external" in definition.directives:
                del definition.fields[name]  # there it was a habit and meant nothing
                continue
            problems.add(
                "EXTERNAL_UNUSED",
                "@external, but no key, @requires, @provides or interface uses it",
                at=f"{definition.name}.{name}",
                hint="leave the field out of this subgraph",
            )


def _is_used(subgraph: Subgraph, definition: Definition, field: str) -> bool:
    if (definition.name, field) in subgraph.used_externals:
        return True
    return any(
        field in subgraph.definitions[interface].fields
        for interface in definition.interfaces
        if interface in subgraph.definitions
    )
