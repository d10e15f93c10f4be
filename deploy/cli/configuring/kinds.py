"""Which kinds of records are configuration: how each is asked for, known again, and written.

An entry is a record as its file has it, without ids: it is known again by what it is called.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from deploy.local.refusals import Refused

Entry = dict[str, Any]
Key = tuple[Any, ...]
Ids = Mapping[tuple[str, Key], str]
"""The ids of records by their kind and key."""


@dataclass(frozen=True)
class Present:
    """A record as it is: its entry, and by what it is changed."""

    entry: Entry
    id: str
    version: int


@dataclass(frozen=True)
class Deed:
    """A mutation that makes an entry so: what it is called, and what it is given."""

    name: str
    id: str | None
    version: int | None
    input: Entry | None


@dataclass(frozen=True)
class Kind:
    """A kind of record whose fields are its entry."""

    record: str
    lists: str
    """The field of the graph that gives all of them, or the one."""
    file: str
    key: Sequence[str]
    fields: Sequence[str]
    is_sole: bool = False
    decimals: Sequence[str] = ()
    """Fields whose values are one number, however many zeros end them."""

    @property
    def asked(self) -> str:
        return " ".join((*self.key, *self.fields))

    def entries(self, nodes: Sequence[Mapping[str, Any]]) -> list[Present]:
        """Make entries of what was asked for."""
        return [
            Present(
                self.plain({it: node[it] for it in (*self.key, *self.fields)}),
                node["id"],
                node["version"],
            )
            for node in nodes
        ]

    def key_of(self, entry: Entry) -> Key:
        try:
            return tuple(entry[it] for it in self.key)
        except KeyError as missing:
            raise Refused(f"{self.file}: an entry has no {missing.args[0]}") from None

    def plain(self, entry: Entry) -> Entry:
        """Write an entry as all of its kind are; refuse one that says what they do not."""
        if unknown := entry.keys() - {*self.key, *self.fields}:
            raise Refused(f"{self.file}: an entry has no {', '.join(sorted(unknown))}")
        try:
            exact = {it: f"{Decimal(entry[it]).normalize():f}" for it in self.decimals}
        except (ArithmeticError, KeyError, TypeError, ValueError):
            raise Refused(f"{self.file}: an entry lacks a number") from None
        return entry | exact

    def deeds(self, entry: Entry, present: Present | None, ids: Ids) -> list[Deed]:
        """Say what is to be done so that an entry is so; nothing, where it is."""
        if present is None:
            return [Deed(f"create{self.record}", None, None, self.input(entry, ids))]
        changed = {it for it in entry if entry[it] != present.entry.get(it)}
        if not changed:
            return []
        given = {it: value for it, value in self.input(entry, ids).items() if it in changed}
        return [Deed(f"update{self.record}", present.id, present.version, given)]

    def input(self, entry: Entry, ids: Ids) -> Entry:  # others refer by ids
        """Write an entry as the graph takes it."""
        return dict(entry)


@dataclass(frozen=True)
class Units(Kind):
    """Organisation units: each known by the names from the top down to it."""

    @property
    def asked(self) -> str:
        return "name kind code parent { id }"

    def entries(self, nodes: Sequence[Mapping[str, Any]]) -> list[Present]:
        by_id = {it["id"]: it for it in nodes}

        def path(node: Mapping[str, Any]) -> list[str]:
            above = by_id.get((node["parent"] or {}).get("id"))
            return [*(path(above) if above else ()), node["name"]]

        found = [
            Present(
                {"path": path(it), "kind": it["kind"], "code": it["code"]}, it["id"], it["version"]
            )
            for it in nodes
        ]
        return sorted(found, key=lambda it: self.key_of(it.entry))  # what is above comes before

    def key_of(self, entry: Entry) -> Key:
        path = entry.get("path")
        if not isinstance(path, list) or not path:
            raise Refused(f"{self.file}: an entry has no path")
        return tuple(map(str, path))

    def input(self, entry: Entry, ids: Ids) -> Entry:
        *above, name = self.key_of(entry)
        given = {it: value for it, value in entry.items() if it != "path"} | {"name": name}
        parent = ids.get((self.record, tuple(above)))
        return given | ({"parentId": parent} if parent else {})


@dataclass(frozen=True)
class Roles(Kind):
    """Roles: each known by its name, a standard one by which it is; with its own grants if any."""

    @property
    def asked(self) -> str:
        return "name standard isCustomized grants { permission scope }"

    def entries(self, nodes: Sequence[Mapping[str, Any]]) -> list[Present]:
        return [
            Present(
                {
                    "name": it["name"],
                    "standard": it["standard"],
                    "grants": _by_scope(it["grants"])
                    if it["isCustomized"] or not it["standard"]
                    else None,
                },
                it["id"],
                it["version"],
            )
            for it in nodes
        ]

    def key_of(self, entry: Entry) -> Key:
        return (entry.get("standard") or "", "" if entry.get("standard") else entry.get("name"))

    def deeds(self, entry: Entry, present: Present | None, ids: Ids) -> list[Deed]:
        named = {"name": entry["name"]}
        is_new = present is None
        now = present or Present({"name": entry["name"], "grants": None}, "", 0)
        found: list[Deed] = []
        if is_new:
            if entry.get("standard"):
                raise Refused(f"{self.file}: there is no standard role {entry['standard']}")
            found.append(Deed("createStaffRole", None, None, named))
        elif entry["name"] != now.entry["name"]:
            found.append(Deed("updateStaffRole", now.id, None, named))
        wanted = entry.get("grants")
        id = ids.get((self.record, self.key_of(entry)), now.id)
        if wanted == now.entry["grants"] or not id:
            return found
        if wanted is None:
            return [*found, Deed("resetStaffRole", id, None, None)]
        return [*found, Deed("grantStaffRole", id, None, wanted)]


def _by_scope(grants: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for it in grants:
        found.setdefault(it["scope"].lower(), []).append(it["permission"])
    return {scope: sorted(names) for scope, names in sorted(found.items())}


KINDS: Sequence[Kind] = (
    Kind(
        "Company",
        "company",
        "company.json",
        (),
        ("name", "baseCurrency", "timeZone", "fiscalMonth", "languages"),
        is_sole=True,
    ),
    Kind(
        "NumberFormat",
        "numberFormats",
        "number_formats.json",
        ("document",),
        ("pattern", "firstNumber"),
    ),
    Kind(
        "ExchangeRate",
        "exchangeRates",
        "exchange_rates.json",
        ("currency", "validOn"),
        ("rate",),
        decimals=("rate",),
    ),
    Units("OrgUnit", "orgUnits", "org_units.json", ("path",), ("kind", "code")),
    Kind("Team", "teams", "teams.json", ("name",), ()),
    Roles("StaffRole", "staffRoles", "roles.json", ("name",), ("standard", "grants")),
)
"""In the order in which they are brought in: what is referred to comes first."""
