"""Making Strawberry types at run time: the one place where annotations are not written out."""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.enum import EnumValue
from strawberry.types.field import StrawberryField

En = TypeVar("En", bound=type[enum.Enum])


class BindingError(TypeError):
    """A declaration names what is not there; raised when the class is made, never later."""


@dataclass(frozen=True)
class Part:
    """A field of a made type: its name in the graph, its type, what it says, its default."""

    name: str
    type: Any
    description: str
    default: Any = strawberry.UNSET
    deprecated: str | None = None


def made_input(name: str, parts: Iterable[Part], description: str) -> Any:
    """Make an input type; a part whose type allows null may be left out."""
    made = strawberry.input(type(name, (), {}), name=name, description=description)
    extend(made, parts)
    return made


def made_type(
    name: str, parts: Iterable[Part], description: str, *, shareable: bool = False
) -> Any:
    """Make an object type whose values stand under the parts' names."""
    made = strawberry.federation.type(
        type(name, (), {}), name=name, description=description, shareable=shareable
    )
    extend(made, parts)
    return made


def extend(made: Any, parts: Iterable[Part]) -> None:
    """Add parts to a made type; this is how one comes to name itself."""
    made.__strawberry_definition__.fields.extend(
        StrawberryField(
            python_name=part.name,
            graphql_name=part.name,
            type_annotation=StrawberryAnnotation(part.type),
            default=part.default,
            description=part.description,
            deprecation_reason=part.deprecated,
        )
        for part in parts
    )


def extend_by(made: Any, name: str, field: Any) -> None:
    """Add a field with a behaviour of its own to a type that stands already."""
    field.python_name = name
    made.__strawberry_definition__.fields.append(field)


def made_field(
    type: Any,
    description: str,
    arguments: Iterable[Part],
    behaviour: object,
    *,
    name: str | None = None,
) -> Any:
    """Make a field that the schema will resolve by its `behaviour`, with raw arguments."""
    field: Any = strawberry.field(
        resolver=_never, name=name, description=description, metadata={BEHAVIOUR: behaviour}
    )
    field.type_annotation = StrawberryAnnotation(type)
    field.arguments = [
        StrawberryArgument(
            python_name=it.name,
            graphql_name=it.name,
            type_annotation=StrawberryAnnotation(it.type),
            default=it.default,
            description=it.description,
        )
        for it in arguments
    ]
    return field


BEHAVIOUR = "behaviour"


def behaviours_of(kind: Any) -> Iterator[tuple[str, Any]]:
    """Give the fields of a type, by the names that Python has for them, with their behaviours."""
    for it in kind.__strawberry_definition__.fields:
        yield it.python_name, it.metadata.get(BEHAVIOUR)


def _never() -> None:
    raise NotImplementedError("the schema puts the field's own behaviour in this place")


def described(kind: En, description: str, **values: str) -> En:
    """Give an enum to the graph, with a sentence for each member; none may be left out."""
    if left_out := {it.name for it in kind} ^ values.keys():
        raise BindingError(f"{kind.__name__} has no description for {sorted(left_out)}")
    strawberry.enum(kind, description=description)
    definition: Any = kind.__strawberry_definition__  # type: ignore[attr-defined]  # made above
    definition.values = [
        EnumValue(name=it.name, value=it.value, description=values[it.name]) for it in kind
    ]
    return kind


def list_of(kind: Any) -> Any:
    """Write the annotation of a list of a made type."""
    return list[kind]
