"""Who acts: a person of the house, a guest, a program, the system itself, or nobody known."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from services.chassis.permissions import Permission, Scope, SharePermission
from services.chassis.sight import CLEAR, Sight


class ActorKind(enum.Enum):
    USER = "USER"
    PORTAL = "PORTAL"
    SERVICE = "SERVICE"
    SYSTEM = "SYSTEM"
    ANONYMOUS = "ANONYMOUS"


@dataclass(frozen=True, slots=True)
class Portal:
    """For whom somebody comes who does not work here: of which party they are, and who there."""

    party: str
    person: str


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
    territories: tuple[str, ...] = ()
    """Those that it works today, and all below them; known only where a scope asks for it."""
    is_shared_with: bool = False
    """Whether any record here is shared with it, or with a team of its."""
    roles: Mapping[Permission, str] = field(default_factory=dict, hash=False)
    """Which role grants a permission, of several the one by which it reaches farthest."""
    doing: Permission | None = None
    """By which permission it acts at the moment."""
    act: SharePermission | None = SharePermission.EDIT
    """What it does by that permission."""
    acted_by: str | None = None
    """Who really acts, where somebody acts as this one."""
    sight: Sight = field(default=CLEAR, hash=False)
    """What field policies hide from it, and write down that it saw."""
    portal: Portal | None = None
    """Of which party it is, where it is known to come in by the portal."""

    @property
    def author(self) -> str:
        """Name who answers for what is done: who does it, as whomever."""
        return self.acted_by or self.id

    @property
    def is_guest(self) -> bool:
        """Say whether it comes in by the portal: it sees what that shows, and of that its own."""
        return self.kind is ActorKind.PORTAL

    @property
    def principals(self) -> tuple[str, ...]:
        """Name those with whom a record is shared if it is shared with this one."""
        return (self.id, *self.teams)

    @staticmethod
    def system(tenant: str, service: str) -> "Actor":
        """Make the actor under which a service serves its own subscribers and timers."""
        return Actor(tenant, service, ActorKind.SYSTEM)

    def may(self, permission: Permission) -> bool:
        return self.kind is ActorKind.SYSTEM or permission in self.permissions

    def permitted(self, permissions: Iterable[Permission]) -> "Actor":
        return replace(self, permissions=frozenset(permissions))

    def acting(
        self, permission: Permission | None, act: SharePermission | None = SharePermission.EDIT
    ) -> "Actor":
        """Give the same actor, who now acts by this permission."""
        if (permission, act) == (self.doing, self.act):
            return self
        return replace(self, doing=permission, act=act)

    def reach(self, permission: Permission) -> Scope:
        """Say how far a permission reaches that it has."""
        is_system = self.kind is ActorKind.SYSTEM
        return Scope.ALL if is_system else self.scopes.get(permission, Scope.ALL)
