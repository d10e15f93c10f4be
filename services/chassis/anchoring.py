"""Anchors: how far a chain of audit lines was at a time, kept where the database does not reach.

A file to which lines of JSON are added and from which none is taken; whoever ships it elsewhere,
or lets it stand where nothing can be unwritten, can prove later what stood in the database.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import orjson

ADD = os.O_WRONLY | os.O_APPEND | os.O_CREAT


class AnchorsUnreadable(Exception):
    """A file of anchors has a line that is none; the message names it."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of one company's chain in one service: its number and its hash."""

    service: str
    tenant: str
    number: int
    hash: str
    at: datetime


class Anchors:
    """A file of anchors; several programs may add to one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, anchors: Sequence[Anchor]) -> None:
        """Add lines, and return when the disk has them; one write, so that none is torn."""
        lines = b"".join(orjson.dumps(asdict(it)) + b"\n" for it in anchors)
        file = os.open(self.path, ADD, 0o640)
        try:
            os.write(file, lines)
            os.fsync(file)
        finally:
            os.close(file)

    def of(self, service: str, tenant: str) -> list[Anchor]:
        """Give a chain's anchors in their order; the same one twice is one."""
        chain = (service, tenant)
        found = {(it.number, it.hash): it for it in self if (it.service, it.tenant) == chain}
        return sorted(found.values(), key=lambda it: it.number)

    def tenants(self, service: str) -> set[str]:
        return {it.tenant for it in self if it.service == service}

    def __iter__(self) -> Iterator[Anchor]:
        for place, line in enumerate(self.path.read_bytes().splitlines(), 1):
            try:
                told = orjson.loads(line)
                yield Anchor(**{**told, "at": datetime.fromisoformat(told["at"])})
            except (ValueError, TypeError, KeyError) as error:
                raise AnchorsUnreadable(f"{self.path}: line {place} is no anchor") from error
