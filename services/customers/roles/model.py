"""A role."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from services.chassis.access import Granting
from services.chassis.database import Entity, RecordColumns, column
from services.chassis.refusals import Code, Refusal


class StandardRoleStays(Refusal):
    code, reason = Code.REFERENCED, "STANDARD_ROLE_STAYS"


class NotStandard(Refusal):
    code, reason = Code.INVALID_TRANSITION, "ROLE_NOT_STANDARD"


class StaffRole(RecordColumns, Granting, Entity):
    __tablename__, __prefix__ = "staff_role", "rol"
    __sorts__ = ("name",)
    __scoped__ = False
    __owned_by_maker__ = False
    __table_args__ = tuple(
        Index(
            f"staff_role_{it}_uq",
            *("tenant", it),
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        )
        for it in ("name", "standard")
    )

    name: Mapped[str] = column()

    def grant(self, grants: Mapping[str, Any]) -> bool:
        """Have it grant this and nothing else, and say whether that is another thing."""
        is_different = self.grants != grants
        self.grants = dict(grants)
        return is_different

    def reset(self) -> bool:
        """Have a standard role grant what the services say of it, now and after each upgrade."""
        if self.standard is None:
            raise NotStandard("only a standard role has grants to go back to")
        was_different = self.grants is not None
        self.grants = None
        return was_different

    def refuse_if_standard(self) -> None:
        if self.standard is not None:
            raise StandardRoleStays("a standard role stays: people and programs name it")
