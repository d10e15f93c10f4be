"""A staff user."""

import enum
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Index, Text, cast, func, text
from sqlalchemy.orm import Mapped

from services.chassis.access import Employed
from services.chassis.database import ID, Entity, Personal, RecordColumns, belongs_to, column
from services.chassis.refusals import Code, Refusal
from services.customers.staff.events import StaffUserFact


class Role(enum.Enum):
    ADMINISTRATOR = "ADMINISTRATOR"
    SALES_MANAGER = "SALES_MANAGER"
    SALES_REPRESENTATIVE = "SALES_REPRESENTATIVE"
    SERVICE_AGENT = "SERVICE_AGENT"


class NoPerson(Refusal):
    code, reason = Code.INVALID, "STAFF_USER_NO_PERSON"


class StaffUserLeft(Refusal):
    code, reason = Code.INVALID_TRANSITION, "STAFF_USER_LEFT"


class StillAnswers(Refusal):
    code, reason = Code.GATE_NOT_MET, "STAFF_USER_STILL_ANSWERS"


class StaffUser(RecordColumns, Employed, Entity):
    __tablename__, __prefix__ = "staff_user", "usr"
    __sorts__ = ("name",)
    __lists__ = (("is_active", "name"), ("unit_id", "name"))
    __scoped__ = False
    __owned_by_maker__ = False
    __table_args__ = (
        Index(
            "staff_user_email_uq",
            "tenant",
            "email",
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    name: Mapped[str] = column(Personal.NAME)
    email: Mapped[str] = column(Personal.CONTACT)
    role_ids: Mapped[list[str]] = column(Personal.NONE, ARRAY(ID), server_default="{}")
    unit_id: Mapped[str | None] = belongs_to("org_unit")
    is_program: Mapped[bool] = column(server_default=text("false"), default=False)
    password_hash: Mapped[str | None] = column(Personal.CREDENTIAL)

    @classmethod
    def held(cls) -> ColumnElement[Any]:
        """Give the keys of all the roles that it has: standard ones by name, others by id."""
        return func.array_cat(cast(cls.roles, ARRAY(Text)), cls.role_ids)

    def fact(self, kind: type[StaffUserFact]) -> StaffUserFact:
        """Tell what others keep a copy of; its roles are all that it has."""
        roles = [*self.roles, *(self.role_ids or ())]
        return self.told(kind, roles=roles, team_ids=list(self.team_ids or ()))

    def refuse_unless_here(self) -> None:
        if not self.is_active:
            raise StaffUserLeft("this staff user works here no more")
        if self.is_program:
            raise NoPerson("a program comes in by its API key alone")

    def leave_company(self) -> bool:
        """Work here no more, and say whether it did."""
        was_active, self.is_active = self.is_active, False
        return was_active

    def join(self, team_id: str) -> bool:
        """Be of a team, and say whether it was not."""
        was_without = team_id not in (self.team_ids or ())
        if was_without:
            self.team_ids = [*(self.team_ids or ()), team_id]
        return was_without

    def leave(self, team_id: str) -> bool:
        """Be of a team no more, and say whether it was."""
        was_in = team_id in (self.team_ids or ())
        self.team_ids = [it for it in (self.team_ids or ()) if it != team_id]
        return was_in
