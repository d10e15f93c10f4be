"""A position that somebody holds."""

from datetime import date

from sqlalchemy.orm import Mapped

from services.chassis.database import ID, Entity, Personal, RecordColumns, belongs_to, column
from services.chassis.refusals import Code, Refusal
from services.customers.positions import rules


class PositionsOverlap(Refusal):
    code, reason = Code.DUPLICATE, "POSITIONS_OVERLAP"


class ReportsToItself(Refusal):
    code, reason = Code.INVALID, "REPORTS_TO_ITSELF"


class Position(RecordColumns, Entity):
    """Held by one person; nobody holds two on one day, so a day has one reporting line."""

    __tablename__, __prefix__ = "position", "pos"
    __sorts__ = ("begins_on",)
    __lists__ = (("staff_user_id", "begins_on"), ("manager_id", "begins_on"))
    __scoped__ = False
    __owned_by_maker__ = False

    staff_user_id: Mapped[str] = belongs_to("staff_user")
    title: Mapped[str] = column()
    unit_id: Mapped[str | None] = belongs_to("org_unit")
    manager_id: Mapped[str | None] = column(Personal.NONE, ID)
    begins_on: Mapped[date] = column()
    ends_on: Mapped[date | None] = column()

    def check(self) -> None:
        rules.check_days(self.begins_on, self.ends_on)
        if self.manager_id == self.staff_user_id:
            raise ReportsToItself("nobody reports to themselves", path=("managerId",))
