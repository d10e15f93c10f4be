"""What can be done with a task."""

from typing import Annotated

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.assigning import require_active
from services.chassis.changes import Changes
from services.chassis.permissions import requires
from services.chassis.refusals import named_by
from services.chassis.work import Work
from services.customers.customers.model import Customer
from services.customers.permissions import EDIT_TASKS, PURGE_TASKS
from services.customers.staff.model import StaffUser
from services.customers.tasks.events import (
    TaskArchived,
    TaskCancelled,
    TaskCompleted,
    TaskCreated,
    TaskPurged,
    TaskReassigned,
    TaskReopened,
    TaskRestored,
    TaskStarted,
    TaskUpdated,
)
from services.customers.tasks.model import Task


@requires(EDIT_TASKS, publishes=[TaskCreated])
async def create(work: Work, values: Changes) -> Task:
    await _require_there(work, values)
    task = work.add(Task, values)
    task.check()
    await work.publish(task.told(TaskCreated))
    return task


@requires(EDIT_TASKS, publishes=[TaskUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> Task:
    task = await work.get(Task, id, version=version)
    await _require_there(work, changes)
    before = task.status
    if work.change(task, changes):
        task.refuse_if_ended(before)
        task.check()
        await work.publish(task.told(TaskUpdated))
    return task


@requires(EDIT_TASKS, publishes=[TaskStarted])
async def start(work: Work, id: str) -> Task:
    task = await work.get(Task, id)
    await work.publish(task.start())
    return task


@requires(EDIT_TASKS, publishes=[TaskCompleted])
async def complete(
    work: Work,
    id: str,
    *,
    outcome: Annotated[str | None, "What came of it; it is told to nobody."] = None,
) -> Task:
    task = await work.get(Task, id)
    await work.publish(task.complete(outcome, at=work.now))
    return task


@requires(EDIT_TASKS, publishes=[TaskCancelled])
async def cancel(work: Work, id: str) -> Task:
    task = await work.get(Task, id)
    await work.publish(task.cancel())
    return task


@requires(EDIT_TASKS, publishes=[TaskReopened])
async def reopen(work: Work, id: str) -> Task:
    task = await work.get(Task, id)
    await work.publish(task.reopen())
    return task


@requires(EDIT_TASKS, publishes=[TaskReassigned])
async def reassign(
    work: Work, id: str, *, owner_id: Annotated[str, "The staff user who shall do it."]
) -> Task:
    task = await work.get(Task, id)
    await require_active(work, StaffUser, owner_id)
    await work.publish(task.reassign(owner_id))
    return task


archive = archiving(Task, EDIT_TASKS, TaskArchived)
restore = restoring(Task, EDIT_TASKS, TaskRestored)
purge = purging(Task, PURGE_TASKS, TaskPurged)


async def _require_there(work: Work, changes: Changes) -> None:
    """Refuse a customer that is not there, and an owner who cannot do it."""
    if customer_id := changes.get(Task.customer_id, None):
        with named_by("customerId"):
            await work.get(Customer, customer_id)
    if owner_id := changes.get(Task.owner_id, None):
        await require_active(work, StaffUser, owner_id)
