"""Abilities: what whoever asks may do with each record, by the very conditions of the doors."""

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import True_

from services.chassis.actor import Actor
from services.chassis.conditions import among
from services.chassis.fetching import fetch
from services.chassis.graph.beside import kept
from services.chassis.graph.selection import Selected
from services.chassis.permissions import Permission, SharePermission
from services.chassis.reading import Reading


class RecordAction(enum.Enum):
    VIEW = "VIEW"
    EDIT = "EDIT"
    ARCHIVE = "ARCHIVE"
    PURGE = "PURGE"
    SHARE = "SHARE"


ACTS: Mapping[RecordAction, SharePermission] = {
    RecordAction.VIEW: SharePermission.VIEW,
    RecordAction.EDIT: SharePermission.EDIT,
    RecordAction.ARCHIVE: SharePermission.DELETE,
    RecordAction.PURGE: SharePermission.DELETE,
    RecordAction.SHARE: SharePermission.SHARE,
}
"""As what each action is shared."""
Deeds = Mapping[str, Permission]
"""The permissions of a record type's deeds, by the names that shapes have for them."""


def permission_for(action: RecordAction, reading: Reading, deeds: Deeds) -> Permission | None:
    """Say which permission an action needs; None if nobody can do that with such records."""
    if action is RecordAction.VIEW:
        return reading.permission
    return deeds.get(action.value.lower())


def may(action: RecordAction, reading: Reading, deeds: Deeds, actor: Actor) -> ColumnElement[bool]:
    """Say with which rows an actor may do something."""
    permission = permission_for(action, reading, deeds)
    if permission is None or not actor.may(permission):
        return false()
    found: ColumnElement[bool] = reading.entity.visible_to(actor.acting(permission, ACTS[action]))
    return found


@dataclass(frozen=True)
class Abilities:
    """`viewerCan` of all records of a page: no statement where nothing depends on the record."""

    key: str
    actions: Sequence[RecordAction]
    reading: Reading
    deeds: Deeds

    @staticmethod
    def of(reading: Reading, deeds: Deeds, asked: Selected) -> "Abilities":
        actions = asked.arguments().get("actions")
        named = list(RecordAction) if actions is None else list(dict.fromkeys(actions))
        return Abilities(asked.key, named, reading, deeds)

    async def read(
        self, connection: AsyncConnection, actor: Actor, records: Sequence[Any]
    ) -> None:
        said = {it: may(it, self.reading, self.deeds, actor) for it in self.actions}
        unsure = [it for it, rows in said.items() if not isinstance(rows, (True_, type(false())))]
        found: Mapping[str, Iterable[bool]] = {}
        if unsure:
            found = await self._found(connection, [said[it] for it in unsure], records)
        sure = {it for it, rows in said.items() if isinstance(rows, True_)}
        for record in records:
            able = sure | set(_ticked(unsure, found.get(record.id, ())))
            record.__dict__[kept(self.key)] = [it for it in self.actions if it in able]

    async def _found(
        self,
        connection: AsyncConnection,
        conditions: Sequence[ColumnElement[bool]],
        records: Sequence[Any],
    ) -> Mapping[str, Iterable[bool]]:
        entity = self.reading.entity
        named = [it.label(f"may_{at}") for at, it in enumerate(conditions)]
        ids = [it.id for it in records]
        rows = await fetch(connection, select(entity.id, *named).where(among(entity.id, ids)))
        return {row[0]: row[1:] for row in rows}


def _ticked(
    actions: Sequence[RecordAction], ticks: Iterable[bool | None]
) -> Iterator[RecordAction]:
    # a condition on what is empty is neither true nor false, and so gives no row to anybody
    return (it for it, is_so in zip(actions, ticks, strict=False) if is_so)
