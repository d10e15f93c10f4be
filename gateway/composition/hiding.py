"""What is @inaccessible must leave a schema behind that stands without it."""

from collections.abc import Iterable, Iterator, Mapping

from graphql import ConstValueNode, EnumValueNode, ListValueNode

from gateway.composition.model import (
    Argument,
    Definition,
    Directives,
    Field,
    Kind,
    Value,
    named,
)
from gateway.composition.problems import Problems


def check(definitions: Iterable[Definition], problems: Problems) -> None:
    """Report whatever visible thing needs a hidden one."""
    merged = {each.name: each for each in definitions}
    if "Query" in merged and _is_hidden(merged["Query"].directives):
        problems.add(
            "QUERY_ROOT_TYPE_INACCESSIBLE",
            "nothing could be asked",
            at="Query",
            hint="hide single fields of it",
        )
    for definition in merged.values():
        if not _is_hidden(definition.directives):
            _check_children(definition, merged, problems)
            _check_fields(definition, merged, problems)
            for at, taken in _taken(definition):
                _check_taken(at, taken, merged, problems)


def _is_hidden(directives: Directives) -> bool:
    return "inaccessible" in directives


def _is_gone(type: str, merged: Mapping[str, Definition]) -> bool:
    return type in merged and _is_hidden(merged[type].directives)


def _check_children(
    definition: Definition, merged: Mapping[str, Definition], problems: Problems
) -> None:
    parts: list[Field | Argument | Value] = [*definition.fields.values()]
    parts += [*definition.inputs.values(), *definition.values.values()]
    hidden = [_is_hidden(each.directives) for each in parts]
    hidden += [_is_gone(each, merged) for each in definition.members]
    if hidden and all(hidden):
        problems.add(
            "ONLY_INACCESSIBLE_CHILDREN",
            "visible, but nothing in it is",
            at=definition.name,
            hint="hide it too, or show something of it",
        )


def _check_fields(
    definition: Definition, merged: Mapping[str, Definition], problems: Problems
) -> None:
    promised = {
        name
        for interface in definition.interfaces
        if interface in merged and not _is_hidden(merged[interface].directives)
        for name, field in merged[interface].fields.items()
        if not _is_hidden(field.directives)
    }
    for name, field in definition.fields.items():
        at = f"{definition.name}.{name}"
        if not _is_hidden(field.directives):
            _check_reference(at, named(field.type), merged, problems)
        elif name in promised:
            problems.add(
                "IMPLEMENTED_BY_INACCESSIBLE",
                "hidden, but an interface promises it",
                at=at,
                hint="hide the interface's field too",
            )


def _taken(definition: Definition) -> Iterator[tuple[str, Argument]]:
    for name, taken in definition.inputs.items():
        yield f"{definition.name}.{name}", taken
    for name, field in definition.fields.items():
        if not _is_hidden(field.directives):
            for argument in field.arguments.values():
                yield f"{definition.name}.{name}({argument.name}:)", argument


def _check_taken(
    at: str, taken: Argument, merged: Mapping[str, Definition], problems: Problems
) -> None:
    type = named(taken.type)
    if _is_hidden(taken.directives):
        if taken.is_required:
            told = "required, but nobody could give it"
            problems.add("REQUIRED_INACCESSIBLE", told, at=at, hint="give it a default value")
        return
    _check_reference(at, type, merged, problems)
    if type in merged and merged[type].kind is Kind.ENUM:
        for value in _enum_values(taken.default):
            shown = merged[type].values.get(value)
            if shown is not None and _is_hidden(shown.directives):
                problems.add(
                    "DEFAULT_VALUE_USES_INACCESSIBLE",
                    f"the default value {value} is hidden",
                    at=at,
                    hint="choose another, or show the value",
                )


def _enum_values(default: ConstValueNode | None) -> Iterator[str]:
    if isinstance(default, EnumValueNode):
        yield default.value
    elif isinstance(default, ListValueNode):
        for each in default.values:
            yield from _enum_values(each)


def _check_reference(
    at: str, type: str, merged: Mapping[str, Definition], problems: Problems
) -> None:
    if _is_gone(type, merged):
        problems.add(
            "REFERENCED_INACCESSIBLE",
            f"visible, but its type {type} is not",
            at=at,
            hint="hide it too, or show the type",
        )
