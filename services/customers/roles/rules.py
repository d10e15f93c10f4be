"""What may be granted: the permissions of every service, each as far as its records allow."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from services.chassis.permissions import Scope
from services.chassis.refusals import Bounds, Invalid, LimitExceeded, Refusal, Refusals

SERVICES = Path(__file__).parents[2]
NEAREST, MOST = 3, 500


@dataclass(frozen=True)
class Catalogue:
    """What can be granted, as the contracts of all services say it."""

    permissions: Mapping[str, str]
    """Their sentences."""
    scoped: frozenset[str]
    """Those that may reach less than all."""
    standard: Mapping[str, tuple[str, ...]]
    """What each standard role is granted unless somebody says otherwise."""

    @staticmethod
    def of(contracts: Iterable[Mapping[str, Any]]) -> "Catalogue":
        permissions: dict[str, str] = {}
        scoped: set[str] = set()
        standard: dict[str, tuple[str, ...]] = {}
        for it in contracts:
            permissions |= it["permissions"]
            scoped |= set(it["scoped"])
            for role, granted in it["roles"].items():
                standard[role] = tuple(sorted((*standard.get(role, ()), *granted)))
        return Catalogue(permissions, frozenset(scoped), standard)

    def checked(self, given: Mapping[Scope, Sequence[str]]) -> dict[str, str]:
        """Give grants as they are kept; refuse all that cannot be granted, each by its place."""
        if sum(map(len, given.values())) > MOST:
            raise LimitExceeded(f"a role may hold {MOST} grants")
        refusals: list[Refusal] = []
        found: dict[str, str] = {}
        for scope, names in given.items():
            for place, name in enumerate(names):
                if refusal := self._refusal(name, scope, found):
                    refusals.append(refusal.within(scope.name.lower(), place))
                found[name] = scope.name
        if refusals:
            raise Refusals(refusals)
        return dict(sorted(found.items()))

    def _refusal(self, name: str, scope: Scope, before: Mapping[str, str]) -> Refusal | None:
        if name not in self.permissions:
            nearest = tuple(get_close_matches(name, self.permissions, NEAREST, cutoff=0.4))
            return Invalid("no service knows this permission", details=Bounds(allowed=nearest))
        if name in before:
            return Invalid(f"this permission is granted already, as far as {before[name]}")
        if scope is not Scope.ALL and name not in self.scoped:
            told = "this is about nothing that somebody answers for: it reaches all or nothing"
            return Invalid(told, details=Bounds(allowed=(Scope.ALL.name,)))
        return None


@cache
def catalogue() -> Catalogue:
    """Read the contracts that stand beside this program, once."""
    found = sorted(SERVICES.glob("*/contract/permissions.json"))
    return Catalogue.of(json.loads(it.read_text("utf-8")) for it in found)


def granted(standard: str | None, grants: Mapping[str, str] | None) -> list[tuple[str, Scope]]:
    """Say what a role grants, by its record: permissions and how far they reach."""
    if grants is None:
        return [(it, Scope.ALL) for it in catalogue().standard.get(standard or "", ())]
    return [(it, Scope[scope]) for it, scope in grants.items()]
