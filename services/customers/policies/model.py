"""A field policy."""

from sqlalchemy import Index, text

from services.chassis.database import Entity, RecordColumns
from services.chassis.policies import Policing
from services.chassis.refusals import Required


class FieldPolicy(RecordColumns, Policing, Entity):
    __tablename__, __prefix__ = "field_policy", "pol"
    __sorts__ = ("record_type",)
    __scoped__ = False
    __owned_by_maker__ = False
    __table_args__ = (
        Index(
            "field_policy_field_uq",
            *("tenant", "record_type", "field"),
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    def refuse_if_idle(self) -> None:
        if self.readable_by is None and not self.audits_reads:
            told = "a policy says who may see a field, or that reads are written down"
            raise Required(told, path=("readableBy",))
