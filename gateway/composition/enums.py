"""Merges enums by where they are used: given out, taken in, or both."""

import enum
from collections.abc import Sequence

from gateway.composition.directives import merged as merged_directives
from gateway.composition.model import Applied, Definition, Directives, Name, Subgraph, Value, named
from gateway.composition.shared import Holder, Merge, description


class Usage(enum.Flag):
    NONE = 0
    OUT = enum.auto()
    IN = enum.auto()


def usage(subgraphs: Sequence[Subgraph]) -> dict[str, Usage]:
    """Say of each type whether any subgraph gives it out or takes it in."""
    found: dict[str, Usage] = {}
    for subgraph in subgraphs:
        for definition in subgraph.definitions.values():
            inputs = list(definition.inputs.values())
            for field in definition.fields.values():
                _note(found, named(field.type), Usage.OUT)
                inputs += field.arguments.values()
            for argument in inputs:
                _note(found, named(argument.type), Usage.IN)
        for directive in subgraph.executables.values():
            for argument in directive.arguments.values():
                _note(found, named(argument.type), Usage.IN)
    return found


def _note(found: dict[str, Usage], type: str, use: Usage) -> None:
    found[type] = found.get(type, Usage.NONE) | use


def merge(run: Merge, definition: Definition, holders: Sequence[Holder], use: Usage) -> None:
    """Give the enum its values: the union if only given out, else what all have."""
    names = dict.fromkeys(name for _, held in holders for name in held.values)
    for name in names:
        having = [(s, held.values[name]) for s, held in holders if name in held.values]
        merged = _merge_value(name, having)
        is_everywhere = len(having) == len(holders)
        if is_everywhere or Usage.IN not in use or "inaccessible" in merged.directives:
            definition.values[name] = merged
        elif Usage.OUT in use:
            _differs(run, definition.name, name, having, code="ENUM_VALUE_MISMATCH")
        elif run.strict_inputs:
            _differs(run, definition.name, name, having, code="INPUT_DIFFERS")
    if not definition.values:
        run.problems.add(
            "EMPTY_MERGED_ENUM_TYPE",
            "no value of it is in every subgraph that has it",
            at=definition.name,
            hint="give the enum a value that all have",
        )


def _merge_value(name: str, having: Sequence[tuple[Subgraph, Value]]) -> Value:
    joins = [Applied("join__enumValue", {"graph": Name(s.graph)}) for s, _ in having]
    shared = merged_directives([value.directives for _, value in having])
    return Value(
        name, description([value.description for _, value in having]), Directives(joins + shared)
    )


def _differs(
    run: Merge, type: str, name: str, having: Sequence[tuple[Subgraph, Value]], *, code: str
) -> None:
    told = ", ".join(subgraph.name for subgraph, _ in having)
    run.problems.add(
        code,
        f"the enum is taken in, but this value is known to {told} only",
        at=f"{type}.{name}",
        hint="make the enum the same everywhere",
    )
