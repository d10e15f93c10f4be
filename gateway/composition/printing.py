"""Prints definitions as SDL: the supergraph in one fixed form, a subgraph as plain GraphQL."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import Node, StringValueNode, print_ast

from gateway.composition import carrying
from gateway.composition.directives import merged as merged_directives
from gateway.composition.machinery import (
    DIRECTIVES,
    FIFTH_JOIN,
    FOURTH_JOIN,
    THIRD_JOIN,
    links,
    machinery,
)
from gateway.composition.model import (
    ROOTS,
    Applied,
    Argument,
    Carried,
    Definition,
    Directives,
    Executable,
    Field,
    Kind,
    Name,
    Subgraph,
)

LINE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Merged:
    """All that the supergraph says: its types, its directives, and what is said of it itself."""

    graphs: Sequence[Subgraph]
    definitions: Sequence[Definition]
    executables: Sequence[Executable]
    carried: Sequence[Carried]

    @property
    def roots(self) -> list[str]:
        names = {each.name for each in self.definitions}
        return [root for root in ROOTS if root in names]


def print_supergraph(merged: Merged) -> str:
    """Print the standard file: the links, the machinery, the graphs, then each type by name."""
    ordered = sorted(merged.definitions, key=lambda each: each.name)
    body = [_definition(each) for each in ordered]
    said = merged_directives([each.directives for each in merged.graphs])
    uses = {a.name for each in ordered for a in _every_directive(each)} | {a.name for a in said}
    extras = [word for word in DIRECTIVES if word in uses]
    has_labels = any(
        "overrideLabel" in applied.arguments
        for each in ordered
        for applied in _every_directive(each)
    )
    version = THIRD_JOIN
    if "join__directive" in uses or "context" in uses:
        version = FIFTH_JOIN
    elif has_labels:
        version = FOURTH_JOIN
    names = {each.name for each in merged.carried}
    parts = [
        _schema([*links(extras), *carrying.links(merged.carried)], said, merged.roots, version),
        *(DIRECTIVES[word] for word in extras),
        *carrying.definitions(merged.carried, merged.executables),
        machinery(version),
        *(_executable(each) for each in merged.executables if each.name not in names),
        _graphs(merged.graphs),
        *body,
    ]
    return "\n\n".join(parts) + "\n"


def print_plain(subgraph: Subgraph) -> str:
    """Print a subgraph without directives, for GraphQL's own rules to be held against it."""
    plain = [_definition(each, with_directives=False) for each in subgraph.definitions.values()]
    return "\n\n".join(plain)


def _schema(
    extras: Sequence[str], said: Sequence[Applied], roots: Sequence[str], version: int
) -> str:
    written = [
        '  @link(url: "https://specs.apollo.dev/link/v1.0")',
        f'  @link(url: "https://specs.apollo.dev/join/v0.{version}", for: EXECUTION)',
        *extras,
        *(f"  {_applied(each)}" for each in said),
    ]
    fields = [f"  {root.lower()}: {root}" for root in roots]
    return "\n".join(["schema", *written, "{", *fields, "}"])


def _graphs(graphs: Sequence[Subgraph]) -> str:
    values = [
        f"  {each.graph} @join__graph(name: {_value(each.name)}, url: {_value(each.url)})"
        for each in graphs
    ]
    return "\n".join(["enum join__Graph {", *values, "}"])


def _executable(directive: Executable) -> str:
    arguments = [_argument(a, "  ", with_directives=False) for a in directive.arguments.values()]
    taken = ["(", *(line for each in arguments for line in each), ")"] if arguments else []
    repeatable = " repeatable" if directive.is_repeatable else ""
    head = "\n".join([f"directive @{directive.name}{taken[0] if taken else ''}", *taken[1:]])
    text = f"{head}{repeatable} on {' | '.join(sorted(directive.locations))}"
    return "\n".join([*_description(directive.description, ""), text])


def _every_directive(definition: Definition) -> Iterable[Applied]:
    yield from definition.directives
    for field in definition.fields.values():
        yield from field.directives
        for argument in field.arguments.values():
            yield from argument.directives
    for taken in definition.inputs.values():
        yield from taken.directives
    for value in definition.values.values():
        yield from value.directives


def _definition(definition: Definition, *, with_directives: bool = True) -> str:
    head = f"{definition.kind.value} {definition.name}"
    if definition.interfaces:
        head += " implements " + " & ".join(definition.interfaces)
    lines = [*_description(definition.description, ""), head]
    shown = list(definition.directives) if with_directives else []
    lines += [f"  {_applied(each)}" for each in shown]
    members = " | ".join(definition.members)
    if members and shown:
        return "\n".join([*lines, f"  = {members}"])
    if members:
        return "\n".join(lines) + f" = {members}"
    body = _body(definition, with_directives=with_directives)
    if not body:
        return "\n".join(lines)
    opening = ["{"] if shown else []
    if not shown:
        lines[-1] += " {"
    return "\n".join([*lines, *opening, *body, "}"])


def _body(definition: Definition, *, with_directives: bool) -> list[str]:
    lines: list[str] = []
    if definition.kind is Kind.ENUM:
        for value in definition.values.values():
            shown = value.directives if with_directives else Directives()
            lines += _description(value.description, "  ")
            lines.append(f"  {value.name}{_inline(shown)}")
    for taken in definition.inputs.values():
        lines += _argument(taken, "  ", with_directives=with_directives)
    for field in definition.fields.values():
        lines += _field(field, with_directives=with_directives)
    return lines


def _field(field: Field, *, with_directives: bool) -> list[str]:
    tail = f": {print_ast(field.type)}"
    tail += _inline(field.directives) if with_directives else ""
    lines = _description(field.description, "  ")
    arguments = [
        _argument(each, "    ", with_directives=with_directives)
        for each in field.arguments.values()
    ]
    if not arguments:
        return [*lines, f"  {field.name}{tail}"]
    one_line = f"  {field.name}({', '.join(a[0].strip() for a in arguments)}){tail}"
    if all(len(a) == 1 for a in arguments) and len(one_line) <= LINE_LENGTH:
        return [*lines, one_line]
    inner = [line for argument in arguments for line in argument]
    return [*lines, f"  {field.name}(", *inner, f"  ){tail}"]


def _argument(argument: Argument, indent: str, *, with_directives: bool) -> list[str]:
    line = f"{indent}{argument.name}: {print_ast(argument.type)}"
    if argument.default is not None:
        line += f" = {argument.default_text}"
    if with_directives:
        line += _inline(argument.directives)
    return [*_description(argument.description, indent), line]


def _description(text: str, indent: str) -> list[str]:
    if not text:
        return []
    printed = print_ast(StringValueNode(value=text, block=True))
    return [f"{indent}{line}".rstrip() for line in printed.splitlines()]


def _inline(directives: Directives) -> str:
    return "".join(f" {_applied(each)}" for each in directives)


def _applied(directive: Applied) -> str:
    if not directive.arguments:
        return f"@{directive.name}"
    arguments = ", ".join(f"{name}: {_value(v)}" for name, v in directive.arguments.items())
    return f"@{directive.name}({arguments})"


def _value(value: Any) -> str:
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, Node):
        return print_ast(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_value(inner)}' for name, inner in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)
