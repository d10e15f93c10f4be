"""Who acts: a person, a program, the system itself, or nobody known."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.chassis.permissions import Permission


class ActorKind(enum.Enum):
    USER = "USER"
    SERVICE = "SERVICE"
    SYSTEM = "SYSTEM"
    ANONYMOUS = "ANONYMOUS"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody of one tenant, with what its roles permit in this service."""

    tenant: str
    id: str
    kind: ActorKind
    permissions: frozenset[Permission] = frozenset()

    @staticmethod
    def system(tenant: str, service: str) -> "Actor":
        """Make the actor under which a service serves its own subscribers and timers."""
        return Actor(tenant, service, ActorKind.SYSTEM)

    def may(self, permission: Permission) -> bool:
        return self.kind is ActorKind.SYSTEM or permission in self.permissions

    def permitted(self, permissions: Iterable[Permission]) -> "Actor":
        return replace(self, permissions=frozenset(permissions))
