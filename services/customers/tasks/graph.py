"""Tasks in the graph."""

from datetime import datetime

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    archive,
    connection,
    create,
    described,
    field,
    groups,
    many,
    one,
    purge,
    record,
    reference,
    relate,
    restore,
    update,
    update_where,
    upsert,
    verb,
    verb_where,
)
from services.customers.customers.graph import Customer
from services.customers.permissions import IMPORT_HISTORY
from services.customers.staff.graph import StaffUser
from services.customers.tasks import commands, model, queries, rules

described(
    rules.TaskStatus,
    "How far a task has come.",
    OPEN="Nobody has begun.",
    IN_PROGRESS="It is being done.",
    DONE="It is done.",
    CANCELLED="It need not be done any more.",
)
described(
    rules.TaskPriority,
    "How soon a task should be taken up.",
    LOW="When there is time.",
    NORMAL="In its turn.",
    HIGH="Before others.",
    URGENT="Now.",
)


@record(queries.tasks, "Something that one of us is to do, about a customer or about none.")
class Task(Record):
    customer: Customer | None = reference(
        model.Task.customer_id, "Whom it is about, if it is about a customer.", write=True
    )
    subject: str = field("What is to be done, in a line.", write=True)
    description: str | None = field("What is to be done, at length.", write=True)
    status: rules.TaskStatus = field("How far it has come.", history=True)
    priority: rules.TaskPriority = field("How soon it should be taken up.", write=True)
    due_at: datetime | None = field("When it is due.", write=True)
    remind_at: datetime | None = field("When one wants to be reminded of it.", write=True)
    owner: StaffUser | None = reference(model.Task.owner_id, "Who is to do it.", write=True)
    completed_at: datetime | None = field("When it was done.", history=True)
    outcome: str | None = field("What came of it.", history=True)


relate(Customer, tasks=many(Task, model.Task.customer_id, "What we are to do about it."))


@strawberry.type
class Query:
    task: Task | None = one(Task, "One task.")
    tasks: Connection[Task] | None = connection(
        Task, "The tasks; those that are yours by `ownerId`, those overdue by `dueAt`."
    )
    task_groups = groups(Task, "The tasks, in groups.")


@strawberry.type
class Mutation:
    create_task = create(Task, commands.create, "Add a task.")
    update_task = update(Task, commands.update, "Change a task that has not ended.")
    start_task = verb(Task, commands.start, "Say that a task is being done.")
    complete_task = verb(Task, commands.complete, "Say that a task is done.")
    cancel_task = verb(Task, commands.cancel, "Say that a task need not be done any more.")
    reopen_task = verb(Task, commands.reopen, "Take up a task that had ended.")
    reassign_task = verb(Task, commands.reassign, "Give a task to somebody else.")
    archive_task = archive(Task, commands.archive)
    restore_task = restore(Task, commands.restore)
    purge_task = purge(Task, commands.purge)
    update_tasks = update_where(Task, commands.update, "Change many tasks alike.")
    complete_tasks = verb_where(
        Task, commands.complete, "Say that many tasks are done.", name="completeTasks"
    )
    reassign_tasks = verb_where(
        Task, commands.reassign, "Give many tasks to somebody else.", name="reassignTasks"
    )
    upsert_tasks = upsert(Task, commands.create, commands.update, history=IMPORT_HISTORY)
