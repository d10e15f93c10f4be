"""Named permissions, how far each may reach, and the door that asks for one before a command."""

import enum
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, NewType, ParamSpec, Protocol, TypeVar

from services.chassis.events import Event
from services.chassis.refusals import Forbidden

Permission = NewType("Permission", str)


class Scope(enum.IntEnum):
    """How far a permission reaches, from the narrowest on: each includes those before it."""

    OWN = 1
    TEAM = 2
    UNIT = 3
    TERRITORY = 4
    ALL = 5


class SharePermission(enum.Enum):
    """What is done with one record, as far as that can be shared."""

    VIEW = "VIEW"
    EDIT = "EDIT"
    DELETE = "DELETE"
    SHARE = "SHARE"


P = ParamSpec("P")
R = TypeVar("R")


class Actors(Protocol):
    """Whatever a permission can be asked of."""

    def may(self, permission: Permission) -> bool: ...


ANYONE = Permission("")
"""The permission of the few commands that come before sign-in."""


def admit(actor: Actors, permission: Permission) -> None:
    """Refuse an actor whose roles do not hold this permission; `ANYONE` admits all."""
    if permission and not actor.may(permission):
        raise Forbidden(f"this needs the permission {permission}")


def requires(
    permission: Permission,
    *,
    publishes: Sequence[type[Event]] = (),
    act: SharePermission | None = SharePermission.EDIT,
) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Put a command behind a named permission; deny before anything is read.

    While it runs its work acts by this permission, and sees as far as that reaches, or what is
    shared for this act; with an act of None no share lets anybody do it. The permission, and the
    events that the command publishes, stay readable on the function: the graph writes both into
    its descriptions.
    """

    def guard(command: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        @wraps(command)
        async def admitted(*args: P.args, **kwargs: P.kwargs) -> R:
            work: Any = args[0]
            came = work.actor
            admit(came, permission)
            work.actor = came.acting(permission or None, act)
            try:
                return await command(*args, **kwargs)
            finally:
                work.actor = came

        admitted.permission = permission  # type: ignore[attr-defined]  # read by permission_of
        admitted.publishes = tuple(publishes)  # type: ignore[attr-defined]  # read by the graph
        return admitted

    return guard


def granted(
    by_role: Mapping[str, frozenset[Permission]], roles: Iterable[str]
) -> frozenset[Permission]:
    """Join what these roles permit; a role that is not known here permits nothing."""
    return frozenset().union(*(by_role.get(role, frozenset()) for role in roles))


def resource_of(permission: Permission) -> str:
    """Name what a permission is about: `order` of `sales:order:edit`."""
    return permission.split(":")[1]


def permission_of(command: Callable[..., Any]) -> Permission:
    """Tell which permission a command asks for; a command without a door is a fault."""
    permission: Permission | None = getattr(command, "permission", None)
    if permission is None:
        raise TypeError(f"{command.__module__}.{command.__qualname__} has no @requires")
    return permission


def published_by(command: Callable[..., Any]) -> tuple[type[Event], ...]:
    """Tell which events a command publishes, by its door."""
    return tuple(getattr(command, "publishes", ()))
