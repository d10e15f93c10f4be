"""Positions and reporting lines in the graph."""

from datetime import date
from typing import Annotated

import strawberry
from strawberry.types import Info

from services.chassis.graph import (
    Connection,
    Record,
    Request,
    archive,
    connection,
    create,
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
    upsert,
)
from services.chassis.permissions import admit
from services.customers.permissions import IMPORT_HISTORY, READ_STAFF
from services.customers.positions import commands, model, queries
from services.customers.staff.graph import StaffUser
from services.customers.units.graph import OrgUnit


@record(queries.positions, "What somebody does, from a day on: nobody holds two on one day.")
class Position(Record):
    staff_user: StaffUser | None = reference(
        model.Position.staff_user_id, "Who holds it.", write=True
    )
    title: str = field("What it is called.", write=True)
    unit: OrgUnit | None = reference(model.Position.unit_id, "In which unit it is.", write=True)
    manager: StaffUser | None = reference(
        model.Position.manager_id, "To whom whoever holds it reports.", write=True
    )
    begins_on: date = field("The first day.", write=True)
    ends_on: date | None = field("The last day; null: it goes on.", write=True)


relate(StaffUser, positions=many(Position, model.Position.staff_user_id, "What it does, and did."))


@strawberry.type(description="Somebody on a reporting line, on a day.")
class ReportingStep:
    level: int = strawberry.field(description="0 for whom was asked about, then upwards.")
    staff_user_id: strawberry.ID = strawberry.field(description="Who it is: a staff user's id.")
    title: str = strawberry.field(description="Of which position that day.")

    @staticmethod
    def of(found: queries.Step) -> "ReportingStep":
        id = strawberry.ID(found.staff_user_id)
        return ReportingStep(level=found.level, staff_user_id=id, title=found.title)


Asked = Annotated[strawberry.ID, strawberry.argument(description="Whose line.")]
Day = Annotated[date, strawberry.argument(description="On which day.")]


@strawberry.type
class Query:
    position: Position | None = one(Position, "One position.")
    positions: Connection[Position] | None = connection(Position, "The positions.")
    position_groups = groups(Position, "The positions, in groups.")

    @strawberry.field(description="To whom somebody reports on a day, and to whom those do.")
    async def reporting_line(
        self, info: Info[Request], staff_user_id: Asked, on: Day
    ) -> list[ReportingStep] | None:
        admit(info.context.actor, READ_STAFF)
        async with info.context.reader() as reader:
            found = await queries.line(reader.connection, staff_user_id, on)
        return [ReportingStep.of(it) for it in found]


@strawberry.type
class Mutation:
    create_position = create(Position, commands.create, "Let somebody hold a position.")
    update_position = update(Position, commands.update, "Change a position, or end it.")
    archive_position = archive(Position, commands.archive)
    restore_position = restore(Position, commands.restore)
    purge_position = purge(Position, commands.purge)
    upsert_positions = upsert(Position, commands.create, commands.update, history=IMPORT_HISTORY)
