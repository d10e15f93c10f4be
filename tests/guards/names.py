"""What a module says of itself first, and the names that say nothing."""

import ast
import re
from collections.abc import Iterator

from tests.guards.tree import Source

EMPTY = {
    *("manager", "managers", "helper", "helpers", "util", "utils", "base", "impl"),
    *("common", "misc", "abstract"),
}
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def findings(source: Source) -> list[str]:
    """Say what is wrong with the caption, the file's name and the names of its classes."""
    return [*_caption(source), *_file_name(source), *_class_names(source)]


def _caption(source: Source) -> Iterator[str]:
    if "versions" in source.parts:
        return
    first = (ast.get_docstring(source.tree) or "").split("\n\n")[0].strip()
    if not first:
        yield f"{source.path}: a module begins with one sentence that says what it is"
    elif not first.endswith((".", ":")):
        yield f"{source.path}: the first sentence ends with a full stop"


def _file_name(source: Source) -> Iterator[str]:
    for part in source.parts:
        for word in EMPTY & set(part.removesuffix(".py").split("_")):
            yield f"{source.path}: `{word}` says nothing: name it for the thing or the deed"


def _class_names(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            for word in EMPTY & {word.lower() for word in WORD.findall(node.name)}:
                yield f"{source.path}:{node.lineno}: `{word}` in {node.name} says nothing"
