"""A team, and who is of it."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, RecordColumns, belongs_to, column


class Team(RecordColumns, Entity):
    __tablename__, __prefix__ = "team", "tea"
    __sorts__ = ("name",)
    __scoped__ = False
    __owned_by_maker__ = False
    __table_args__ = (
        Index(
            "team_name_uq",
            *("tenant", "name"),
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    name: Mapped[str] = column()


class TeamMember(RecordColumns, Entity):
    __tablename__, __prefix__ = "team_member", "tem"
    __part_of__ = ("member_of_id", Team)
    __sorts__ = ("created_at",)
    __table_args__ = (
        Index("team_member_uq", *("tenant", "member_of_id", "staff_user_id"), unique=True),
    )

    member_of_id: Mapped[str] = belongs_to("team")
    staff_user_id: Mapped[str] = belongs_to("staff_user")
