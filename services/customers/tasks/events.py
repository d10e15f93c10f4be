"""What is told of tasks: whose they are and how far; not what is to be done."""

from datetime import datetime

from services.chassis.events import Event, life_of


class TaskFact(Event):
    """What was so of a task when something happened to it."""

    task_id: str
    customer_id: str | None
    status: str
    priority: str
    due_at: datetime | None
    owner_id: str | None


TaskCreated, TaskUpdated, TaskArchived, TaskRestored, TaskPurged = life_of(
    TaskFact, "customers.task"
)


class TaskStarted(TaskFact):
    """Somebody began to work on a task."""

    type = "customers.task.started.v1"


class TaskCompleted(TaskFact):
    """A task was done."""

    type = "customers.task.completed.v1"


class TaskCancelled(TaskFact):
    """A task will not be done."""

    type = "customers.task.cancelled.v1"


class TaskReopened(TaskFact):
    """A task that was done or given up is to be done after all."""

    type = "customers.task.reopened.v1"


class TaskReassigned(TaskFact):
    """Another staff user answers for a task."""

    type = "customers.task.reassigned.v1"
    from_owner_id: str | None
