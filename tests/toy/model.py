"""Ships and voyages."""

import enum
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Index, Numeric, text, true
from sqlalchemy.orm import Mapped, composite

from services.chassis.actor import Actor
from services.chassis.database import (
    ID,
    Entity,
    Personal,
    Projected,
    RecordColumns,
    belongs_to,
    column,
)
from services.chassis.events import END_OF_LIFE, Event, life_of
from services.chassis.exchange import Rated, Reckoned
from services.chassis.money import Money
from services.chassis.permissions import Permission
from services.chassis.refusals import Code, Refusal, Step

SEE_ALL_SHIPS = Permission("toy:ship:see_all")
"""See the ships of others too, with their voyages."""


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


class ShipFact(Event):
    ship_id: str


ShipArchived, ShipRestored, ShipPurged = life_of(ShipFact, "toy.ship", END_OF_LIFE)


class ShipLost(Refusal):
    code, reason = Code.INVALID_TRANSITION, "SHIP_LOST"


class Ship(RecordColumns, Entity):
    __tablename__, __prefix__ = "ship", "shp"
    __sorts__ = ("name", "built_on", "captain")
    __lists__ = (("state", "built_on"), ("owner_id", "name"))
    __searched__ = ("name",)
    __table_args__ = (
        Index(
            "ship_call_sign_uq",
            "tenant",
            "call_sign",
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    name: Mapped[str] = column()
    call_sign: Mapped[str | None] = column()
    captain: Mapped[str | None] = column(Personal.NAME)
    state: Mapped[ShipState] = column(default=ShipState.AFLOAT)
    built_on: Mapped[date | None] = column()
    value: Mapped[Money | None] = composite(
        column(Personal.NONE, "value_value", Numeric(18, 2), nullable=True),
        column(Personal.NONE, "value_currency", nullable=True),
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Own ones, unless all may be seen."""
        return true() if actor.may(SEE_ALL_SHIPS) else cls.owner_id == actor.id

    def sink(self, cause: str, *, at: datetime) -> ShipSunk:
        if self.state is ShipState.SUNK:
            raise ShipLost("this ship lies on the ground already", details=Step(self.state.name))
        self.state = ShipState.SUNK
        return ShipSunk(ship_id=self.id, cause=cause)


class Company(Projected, Reckoned, Entity):
    __tablename__ = "company"


class Rate(Projected, Rated, Entity):
    __tablename__ = "rate"


class Voyage(RecordColumns, Entity):
    __tablename__, __prefix__ = "voyage", "voy"
    __part_of__ = ("ship_id", Ship)
    __sorts__ = ("port",)
    __lists__ = (("ship_id", "port"),)

    ship_id: Mapped[str] = belongs_to("ship")
    port: Mapped[str] = column()
    miles: Mapped[Decimal] = column(default=Decimal(0))
    pilot_id: Mapped[str | None] = column(Personal.NONE, ID)
