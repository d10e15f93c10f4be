"""Staff in the graph, and the way in: `signIn`."""

from datetime import datetime
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
    one,
    own,
    record,
    update,
    upsert,
    verb,
)
from services.chassis.graph.errors import user_errors
from services.chassis.graph.types import UserError
from services.chassis.refusals import Refusal
from services.customers.permissions import IMPORT_HISTORY
from services.customers.staff import commands, model, queries

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
    roles: list[model.Role] = field("What kinds of work it does.", write=True)
    is_active: bool = field("Whether it works here; if not, it cannot sign in.", write=True)


@strawberry.type(description="What became of signIn.")
class SignInPayload:
    token: str | None = strawberry.field(description="To send as `Authorization: Bearer …`.")
    expires_at: datetime | None = strawberry.field(description="Until when the token serves.")
    user_errors: list[UserError] = strawberry.field(
        description="Why it was refused; empty if it was not."
    )


@strawberry.type
class Query:
    viewer: StaffUser | None = own(StaffUser, "You, if you are signed in as a staff user.")
    staff_user: StaffUser | None = one(StaffUser, "One staff user.")
    staff_users: Connection[StaffUser] | None = connection(StaffUser, "Who works here.")
    staff_user_groups = groups(StaffUser, "Who works here, in groups.")


@strawberry.type
class Mutation:
    create_staff_user = create(StaffUser, commands.create, "Add somebody who works here.")
    update_staff_user = update(StaffUser, commands.update, "Change a staff user.")
    set_staff_user_password = verb(
        StaffUser,
        commands.set_password,
        "Give a staff user a new password.",
        name="SetStaffUserPassword",
    )
    upsert_staff_users = upsert(
        StaffUser,
        commands.create,
        commands.update,
        history=IMPORT_HISTORY,
    )

    @strawberry.mutation(description="Sign in with a password. Needs no sign-in.")
    async def sign_in(
        self,
        info: Info[Request],
        email: Annotated[str, strawberry.argument(description="Whose e-mail address.")],
        password: Annotated[str, strawberry.argument(description="The password.")],
        tenant: Annotated[str, strawberry.argument(description="Of which company.")] = "default",
    ) -> SignInPayload:
        desk: commands.SignInDesk = info.context.app.desk
        try:
            token, expires_at = await desk.sign_in(tenant, email, password)
        except Refusal as refused:
            return SignInPayload(token=None, expires_at=None, user_errors=user_errors(refused))
        return SignInPayload(token=token, expires_at=expires_at, user_errors=[])
