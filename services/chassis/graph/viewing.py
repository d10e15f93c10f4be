"""The viewer: whoever asks, as an entity to which each service adds what is theirs."""

from dataclasses import dataclass
from typing import Any, TypeVar

import strawberry

from services.chassis.actor import Actor
from services.chassis.graph.declare import Info
from services.chassis.graph.making import made_field
from services.chassis.graph.request import Request

T = TypeVar("T")
VIEWER = "Viewer"


def viewer(cls: type[T]) -> type[T]:
    """Declare what a service gives to whoever asks, beside their id."""
    fields = {it: vars(cls)[it] for it in cls.__annotations__}
    annotations = {"id": strawberry.ID, **cls.__annotations__}
    own = {"id": strawberry.field(description="Your id."), "__annotations__": annotations}
    made = type(VIEWER, (), {**own, **fields})
    return strawberry.federation.type(
        made, keys=["id"], description="You, and what is yours: all that you may see of a kind."
    )


def oneself(cls: type[T], description: str) -> T | None:
    """Make the root field that gives whoever asks; null for who is not signed in."""
    field: T | None = made_field(cls | None, description, [], Oneself(cls))
    return field


def viewing(cls: Any, actor: Actor) -> Any:
    """Make the viewer of who is known here; nobody, where they may nothing."""
    if not (actor.permissions or actor.portal):
        return None
    made: Any = object.__new__(cls)
    made.__dict__.update(id=strawberry.ID(actor.id), kind=actor.kind)
    return made


@dataclass(frozen=True)
class Oneself:
    """Answers with whoever asks."""

    cls: Any

    def __call__(self, _source: Any, info: Info) -> Any:
        request: Request = info.context
        return viewing(self.cls, request.actor)
