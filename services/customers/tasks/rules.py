"""The states of a task, and when one is reminded of it."""

import enum
from datetime import datetime

from services.chassis.process import Process
from services.chassis.refusals import Bounds, OutOfRange


class TaskStatus(enum.Enum):
    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class TaskPriority(enum.Enum):
    LOW = "LOW"
    NORMAL = "NORMAL"
    HIGH = "HIGH"
    URGENT = "URGENT"


WORK = Process(
    TaskStatus.OPEN,
    {
        TaskStatus.OPEN: frozenset(
            {TaskStatus.IN_PROGRESS, TaskStatus.DONE, TaskStatus.CANCELLED}
        ),
        TaskStatus.IN_PROGRESS: frozenset({TaskStatus.DONE, TaskStatus.CANCELLED}),
        TaskStatus.DONE: frozenset({TaskStatus.OPEN}),
        TaskStatus.CANCELLED: frozenset({TaskStatus.OPEN}),
    },
)
ENDED = frozenset({TaskStatus.DONE, TaskStatus.CANCELLED})


def check_reminder(remind_at: datetime | None, due_at: datetime | None) -> None:
    """Refuse a reminder of what is due already."""
    if remind_at and due_at and remind_at > due_at:
        raise OutOfRange(
            "one is reminded before a task is due",
            path=("remindAt",),
            details=Bounds(max=due_at.isoformat()),
        )
