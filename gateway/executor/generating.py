"""Writes Python for one operation and compiles it: no schema is looked at while it is answered.

What is written here looks like this, for `{ products { name reviews { stars } } }`:

    def object_0(value, broken):
        if value.__class__ is not dict:
            return None
        v0 = value.get('stars')
        if v0 is None:
            broken.append('null came for Review.stars, which promises a value')
            return BROKEN
        return {'stars': v0}

    def list_0(value, broken):
        if value.__class__ is not list:
            return None
        found = []
        for each in value:
            v = object_0(each, broken)
            if v is BROKEN:
                v = None
            found.append(v)
        return found
"""

from collections.abc import Callable, Iterable
from typing import Any

Function = Callable[..., Any]


class Module:
    """Functions that are written one after the other; those that are alike stand there once."""

    def __init__(self, **known: Any) -> None:
        self.known = known
        """What the functions may name besides each other."""
        self._texts: list[str] = []
        self._names: dict[str, str] = {}

    def function(self, kind: str, parameters: str, lines: Iterable[str]) -> str:
        """Write a function, and give its name; its lines may name those before it."""
        text = "\n    ".join([f"({parameters}):", *lines])
        if text not in self._names:
            self._names[text] = f"{kind}_{len(self._names)}"
            self._texts.append(f"def {self._names[text]}{text}\n")
        return self._names[text]

    def constant(self, value: Any) -> str:
        """Have the functions know a value, and give its name there."""
        name = f"known_{len(self.known)}"
        self.known[name] = value
        return name

    def compiled(self, name: str) -> Function:
        """Compile all that was written, and give the function of this name."""
        names = dict(self.known)
        exec(compile("\n".join(self._texts), "<of an operation>", "exec"), names)  # noqa: S102  # all of it is ours: names are GraphQL's, and quoted
        made: Function = names[name]
        return made


def indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]
