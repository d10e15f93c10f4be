"""How large a file, a function, a resolver and a command may become."""

import ast
from collections.abc import Iterator

from tests.guards.tree import Source

FILE, TEST_FILE, FUNCTION, RESOLVER, COMMAND = 400, 600, 60, 8, 20
BODIES = {"graph": ("resolver", RESOLVER), "commands": ("command", COMMAND)}


def findings(source: Source) -> list[str]:
    """Say what of this module is too large; a migration is as long as it must be."""
    if "migrations" in source.parts:
        return []
    return [*_of_the_file(source), *_of_its_functions(source)]


def _of_the_file(source: Source) -> Iterator[str]:
    limit = TEST_FILE if source.parts[0] == "tests" else FILE
    length = len(source.text.splitlines())
    if length > limit:
        yield f"{source.path}: {length} lines, at most {limit}: make it a folder of the same name"


def _of_its_functions(source: Source) -> Iterator[str]:
    kind, limit = BODIES.get(source.room, ("", 0))
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        where = f"{source.path}:{node.lineno}: {node.name}"
        if _length(node) > FUNCTION:
            yield f"{where} has {_length(node)} lines, at most {FUNCTION}"
        if kind and _body_length(node) > limit:
            yield f"{where} is a {kind} with {_body_length(node)} lines, at most {limit}"


def _length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _body_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (node.end_lineno or node.lineno) - body[0].lineno + 1 if body else 0
