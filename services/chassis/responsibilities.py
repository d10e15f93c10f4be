"""Responsibilities: of how many records somebody is the owner, in whatever service they are."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.actor import Actor
from services.chassis.asking import Channel
from services.chassis.database import Entity, RecordColumns, metadata_of
from services.chassis.permissions import Permission, admit
from services.chassis.refusals import DependencyUnavailable
from services.chassis.rpc import Answers, Call
from services.stubs import responsibilities_pb2 as contract

METHOD = "guanxi.chassis.v1.Responsibilities/Count"


@dataclass(frozen=True, slots=True)
class Responsibility:
    """So many live records of one type."""

    service: str
    record_type: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of somebody's responsibilities, and which services did not answer."""

    known: tuple[Responsibility, ...] = ()
    away: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """Say it in words, type by type: `3 sales.Order`."""
        return tuple(f"{it.count} {it.service}.{it.record_type}" for it in self.known)


def asking(service: str) -> Permission:
    """Name the permission by which another of our programs asks a service."""
    return Permission(f"{service}:responsibility:ask")


def answers(service: str) -> Answers:
    """Answer for the record types of a service."""
    made = Answers(contract.DESCRIPTOR.services_by_name["Responsibilities"])

    @made.to("Count")
    async def count(call: Call, asked: contract.CountRequest) -> contract.CountReply:
        admit(call.actor, asking(service))
        async with call.reading() as connection:
            found = await counted(connection, service, asked.staff_user_id)
        told = [contract.RecordCount(record_type=it.record_type, count=it.count) for it in found]
        return contract.CountReply(counts=told)

    return made


async def counted(
    connection: AsyncConnection, service: str, staff_user_id: str
) -> Sequence[Responsibility]:
    """Count the live records that somebody answers for here, in one statement."""
    counts = [
        select(literal(it.__name__).label("name"), func.count().label("count")).where(
            it.owner_id == staff_user_id, it.archived_at.is_(None)
        )
        for it in _owned(service)
    ]
    rows = await connection.execute(union_all(*counts)) if counts else ()
    return [Responsibility(service, name, count) for name, count in sorted(rows) if count]


async def elsewhere(channels: Mapping[str, Channel], us: Actor, staff_user_id: str) -> Found:
    """Ask all other services, as ourselves; who does not answer is named."""
    asked = contract.CountRequest(staff_user_id=staff_user_id)
    names = sorted(channels)
    questions = (channels[it].ask(METHOD, asked, contract.CountReply, actor=us) for it in names)
    answered = await asyncio.gather(*questions, return_exceptions=True)
    known: list[Responsibility] = []
    away: list[str] = []
    for name, answer in zip(names, answered, strict=True):
        if isinstance(answer, DependencyUnavailable):
            away.append(name)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            known += (Responsibility(name, it.record_type, it.count) for it in answer.counts)
    return Found(tuple(known), tuple(away))


def _owned(service: str) -> list[Any]:
    """Give the record types that have owners of their own, by their names."""
    tables = set(metadata_of(service).sorted_tables)
    found: list[Any] = [
        it.class_
        for it in Entity.registry.mappers
        if issubclass(it.class_, RecordColumns) and it.local_table in tables
    ]
    return sorted((it for it in found if it.__part_of__ is None), key=lambda it: it.__name__)
