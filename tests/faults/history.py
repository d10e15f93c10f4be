"""What clients asked for, and what they were answered: each command, and each try of it."""

import enum
import json
import time
from dataclasses import asdict, dataclass, field


class Outcome(enum.Enum):
    """What a client knows of its command in the end."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass
class Command:
    """One deed that a client wants done once, under one idempotency key.

    `tells` is how many events it makes when it is done, None while nobody can know. Each try has
    a request id of its own, which its events and its audit lines carry.
    """

    number: int
    deed: str
    given: dict[str, object] = field(default_factory=dict)
    tells: int | None = 1
    tries: list[str] = field(default_factory=list)
    outcome: Outcome = Outcome.UNKNOWN
    record: str | None = None
    version: int | None = None
    events: tuple[str, ...] = ()
    reason: str = ""
    unanswered: int = 0
    is_contradicted: bool = False

    @property
    def is_settled(self):
        """Whether nothing of it can still be under way, or what is can only be refused."""
        return not self.unanswered or self.edited is not None

    @property
    def key(self):
        return f"key-{self.number}"

    @property
    def edited(self):
        """Give the record, and the version of it, that this command was to change, if it said."""
        version = self.given.get("expectedVersion")
        return (str(self.given["id"]), version) if version is not None else None

    def try_id(self):
        """Begin another try, and give its request id."""
        self.tries.append(f"c{self.number}-{len(self.tries) + 1}")
        return self.tries[-1]


class History:
    """All commands of a run; what happens is also written down at once, a line each."""

    def __init__(self, file):
        self.file = file
        self.commands = []
        self._open = file.open("w", encoding="utf-8")

    def command(self, deed, given, tells=1):
        made = Command(len(self.commands) + 1, deed, given, tells)
        self.commands.append(made)
        return made

    def note(self, what, **more):
        self._open.write(json.dumps({"at": time.time(), "what": what, **more}) + "\n")

    def settle(self, command, outcome, **known):
        """Note what became of a command; that it was done goes before that it was refused."""
        if command.outcome is Outcome.ACKNOWLEDGED:
            differs = set(known.get("events", ())) != set(command.events)
            command.is_contradicted |= outcome is Outcome.ACKNOWLEDGED and differs
            return
        command.outcome = outcome
        for name, value in known.items():
            setattr(command, name, value)
        self.note("settled", **{**asdict(command), "outcome": outcome.value})

    def close(self):
        self._open.close()
