"""What can be asked about tasks."""

from services.chassis.reading import Reading
from services.customers.permissions import READ_TASKS
from services.customers.tasks.model import Task

tasks = Reading(Task, READ_TASKS)
