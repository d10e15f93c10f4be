"""Merges what goes in: arguments and input types, by intersection; strictly, without any loss."""

from collections.abc import Mapping, Sequence

from graphql import print_ast

from gateway.composition.directives import merged as merged_directives
from gateway.composition.model import Applied, Argument, Definition, Directives, Name, Subgraph
from gateway.composition.shared import Holder, Merge, description
from gateway.composition.types import most_strict

Given = tuple[Subgraph, Mapping[str, Argument]]
"""A subgraph and the arguments, or input fields, that it has at one place."""


def merge(run: Merge, definition: Definition, holders: Sequence[Holder]) -> None:
    """Give an input type the fields that all its subgraphs take."""
    at = definition.name
    given: list[Given] = [(subgraph, held.inputs) for subgraph, held in holders]
    _check_one_of(run, definition, holders)
    for name, parts in _common(run, at, given, "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"):
        merged = _merge_one(run, f"{at}.{name}", parts, "INPUT_FIELD")
        if merged is None:
            continue
        printed = [print_ast(argument.type) for _, argument in parts]
        if len(set(printed)) > 1:
            merged.directives.applied[:0] = [
                Applied("join__field", {"graph": Name(subgraph.graph), "type": text})
                for (subgraph, _), text in zip(parts, printed, strict=True)
            ]
        definition.inputs[name] = merged
    if not definition.inputs and any(arguments for _, arguments in given):
        run.problems.add(
            "EMPTY_MERGED_INPUT_TYPE",
            "no field of it is in every subgraph that has it",
            at=at,
            hint="give the input a field that all have",
        )


def merge_arguments(run: Merge, at: str, given: Sequence[Given]) -> dict[str, Argument]:
    """Give a field the arguments that all its subgraphs take."""
    merged = {}
    for name, parts in _common(run, at, given, "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"):
        found = _merge_one(run, f"{at}({name}:)", parts, "FIELD_ARGUMENT")
        if found is not None:
            merged[name] = found
    return merged


Parts = list[tuple[Subgraph, Argument]]


def _common(run: Merge, at: str, given: Sequence[Given], code: str) -> list[tuple[str, Parts]]:
    """Give the inputs that all have; report those that would be lost but must not be."""
    names = dict.fromkeys(name for _, arguments in given for name in arguments)
    found = []
    for name in names:
        parts = [(s, arguments[name]) for s, arguments in given if name in arguments]
        if len(parts) == len(given):
            found.append((name, parts))
            continue
        missing = ", ".join(s.name for s, arguments in given if name not in arguments)
        if any(argument.is_required for _, argument in parts):
            run.problems.add(
                code,
                f'"{name}" is required, but {missing} has it not',
                at=at,
                hint="add it there, or give it a default value",
            )
        elif run.strict_inputs:
            run.problems.add(
                "INPUT_DIFFERS",
                f'"{name}" would be lost, because {missing} has it not',
                at=at,
                hint="make the input the same everywhere, or name it for its subgraph",
            )
    return found


def _merge_one(run: Merge, at: str, parts: Parts, code: str) -> Argument | None:
    types = [argument.type for _, argument in parts]
    told = ", ".join(f"{print_ast(a.type)} in {s.name}" for s, a in parts)
    merged = most_strict(types)
    if merged is None:
        run.problems.add(
            f"{code}_TYPE_MISMATCH",
            f"types do not fit together: {told}",
            at=at,
            hint="make the types the same but for non-null",
        )
        return None
    if run.strict_inputs and len({print_ast(each) for each in types}) > 1:
        run.problems.add(
            "INPUT_DIFFERS",
            f"the types differ: {told}",
            at=at,
            hint="make the types the same",
        )
    if len({argument.default_text for _, argument in parts}) > 1:
        run.problems.add(
            f"{code}_DEFAULT_MISMATCH",
            "the default values differ",
            at=at,
            hint="make the default values the same",
        )
    return Argument(
        parts[0][1].name,
        merged,
        parts[0][1].default,
        description([argument.description for _, argument in parts]),
        Directives(merged_directives([argument.directives for _, argument in parts])),
    )


def _check_one_of(run: Merge, definition: Definition, holders: Sequence[Holder]) -> None:
    marked = [s.name for s, held in holders if "oneOf" in held.directives]
    if marked and len(marked) != len(holders):
        run.problems.add(
            "ONE_OF_DIFFERS",
            f"@oneOf in {', '.join(marked)} only",
            at=definition.name,
            hint="mark it in each of them",
        )
