"""What a command says when it will not do a thing: an exception inside, `userErrors` outside."""

import enum
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a value may be: one of these, or from here to there; written as text."""

    allowed: tuple[str, ...] = ()
    min: str | None = None
    max: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step that the state does not allow, those that it does, and what this one still lacks."""

    here: str | None = None
    to: str | None = None
    allowed_next: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A key that another record has: of which table, and the values by column."""

    entity: Any
    values: Mapping[str, Any] = field(default_factory=dict)
    live_only: bool = False
    """Whether what was put away does not count."""


Details = Bounds | Step | Taken
"""What a client needs to act, beyond words."""


class Code(enum.Enum):
    """The closed list of codes that a client may branch on."""

    REQUIRED = "REQUIRED"
    INVALID = "INVALID"
    TOO_LONG = "TOO_LONG"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    DUPLICATE = "DUPLICATE"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    INVALID_TRANSITION = "INVALID_TRANSITION"
    GATE_NOT_MET = "GATE_NOT_MET"
    LOCKED = "LOCKED"
    REFERENCED = "REFERENCED"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"
    IDEMPOTENCY_IN_PROGRESS = "IDEMPOTENCY_IN_PROGRESS"
    DEPENDENCY_UNAVAILABLE = "DEPENDENCY_UNAVAILABLE"


class Refusal(Exception):
    """The state of the world that stands in the way, said in lower case and without blame.

    A subclass gives its code and its reason; `path` names the argument, list indexes included.
    """

    code: ClassVar[Code] = Code.INVALID
    reason: ClassVar[str] = "INVALID"

    def __init__(self, message: str, *, path: Path = (), details: Details | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.details = details

    def within(self, *outer: str | int) -> "Refusal":
        """Say where in the caller's input this refusal's path begins."""
        self.path = (*outer, *self.path)
        return self


class Refusals(Exception):
    """Several refusals of one input, told together."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("; ".join(refusal.message for refusal in self.refusals))


class Required(Refusal):
    code, reason = Code.REQUIRED, "REQUIRED"


class Invalid(Refusal):
    code, reason = Code.INVALID, "INVALID"


class TooLong(Refusal):
    code, reason = Code.TOO_LONG, "TOO_LONG"


class OutOfRange(Refusal):
    code, reason = Code.OUT_OF_RANGE, "OUT_OF_RANGE"


class NotFound(Refusal):
    """There is no such record, or none that this actor may know of."""

    code, reason = Code.NOT_FOUND, "NOT_FOUND"


class Forbidden(Refusal):
    code, reason = Code.FORBIDDEN, "FORBIDDEN"


class Duplicate(Refusal):
    code, reason = Code.DUPLICATE, "DUPLICATE"


class VersionConflict(Refusal):
    code, reason = Code.VERSION_CONFLICT, "VERSION_CONFLICT"


class InvalidTransition(Refusal):
    code, reason = Code.INVALID_TRANSITION, "INVALID_TRANSITION"


class RecordArchived(Refusal):
    code, reason = Code.INVALID_TRANSITION, "RECORD_ARCHIVED"


class RecordNotArchived(Refusal):
    code, reason = Code.INVALID_TRANSITION, "RECORD_NOT_ARCHIVED"


class LimitExceeded(Refusal):
    code, reason = Code.LIMIT_EXCEEDED, "LIMIT_EXCEEDED"


class Locked(Refusal):
    code, reason = Code.LOCKED, "LOCKED"


class Referenced(Refusal):
    code, reason = Code.REFERENCED, "REFERENCED"


class IdempotencyMismatch(Refusal):
    code, reason = Code.IDEMPOTENCY_MISMATCH, "IDEMPOTENCY_MISMATCH"


class IdempotencyInProgress(Refusal):
    code, reason = Code.IDEMPOTENCY_IN_PROGRESS, "IDEMPOTENCY_IN_PROGRESS"


class DependencyUnavailable(Refusal):
    code, reason = Code.DEPENDENCY_UNAVAILABLE, "DEPENDENCY_UNAVAILABLE"


@contextmanager
def named_by(field: str) -> Iterator[None]:
    """Let a record that is not there be refused by the field that names it."""
    try:
        yield
    except NotFound as refusal:
        raise refusal.within(field) from None
