"""Merges the fields of objects and interfaces, and says which subgraph resolves each."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from graphql import TypeNode, print_ast

from gateway.composition import contexts, inputs
from gateway.composition.directives import merged as merged_directives
from gateway.composition.directives import passed_on
from gateway.composition.model import (
    Applied,
    Argument,
    Definition,
    Directives,
    Field,
    Kind,
    Name,
    Subgraph,
)
from gateway.composition.shared import Holder, Merge, description, set_text
from gateway.composition.types import least_strict, most_strict


@dataclass(frozen=True, slots=True)
class Part:
    """A field as one subgraph has it."""

    subgraph: Subgraph
    type: Definition
    field: Field
    is_overridden: bool

    @property
    def is_external(self) -> bool:
        return "external" in self.field.directives

    @property
    def is_shareable(self) -> bool:
        return is_shareable(self.subgraph, self.type, self.field)

    @property
    def contextual(self) -> list[tuple[str, Argument]]:
        """The arguments that take their values from above."""
        arguments = self.field.arguments.items()
        return [(name, each) for name, each in arguments if contexts.is_contextual(each)]

    @property
    def is_by_turns(self) -> bool:
        """Whether it takes the field over for some requests only."""
        return self.field.directives.argument("override", "label") is not None

    @property
    def is_used_here(self) -> bool:
        """Whether this subgraph itself still names the field in a key or a field set."""
        at = (self.type.name, self.field.name)
        return at in self.subgraph.key_fields or at in self.subgraph.used_externals


def merge(run: Merge, definition: Definition, holders: Sequence[Holder]) -> None:
    """Give the definition every field that any subgraph has."""
    names = dict.fromkeys(name for _, held in holders for name in held.fields)
    for name in names:
        parts = _parts(name, holders)
        merged = _merge_field(run, f"{definition.name}.{name}", parts)
        if merged is None:
            continue
        if definition.kind is Kind.OBJECT:
            _check_sharing(run, f"{definition.name}.{name}", parts)
            _check_sources(run, f"{definition.name}.{name}", parts)
        merged.directives.applied[:0] = _joins(parts, merged, holders)
        definition.fields[name] = merged


def is_shareable(subgraph: Subgraph, type: Definition, field: Field) -> bool:
    """Say whether others may give the field beside this subgraph: a key is everybody's."""
    return (type.name, field.name) in subgraph.key_fields or "shareable" in field.directives


def is_given_up(run: Merge, type: str, subgraph: Subgraph, field: Field) -> bool:
    """Say whether a subgraph that has the field leaves it to others."""
    part = next(p for p in _parts(field.name, run.holders(type)) if p.subgraph is subgraph)
    return part.is_external or part.is_overridden or part.is_by_turns


def handed_down(field: Field) -> Field:
    """Copy a field to an implementer whose interface has it from elsewhere."""
    copied = copy(field)
    kept = [each for each in field.directives if each.name != "join__field"]
    copied.directives = Directives([Applied("join__field", {}), *kept])
    return copied


def _parts(name: str, holders: Sequence[Holder]) -> list[Part]:
    having = [(s, d, d.fields[name]) for s, d in holders if name in d.fields]
    overridden = {
        each.arguments.get("from")
        for _, _, field in having
        for each in field.directives.all("override")
        if each.arguments.get("label") is None  # with one, both give it, by turns
    }
    return [Part(s, d, field, s.name in overridden) for s, d, field in having]


def _merge_field(run: Merge, at: str, parts: Sequence[Part]) -> Field | None:
    if all(part.is_external for part in parts):
        run.problems.add(
            "EXTERNAL_MISSING_ON_BASE",
            "@external everywhere, so that no subgraph gives it",
            at=at,
            hint="define the field in the subgraph that owns it",
        )
        return None
    giving = [part for part in parts if not part.is_external]
    type = least_strict([part.field.type for part in giving], run.is_subtype)
    if type is None:
        told = ", ".join(f"{print_ast(p.field.type)} in {p.subgraph.name}" for p in giving)
        run.problems.add(
            "FIELD_TYPE_MISMATCH",
            f"types do not fit together: {told}",
            at=at,
            hint="give the field one type, or types of which one is the looser",
        )
        return None
    merged = Field(
        parts[0].field.name,
        type,
        inputs.merge_arguments(run, at, _clients_arguments(run, at, giving)),
        description([p.field.description for p in parts]),
        Directives(
            merged_directives([p.field.directives for p in parts])
            + passed_on([(p.subgraph, p.field.directives) for p in parts])
        ),
    )
    for part in parts:
        if part.is_external:
            _check_external(run, at, part, merged)
    return merged


