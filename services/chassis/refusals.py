"""What a command says when it will not do a thing: an exception inside, `userErrors` outside."""

import enum
from collections.abc import Iterable
from typing import ClassVar

Path = tuple[str | int, ...]


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

    def __init__(self, message: str, *, path: Path = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path

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


class LimitExceeded(Refusal):
    code, reason = Code.LIMIT_EXCEEDED, "LIMIT_EXCEEDED"


class Locked(Refusal):
    code, reason = Code.LOCKED, "LOCKED"


class Referenced(Refusal):
    code, reason = Code.REFERENCED, "REFERENCED"


class DependencyUnavailable(Refusal):
    code, reason = Code.DEPENDENCY_UNAVAILABLE, "DEPENDENCY_UNAVAILABLE"
