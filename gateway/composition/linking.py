"""What a subgraph links: names of specifications, under the names that it gives them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.composition.directives import SINCE, SUPPORTED
from gateway.composition.problems import Problems

TYPES = frozenset({"FieldSet", "Scope", "Policy", "ContextFieldValue"})
CODE = "INVALID_LINK_DIRECTIVE_USAGE"
VERSIONED = re.compile(r"(.+?)(?:/v(\d+)\.(\d+))?/?")


@dataclass(frozen=True, slots=True)
class Link:
    """A specification that is not federation's: its directives are the subgraph's own affair."""

    identity: str
    version: tuple[int, int]
    namespace: str
    originals: Mapping[str, str]
    """What its imported directives are called here, without @, and in the specification."""

    @staticmethod
    def read(url: str, arguments: Mapping[str, Any], problems: Problems) -> "Link":
        found = VERSIONED.fullmatch(url)
        identity = found[1] if found else url
        version = (int(found[2] or 0), int(found[3] or 0)) if found else (0, 0)
        namespace = str(arguments.get("as") or identity.rpartition("/")[2])
        originals = {
            called.removeprefix("@"): name.removeprefix("@")
            for name, called in _items(arguments, problems)
            if name.startswith("@")
        }
        return Link(identity, version, namespace, originals)

    def knows(self, name: str) -> bool:
        """Say whether a directive is this specification's, by the name that it has here."""
        is_its_own = name == self.namespace or name.startswith(f"{self.namespace}__")
        return name in self.originals or is_its_own


def imports(
    arguments: Mapping[str, Any], minor: int, problems: Problems
) -> Iterator[tuple[str, str]]:
    """Give each name imported from federation with what it is called here; report the others."""
    for name, called in _items(arguments, problems):
        since = SINCE.get(name.removeprefix("@"), 0)
        if since > minor:
            problems.add(
                CODE,
                f'"{name}" came with federation v2.{since}, but v2.{minor} is linked',
                at="schema",
                hint=f"link v2.{since} or newer",
            )
        elif _is_known(name):
            yield name, called
        else:
            problems.add(
                CODE,
                f'"{name}" is not a name of the federation specification',
                at="schema",
                hint="directives are imported with their @",
            )


def _items(arguments: Mapping[str, Any], problems: Problems) -> Iterator[tuple[str, str]]:
    listed = arguments.get("import")
    items = listed if isinstance(listed, list) else [] if listed is None else [listed]
    for item in items:
        told = {"name": item} if isinstance(item, str) else item
        name = told.get("name") if isinstance(told, Mapping) else None
        called = (told.get("as") or name) if isinstance(told, Mapping) else None
        if not isinstance(name, str) or not isinstance(called, str):
            problems.add(
                CODE,
                "an import is neither a name nor {name:, as:}",
                at="schema",
                hint='write "@key" or {name: "@key", as: "@id"}',
            )
        elif name.startswith("@") != called.startswith("@"):
            problems.add(
                "LINK_IMPORT_NAME_MISMATCH",
                f'"{name}" cannot be called "{called}"',
                at="schema",
                hint="a directive keeps its @ under another name",
            )
        else:
            yield name, called


def _is_known(name: str) -> bool:
    if not name.startswith("@"):
        return name in TYPES
    return name.removeprefix("@") in SUPPORTED
