"""Who acts: a person, a program, the system itself, or nobody known."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from services.chassis.permissions import Permission, Scope
from services.chassis.sight import CLEAR, Sight


class ActorKind(enum.Enum):
    USER = "USER"
    SERVICE = "SERVICE"
    SYSTEM = "SYSTEM"
    ANONYMOUS = "ANONYMOUS"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody of one tenant, with what its roles permit in this service, and how far."""

    tenant: str
    id: str
    kind: ActorKind
    permissions: frozenset[Permission] = frozenset()
    scopes: Mapping[Permission, Scope] = field(default_factory=dict, hash=False)
    """How far a permission reaches; one that is not named reaches all."""
    teams: tuple[str, ...] = ()
    colleagues: tuple[str, ...] = ()
    """Who works in the unit where it works, or below; known only where a scope asks for it."""
    doing: Permission | None = None
    """By which permission it acts at the moment."""
    acted_by: str | None = None
    """Who really acts, where somebody acts as this one."""
    sight: Sight = field(default=CLEAR, hash=False)
    """What field policies hide from it, and write down that it saw."""

    @property
    def author(self) -> str:
        """Name who answers for what is done: who does it, as whomever."""
        return self.acted_by or self.id

    @staticmethod
    def system(tenant: str, service: str) -> "Actor":
        """Make the actor under which a service serves its own subscribers and timers."""
        return Actor(tenant, service, ActorKind.SYSTEM)

    def may(self, permission: Permission) -> bool:
        return self.kind is ActorKind.SYSTEM or permission in self.permissions

    def permitted(self, permissions: Iterable[Permission]) -> "Actor":
        return replace(self, permissions=frozenset(permissions))

    def acting(self, permission: Permission | None) -> "Actor":
        """Give the same actor, who now acts by this permission."""
        return self if permission == self.doing else replace(self, doing=permission)

    def reach(self, permissions: Iterable[Permission]) -> Scope:
        """Say how far the narrowest of these reaches, of those that it has."""
        held = (self.scopes.get(it, Scope.ALL) for it in permissions if self.may(it))
        return Scope.ALL if self.kind is ActorKind.SYSTEM else min(held, default=Scope.ALL)
