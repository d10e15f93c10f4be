"""An interaction."""

import enum
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, Personal, RecordColumns, belongs_to, column
from services.chassis.scoping import Shown


class Channel(enum.Enum):
    CALL = "CALL"
    EMAIL = "EMAIL"
    MEETING = "MEETING"
    VISIT = "VISIT"
    LETTER = "LETTER"
    MESSAGE = "MESSAGE"
    WEB = "WEB"


class InteractionDirection(enum.Enum):
    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


class Interaction(RecordColumns, Entity):
    __tablename__, __prefix__ = "interaction", "int"
    __sorts__ = ("happened_at",)
    __lists__ = (
        *(("customer_id", "happened_at"), ("contact_id", "happened_at")),
        *(("owner_id", "happened_at"), ("team_id", "happened_at")),
    )

    __portal__ = Shown("customer_id")

    customer_id: Mapped[str] = belongs_to("customer")
    contact_id: Mapped[str | None] = belongs_to("contact")
    channel: Mapped[Channel] = column()
    direction: Mapped[InteractionDirection] = column()
    subject: Mapped[str] = column(Personal.FREE_TEXT)
    notes: Mapped[str | None] = column(Personal.FREE_TEXT, String(10_000))
    happened_at: Mapped[datetime] = column()
