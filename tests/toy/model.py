"""Ships and voyages."""

import enum
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Numeric
from sqlalchemy.orm import Mapped, composite

from services.chassis.database import (
    ID,
    Entity,
    Owned,
    Personal,
    RecordColumns,
    belongs_to,
    column,
)
from services.chassis.events import Event
from services.chassis.money import Money
from services.chassis.refusals import Code, Refusal


class ShipState(enum.Enum):
    AFLOAT = "AFLOAT"
    SUNK = "SUNK"


class ShipRegistered(Event):
    type = "toy.ship.registered.v1"
    ship_id: str
    owner_id: str | None


class ShipSunk(Event):
    type = "toy.ship.sunk.v1"
    ship_id: str
    cause: str


class ShipLost(Refusal):
    code, reason = Code.INVALID_TRANSITION, "SHIP_LOST"


class Ship(RecordColumns, Owned, Entity):
    __tablename__, __prefix__ = "ship", "shp"
    __sorts__ = ("name", "built_on", "captain")

    name: Mapped[str] = column()
    captain: Mapped[str | None] = column(Personal.NAME)
    state: Mapped[ShipState] = column(default=ShipState.AFLOAT)
    built_on: Mapped[date | None] = column()
    value: Mapped[Money | None] = composite(
        column(Personal.NONE, "value_value", Numeric(18, 2), nullable=True),
        column(Personal.NONE, "value_currency", nullable=True),
    )

    def sink(self, cause: str, *, at: datetime) -> ShipSunk:
        if self.state is ShipState.SUNK:
            raise ShipLost("this ship lies on the ground already")
        self.state = ShipState.SUNK
        return ShipSunk(ship_id=self.id, cause=cause)


class Voyage(RecordColumns, Entity):
    __tablename__, __prefix__ = "voyage", "voy"
    __sorts__ = ("port",)

    ship_id: Mapped[str] = belongs_to("ship")
    port: Mapped[str] = column()
    miles: Mapped[Decimal] = column(default=Decimal(0))
    pilot_id: Mapped[str | None] = column(Personal.NONE, ID)
