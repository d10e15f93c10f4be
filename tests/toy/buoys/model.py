"""A buoy."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, Personal, RecordColumns, belongs_to, column


class Buoy(RecordColumns, Entity):
    __tablename__, __prefix__, __sorts__ = "buoy", "buo", ("name", "laid_on")
    name: Mapped[str] = column()
    keeper: Mapped[str | None] = column(Personal.NAME)
    depth: Mapped[Decimal] = column(default=Decimal(10))
    laid_on: Mapped[date | None] = column()
    ship_id: Mapped[str | None] = belongs_to("ship")
