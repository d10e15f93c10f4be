"""Field policies in the graph."""

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    archive,
    connection,
    create,
    field,
    groups,
    one,
    purge,
    record,
    restore,
    update,
)
from services.customers.policies import commands, queries


@record(queries.policies, "Who may see a field of a record type, in every service.")
class FieldPolicy(Record):
    record_type: str = field("Of which record type: `Customer`.", write=True)
    readable_by: list[str] | None = field(
        "The roles that see it, by their ids or, of standard ones, their names; all if unsaid."
        " For others it is null, and no way to filter, sort, group, export or write it is open.",
        write=True,
    )
    audits_reads: bool = field("Whether the audit log tells of each read.", write=True)
    # the last one: from here on the name is its own
    field: str | None = field(
        "Which field, one that may be empty: `phone`; the record itself if unsaid.", write=True
    )


@strawberry.type
class Query:
    field_policy: FieldPolicy | None = one(FieldPolicy, "One field policy.")
    field_policies: Connection[FieldPolicy] | None = connection(FieldPolicy, "Field policies.")
    field_policy_groups = groups(FieldPolicy, "Field policies, in groups.")


@strawberry.type
class Mutation:
    create_field_policy = create(
        FieldPolicy,
        commands.create,
        "Let only some roles see a field, or have its reads written down. It counts at once here,"
        " and in the other services as soon as they are told.",
    )
    update_field_policy = update(FieldPolicy, commands.update, "Change a field policy.")
    archive_field_policy = archive(FieldPolicy, commands.archive)
    restore_field_policy = restore(FieldPolicy, commands.restore)
    purge_field_policy = purge(FieldPolicy, commands.purge)
