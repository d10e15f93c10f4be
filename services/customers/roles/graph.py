"""Roles in the graph."""

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    archive,
    computed,
    connection,
    create,
    field,
    groups,
    one,
    purge,
    record,
    restore,
    update,
    verb,
)
from services.chassis.permissions import Scope
from services.customers.roles import commands, queries, rules


@strawberry.type(description="A permission, and how far it reaches.")
class Grant:
    permission: str = strawberry.field(description="Its name: `sales:order:edit`.")
    scope: Scope = strawberry.field(description="How far it reaches.")


def granted(standard: str | None, grants: dict[str, str] | None) -> list[Grant]:
    found = rules.granted(standard, grants)
    return [Grant(permission=permission, scope=scope) for permission, scope in found]


def is_customized(standard: str | None, grants: dict[str, str] | None) -> bool:
    return standard is not None and grants is not None


@record(queries.roles, "A kind of work, and what whoever does it may do, in every service.")
class StaffRole(Record):
    name: str = field("What it is called.", write=True)
    standard: str | None = field(
        "Which standard role it is, by the name that `StaffUser.roles` has for it; else null."
    )
    grants: list[Grant] = computed(granted, "What it grants.")
    is_customized: bool = computed(
        is_customized,
        "Whether somebody has said what this standard role grants; else the services say it.",
    )


@strawberry.type
class Query:
    staff_role: StaffRole | None = one(StaffRole, "One role.")
    staff_roles: Connection[StaffRole] | None = connection(StaffRole, "The roles.")
    staff_role_groups = groups(StaffRole, "The roles, in groups.")


@strawberry.type
class Mutation:
    create_staff_role = create(
        StaffRole, commands.create, "Add a role, which grants nothing until it is told to."
    )
    update_staff_role = update(StaffRole, commands.update, "Call a role something else.")
    grant_staff_role = verb(
        StaffRole,
        commands.grant,
        "Say what a role grants: these permissions and nothing else. It counts at once here, and"
        " in the other services as soon as they are told.",
    )
    reset_staff_role = verb(
        StaffRole,
        commands.reset,
        "Let a standard role grant again what the services say of it.",
    )
    archive_staff_role = archive(StaffRole, commands.archive)
    restore_staff_role = restore(StaffRole, commands.restore)
    purge_staff_role = purge(StaffRole, commands.purge)
