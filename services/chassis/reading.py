"""Who may read a record type: every door to it (list, id, nested, entity) asks the same."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from services.chassis import scoping
from services.chassis.actor import Actor
from services.chassis.database import Entity
from services.chassis.permissions import Permission, admit
from services.chassis.refusals import Forbidden


@dataclass(frozen=True)
class Reading:
    """A record type, the permission that reading it needs; its rows' scope is the entity's own."""

    entity: type[Any]
    permission: Permission

    def __post_init__(self) -> None:
        """Let the entity know by which permission it is read: the scope of that one hides rows."""
        self.entity.__read_by__ = self.permission

    def visible_to(self, actor: Actor) -> ColumnElement[bool]:
        """Say which rows this actor may read; refuse one that may read none."""
        self.admit(actor)
        entity: type[Entity] = self.entity
        return entity.visible_to(actor.acting(self.permission))

    def admit(self, actor: Actor) -> None:
        """Refuse whose roles permit no such reading, and a guest what the portal does not show."""
        if not actor.is_guest:
            admit(actor, self.permission)
        elif not self.admits(actor):
            raise Forbidden("the portal does not show this")

    def admits(self, actor: Actor) -> bool:
        if actor.is_guest:
            return actor.portal is not None and self.entity.__portal__ is not None
        return actor.may(self.permission)

    def ways(self, actor: Actor) -> tuple[ColumnElement[bool], ...]:
        """Part what this actor may read, where that serves a list (`scoping.ways`)."""
        return scoping.ways(self.entity, actor.acting(self.permission))

    @property
    def sorts(self) -> tuple[str, ...]:
        entity: type[Entity] = self.entity
        return entity.__sorts__

    @property
    def lists(self) -> tuple[tuple[str, ...], ...]:
        entity: type[Entity] = self.entity
        return entity.__lists__
