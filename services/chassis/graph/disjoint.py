"""Edits of different fields: which of them may go through although the record has changed."""

from collections.abc import Mapping
from typing import Any

from services.chassis.exchange import UNKNOWN
from services.chassis.graph.errors import overlapping
from services.chassis.graph.making import Part
from services.chassis.graph.read import Reader
from services.chassis.graph.shapes import Shape
from services.chassis.graph.types import OnConflict
from services.chassis.refusals import VersionConflict
from services.chassis.work import Work

CONFLICT_PART = Part(
    "onConflict",
    OnConflict,
    "What becomes of it if the record has another version.",
    OnConflict.REFUSE,
)


async def agreed_version(work: Work, shape: Shape, arguments: Mapping[str, Any]) -> int | None:
    """Give the version that a command shall insist on.

    Edits that merge are compared with the record locked, and insist on none. Where it is not known
    what changed since, they are refused: nobody's edit is lost by a guess.
    """
    version: int | None = arguments.get("expectedVersion")
    if version is None or arguments["onConflict"] is OnConflict.REFUSE:
        return version
    record = await work.lock(shape.entity, arguments["id"])
    if record.version == version:
        return version
    reader = Reader(await work.session.connection(), work.actor, work.now, UNKNOWN)
    overlap = await overlapping(reader, shape, arguments)
    if overlap or overlap is None:
        raise VersionConflict(f"this record is at version {record.version} by now")
    return None
