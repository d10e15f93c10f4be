"""A task, and what can become of it."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, Personal, RecordColumns, belongs_to, column
from services.chassis.refusals import Code, Refusal, Step
from services.customers.tasks.events import (
    TaskCancelled,
    TaskCompleted,
    TaskReassigned,
    TaskReopened,
    TaskStarted,
)
from services.customers.tasks.rules import (
    ENDED,
    WORK,
    TaskPriority,
    TaskStatus,
    check_reminder,
)


class TaskEnded(Refusal):
    code, reason = Code.INVALID_TRANSITION, "TASK_ENDED"


class TaskNotEnded(Refusal):
    code, reason = Code.INVALID_TRANSITION, "TASK_NOT_ENDED"


class Task(RecordColumns, Entity):
    __tablename__, __prefix__ = "task", "tsk"
    __sorts__ = ("due_at", "created_at")
    __lists__ = (
        *(("status", "due_at"), ("customer_id", "due_at")),
        *(("owner_id", "due_at"), ("owner_id", "status", "due_at"), ("team_id", "due_at")),
    )

    customer_id: Mapped[str | None] = belongs_to("customer")
    subject: Mapped[str] = column(Personal.FREE_TEXT)
    description: Mapped[str | None] = column(Personal.FREE_TEXT, String(10_000))
    status: Mapped[TaskStatus] = column(default=WORK.start)
    priority: Mapped[TaskPriority] = column(default=TaskPriority.NORMAL)
    due_at: Mapped[datetime | None] = column()
    remind_at: Mapped[datetime | None] = column()
    completed_at: Mapped[datetime | None] = column()
    outcome: Mapped[str | None] = column(Personal.FREE_TEXT, String(10_000))

    def start(self) -> TaskStarted:
        self._become(TaskStatus.IN_PROGRESS)
        return self.told(TaskStarted)

    def complete(self, outcome: str | None, *, at: datetime) -> TaskCompleted:
        self._become(TaskStatus.DONE)
        self.outcome, self.completed_at = outcome, at
        return self.told(TaskCompleted)

    def cancel(self) -> TaskCancelled:
        self._become(TaskStatus.CANCELLED)
        return self.told(TaskCancelled)

    def reopen(self) -> TaskReopened:
        """Take it up once more; how it ended before stays in the audit lines."""
        if self.status not in ENDED:
            raise TaskNotEnded("this task has not ended yet", details=Step(self.status.name))
        self.status = WORK.moved(self.status, TaskStatus.OPEN)
        self.outcome = self.completed_at = None
        return self.told(TaskReopened)

    def reassign(self, owner_id: str) -> TaskReassigned:
        self.refuse_if_ended(self.status)
        before, self.owner_id = self.owner_id, owner_id
        return self.told(TaskReassigned, from_owner_id=before)

    def check(self) -> None:
        check_reminder(self.remind_at, self.due_at)

    def refuse_if_ended(self, status: TaskStatus) -> None:
        if status in ENDED:
            raise TaskEnded("this task has ended: reopen it first", details=Step(status.name))

    def _become(self, status: TaskStatus) -> None:
        self.refuse_if_ended(self.status)
        self.status = WORK.moved(self.status, status)
