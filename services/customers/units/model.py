"""An organisation unit."""

import enum
from collections.abc import Collection

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, RecordColumns, belongs_to, column
from services.chassis.refusals import Code, Refusal
from services.customers.units.events import OrgUnitMoved


class UnitKind(enum.Enum):
    BRANCH = "BRANCH"
    DEPARTMENT = "DEPARTMENT"
    OTHER = "OTHER"


class UnitWithinItself(Refusal):
    code, reason = Code.INVALID, "UNIT_WITHIN_ITSELF"


class UnitNotEmpty(Refusal):
    code, reason = Code.REFERENCED, "UNIT_NOT_EMPTY"


class OrgUnit(RecordColumns, Entity):
    __tablename__, __prefix__ = "org_unit", "unt"
    __sorts__ = ("name",)
    __lists__ = (("parent_id", "name"), ("kind", "name"))
    __scoped__ = False
    __owned_by_maker__ = False
    __table_args__ = (
        Index(
            "org_unit_code_uq",
            *("tenant", "code"),
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    name: Mapped[str] = column()
    kind: Mapped[UnitKind] = column(default=UnitKind.DEPARTMENT)
    code: Mapped[str | None] = column()
    parent_id: Mapped[str | None] = belongs_to("org_unit")

    def move(self, parent_id: str | None, *, above: Collection[str]) -> OrgUnitMoved | None:
        """Lie within another unit, or at the top; `above` are that one and all above it."""
        if self.id in above:
            raise UnitWithinItself("a unit lies not within itself", path=("parentId",))
        if parent_id == self.parent_id:
            return None
        self.parent_id = parent_id
        return self.told(OrgUnitMoved)
