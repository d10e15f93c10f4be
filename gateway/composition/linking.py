"""What a subgraph links: federation's names, each under the name that the subgraph gives it."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.composition.directives import SUPPORTED, UNSUPPORTED
from gateway.composition.problems import Problems

TYPES = frozenset({"FieldSet", "Scope", "Policy", "ContextFieldValue"})
CODE = "INVALID_LINK_DIRECTIVE_USAGE"


def imports(arguments: Mapping[str, Any], problems: Problems) -> Iterator[tuple[str, str]]:
    """Give each imported name with what it is called here; report what cannot be imported."""
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
        elif not _is_known(name):
            problems.add(
                CODE,
                f'"{name}" is not a name of the federation specification',
                at="schema",
                hint="directives are imported with their @",
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
    return name.removeprefix("@") in SUPPORTED | UNSUPPORTED