def _clients_arguments(run: Merge, at: str, giving: Sequence[Part]) -> list[inputs.Given]:
    """Give the arguments that clients may give: what comes from a context is none of theirs."""
    contextual = {name for part in giving for name, _ in part.contextual}
    for part in giving:
        own = {name for name, _ in part.contextual}
        for name in sorted(contextual - own):
            held = part.field.arguments.get(name)
            if held is not None and held.is_required:
                run.problems.add(
                    "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
                    f"comes from a context elsewhere, but {part.subgraph.name} requires it",
                    at=f"{at}({name}:)",
                    hint="take it from a context there too, or let it be null",
                )
    return [
        (part.subgraph, {n: a for n, a in part.field.arguments.items() if n not in contextual})
        for part in giving
    ]


def _check_external(run: Merge, at: str, part: Part, merged: Field) -> None:
    """Report an external field that says something else than those who give it."""
    with run.problems.within(part.subgraph.name):
        printed = print_ast(part.field.type)
        looser = least_strict([merged.type, part.field.type], run.is_subtype)
        if looser is None or print_ast(looser) != printed:
            run.problems.add(
                "EXTERNAL_TYPE_MISMATCH",
                f"{printed} here, but {print_ast(merged.type)} where it is given",
                at=at,
                hint="repeat the type as it is where the field is given",
            )
        for name, argument in merged.arguments.items():
            held = part.field.arguments.get(name)
            if held is None:
                run.problems.add(
                    "EXTERNAL_ARGUMENT_MISSING",
                    f'the argument "{name}" is missing here',
                    at=at,
                    hint="repeat the arguments as they are where the field is given",
                )
            elif most_strict([argument.type, held.type]) is None:
                told = f'"{name}" is {print_ast(held.type)} here, {print_ast(argument.type)} there'
                run.problems.add(
                    "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
                    told,
                    at=at,
                    hint="repeat the arguments as they are where the field is given",
                )


def _check_sharing(run: Merge, at: str, parts: Sequence[Part]) -> None:
    giving = [p for p in parts if not (p.is_external or p.is_overridden or p.is_by_turns)]
    if not giving:
        run.problems.add(
            "OVERRIDE_SOURCE_HAS_OVERRIDE",
            "taken over in a circle",
            at=at,
            hint="let one subgraph keep the field",
        )
    alone = [p.subgraph.name for p in giving if not p.is_shareable]
    if len(giving) > 1 and alone:
        run.problems.add(
            "INVALID_FIELD_SHARING",
            f"resolved by {', '.join(p.subgraph.name for p in giving)}, "
            f"but not @shareable in {', '.join(alone)}",
            at=at,
            hint="mark it @shareable in each, or keep it in one",
        )
    if len(giving) > 1 and at.startswith("Subscription."):
        run.problems.add(
            "INVALID_FIELD_SHARING",
            "a subscription has one source only",
            at=at,
            hint="keep it in one subgraph",
        )


def _check_sources(run: Merge, at: str, parts: Sequence[Part]) -> None:
    """Report fields that are taken over from where they need or provide more than themselves."""
    by_name = {part.subgraph.name: part for part in parts}
    for part in parts:
        source = by_name.get(str(part.field.directives.argument("override", "from")))
        for word in ("requires", "provides"):
            if source is not None and word in source.field.directives:
                run.problems.add(
                    "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
                    f"{part.subgraph.name} takes it over from {source.subgraph.name}, "
                    f"where it stands with @{word}",
                    at=at,
                    hint=f"share it meanwhile, or take @{word} off the field that is given up",
                )


def _joins(parts: Sequence[Part], merged: Field, holders: Sequence[Holder]) -> list[Applied]:
    """Say who gives the field; nothing at all means: every subgraph of the type."""
    joins = [_join(p, merged.type) for p in parts if not p.is_overridden or p.is_used_here]
    is_plain = all(len(arguments) == 1 for arguments in joins)
    if is_plain and len(joins) == len(holders):
        return []
    return [Applied("join__field", arguments) for arguments in joins]


def _join(part: Part, merged: TypeNode) -> dict[str, Any]:
    directives = part.field.directives
    arguments: dict[str, Any] = {"graph": Name(part.subgraph.graph)}
    for word in ("requires", "provides"):
        if word in directives:
            arguments[word] = set_text(directives.argument(word, "fields"))
    if (printed := print_ast(part.field.type)) != print_ast(merged):
        arguments["type"] = printed
    if part.is_external:
        arguments["external"] = True
    arguments |= _override(part)
    if part.is_overridden:
        arguments["usedOverridden"] = True
    if part.contextual:
        arguments["contextArguments"] = [_context(part, *each) for each in part.contextual]
    return arguments


def _override(part: Part) -> dict[str, Any]:
    directives = part.field.directives
    if "override" not in directives:
        return {}
    found = {"override": directives.argument("override", "from")}
    if part.is_by_turns:
        found["overrideLabel"] = directives.argument("override", "label")
    return found


def _context(part: Part, name: str, argument: Argument) -> dict[str, str]:
    taken = contexts.taken(argument)
    if taken is None:
        raise ValueError(name)  # the rules refused it
    return {
        "context": contexts.in_supergraph(part.subgraph, taken.context),
        "name": name,
        "type": print_ast(argument.type),
        "selection": f"{{ {set_text(taken.selection)} }}",
    }
