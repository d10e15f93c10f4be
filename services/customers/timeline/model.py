"""An entry of a customer's story."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from services.chassis.database import ID, Entity, Personal, RecordColumns, column
from services.customers.customers.model import Customer


class TimelineEntry(RecordColumns, Entity):
    """One event, as the story tells it; the customer may be known here later than its story."""

    __tablename__, __prefix__ = "timeline_entry", "tml"
    __sorts__ = ("happened_at",)
    __lists__ = (("customer_id", "happened_at"),)
    __part_of__ = ("customer_id", Customer)
    __table_args__ = (Index("timeline_entry_customer_id_ix", "tenant", "customer_id", "id"),)

    customer_id: Mapped[str] = column(Personal.NONE, ID)
    happened_at: Mapped[datetime] = column()
    kind: Mapped[str] = column()
    title: Mapped[str] = column()
    subject: Mapped[str] = column(Personal.NONE, ID)
