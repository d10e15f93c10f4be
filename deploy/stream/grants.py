"""Grants: which outside subscriber may read which aggregates of which company."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import facts

NAME = re.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*")
TENANT = re.compile("[a-z][a-z0-9_-]{0,38}[a-z0-9]")
LONGEST = 40
OURS = ("administrator", "gateway")
EVERY_TENANT = "*"


class CannotGrant(Exception):
    """What was asked for cannot be granted; the text says why."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A subscriber's name is its user and its durable; `tenant` is one company, or `*`."""

    name: str
    aggregates: tuple[str, ...]
    tenant: str = EVERY_TENANT

    @classmethod
    def of(cls, name: str, aggregates: str, tenant: str) -> "Grant":
        """Read a grant as somebody typed it, or say what of it cannot be."""
        wanted = tuple(sorted({it.strip() for it in aggregates.split(",") if it.strip()}))
        known = {f"{service}.{aggregate}" for service, aggregate in facts.told()}
        if not NAME.fullmatch(name) or len(name) > LONGEST or _is_ours(name):
            raise CannotGrant(
                f"{name} cannot be a subscriber's name: a letter first, then letters, digits and "
                f"single hyphens, at most {LONGEST}, and no name of ours"
            )
        if not wanted:
            raise CannotGrant("name at least one aggregate, such as sales.order")
        if strange := [it for it in wanted if it not in known]:
            raise CannotGrant(
                f"nothing is told of {', '.join(strange)}: there are {', '.join(sorted(known))}"
            )
        if tenant != EVERY_TENANT and not TENANT.fullmatch(tenant):
            raise CannotGrant("a tenant's short name is 2 to 40 of a-z, 0-9, - and _")
        return cls(name, wanted, tenant)

    @property
    def subjects(self) -> list[str]:
        return [f"crm.{self.tenant}.{it}.>" for it in self.aggregates]


def _is_ours(name: str) -> bool:
    """Say whether a name may be a service's user, or one of its durables (`sales-…`)."""
    return name in OURS or name.split("-", maxsplit=1)[0] in facts.names()


def read(file: Path) -> dict[str, Grant]:
    if not file.exists():
        return {}
    kept = json.loads(file.read_text())
    return {
        name: Grant(name, tuple(it["aggregates"]), it["tenant"])
        for name, it in sorted(kept.items())
    }


def write(file: Path, grants: Mapping[str, Grant]) -> None:
    kept = {
        name: {"aggregates": it.aggregates, "tenant": it.tenant}
        for name, it in sorted(grants.items())
    }
    file.write_text(json.dumps(kept, indent=2) + "\n")
