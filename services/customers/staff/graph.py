"""Staff in the graph."""

from dataclasses import asdict
from typing import Annotated

import strawberry
from strawberry.types import Info

from services.chassis.graph import (
    Connection,
    Record,
    Request,
    connection,
    create,
    described,
    field,
    groups,
    many,
    one,
    record,
    reference,
    relate,
)
from services.chassis.permissions import admit
from services.customers.permissions import EDIT_STAFF
from services.customers.staff import commands, model, queries
from services.customers.units.graph import OrgUnit

described(
    model.Role,
    "What kind of work somebody does; each service grants permissions by it.",
    ADMINISTRATOR="Sets up the company and may do everything.",
    SALES_MANAGER="Leads the sale: approves, reviews, puts customers on hold.",
    SALES_REPRESENTATIVE="Sells: works on customers, opportunities and orders.",
    SERVICE_AGENT="Serves: works on cases.",
)


@record(queries.staff, "A person of the company who signs in and works with the records.")
class StaffUser(Record):
    name: str = field("Its name.", write=True)
    email: str = field("Its e-mail address, with which it signs in.", write=True)
    roles: list[model.Role] = field(
        "What kinds of work it does, of the standard ones.", write=True
    )
    role_ids: list[strawberry.ID] = field("Which further roles it has, by their ids.", write=True)
    is_active: bool = field("Whether it works here; if not, it cannot sign in.", write=True)
    is_program: bool = field("Whether it is a program, which comes in by an API key alone.")
    unit: OrgUnit | None = reference(
        model.StaffUser.unit_id, "In which organisation unit it works.", write=True
    )


relate(OrgUnit, staff=many(StaffUser, model.StaffUser.unit_id, "Who works right in it."))


@strawberry.type(description="How many live records of one type somebody answers for.")
class Responsibility:
    service: str = strawberry.field(description="Which service keeps them.")
    record_type: str = strawberry.field(description="Of which type they are.")
    count: int = strawberry.field(description="How many they are.")


@strawberry.type(description="What a staff user answers for, in all services.")
class Responsibilities:
    records: list[Responsibility] = strawberry.field(description="How many records of each type.")
    unanswered: list[str] = strawberry.field(
        description="Services that did not answer: there may be more in these."
    )


@strawberry.type
class Query:
    staff_user: StaffUser | None = one(StaffUser, "One staff user.")
    staff_users: Connection[StaffUser] | None = connection(StaffUser, "Who works here.")
    staff_user_groups = groups(StaffUser, "Who works here, in groups.")

    @strawberry.field(
        description="What a staff user answers for, and has to hand over before they leave."
        f" It needs `{EDIT_STAFF}`."
    )
    async def staff_user_responsibilities(
        self,
        info: Info[Request],
        id: Annotated[strawberry.ID, strawberry.argument(description="Which staff user.")],
    ) -> Responsibilities | None:
        admit(info.context.actor, EDIT_STAFF)
        found = await queries.responsibilities(info.context, id)
        return Responsibilities(
            records=[Responsibility(**asdict(it)) for it in found.known],
            unanswered=list(found.away),
        )


@strawberry.type
class Mutation:
    create_staff_user = create(StaffUser, commands.create, "Add somebody who works here.")
