"""What import contracts cannot say: parts of libraries, captions, and imports for types alone."""

import ast
from collections.abc import Iterator

from tests.guards.tree import Source

CHANCE_AND_TIME = ("random", "secrets", "uuid", "time", "os")
BANNED = {
    "model": ("asyncio", "sqlalchemy.ext", "services.chassis.work", *CHANCE_AND_TIME),
    "rules": ("asyncio", "services.chassis.work", *CHANCE_AND_TIME),
    "events": ("asyncio", "services.chassis.work", *CHANCE_AND_TIME),
    "commands": CHANCE_AND_TIME,
}


def findings(source: Source) -> list[str]:
    """Say which imports of this module its room does not allow."""
    return [*_banned(source), *_for_types_alone(source), *_more_than_a_caption(source)]


def _banned(source: Source) -> Iterator[str]:
    for line, name in imported(source.tree):
        for banned in BANNED.get(source.room, ()):
            if name == banned or name.startswith(f"{banned}."):
                yield f"{source.path}:{line}: {source.room} may not import {banned}"


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Name each imported thing in full, with its line; what is relative stays in the slice."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _for_types_alone(source: Source) -> Iterator[str]:
    """Two-way fields of the graph need it; elsewhere it hides a circle from the contracts."""
    if source.room == "graph" or source.parts[0] == "tests":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield f"{source.path}:{node.lineno}: only graph.py of a slice imports for types alone"


def _more_than_a_caption(source: Source) -> Iterator[str]:
    if source.room == "__init__" and len(source.tree.body) > 1:
        yield f"{source.path}: a slice's __init__ is its caption and nothing else"
