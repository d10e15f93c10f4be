"""What keeps subgraphs from composing, said so that its author can mend it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason not to compose: where it is, what is so, and what would help."""

    code: str
    message: str
    coordinate: str = ""
    subgraph: str = ""
    hint: str = ""

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.subgraph, self.coordinate) if part)
        told = f"{self.code} [{where}] {self.message}" if where else f"{self.code} {self.message}"
        return f"{told}. Hint: {self.hint}." if self.hint else f"{told}."


class CompositionFailed(Exception):
    """The subgraphs make no supergraph; `problems` says why, all of them at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Problems:
    """Collects problems, so that an author sees all of a stage and not the first only."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self._subgraph = ""

    def add(self, code: str, message: str, *, at: str = "", hint: str) -> None:
        problem = Problem(code, message, at, self._subgraph, hint)
        if problem not in self.found:
            self.found.append(problem)

    @contextmanager
    def within(self, subgraph: str) -> Iterator[None]:
        """Say of what is found meanwhile that it stands in this subgraph."""
        outer, self._subgraph = self._subgraph, subgraph
        try:
            yield
        finally:
            self._subgraph = outer

    def settle(self) -> None:
        """End a stage: go on only if nothing was found."""
        if self.found:
            raise CompositionFailed(self.found)
