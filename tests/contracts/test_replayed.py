"""What was recorded, now and at the last release, is taken in by today's readers."""

from importlib import import_module

import pytest
from sqlalchemy import text

from deploy.local.databases import SERVICES
from services.chassis import contract
from services.chassis.database import reading
from services.chassis.declaring import Subscriptions
from services.chassis.events import Envelope
from services.chassis.ids import new_id
from services.chassis.work import Works
from tests.support import telling
from tests.support.databases import connected
from tests.support.waiting import until
from tests.system.recording import recorded

REACHED = "SELECT aggregate_id, sequence FROM event_gate"
BURIED = "SELECT count(*) FROM dead_letter"
CUSTOMERS = "SELECT id, organisation_name, status FROM customer"
STAFF = "SELECT id, roles, is_active FROM staff_user"


@pytest.fixture
def database(request, service):
    fixture = {"customers": "customers", "sales": "sales", "service_desk": "desk"}[service]
    return request.getfixturevalue(f"{fixture}_database")


@pytest.fixture(params=[True, False], ids=["the last release", "today"])
def events(request):
    """Give a recorded stream, as of a company that nobody knows."""
    tenant = new_id("t").replace("_", "-")
    return [
        Envelope.model_validate(it | {"tenant": tenant, "id": new_id("evt")})
        for service in SERVICES
        for it in recorded(service, released=request.param)
    ]


def subscriptions_of(service):
    parts = import_module(f"services.{service}.main").parts()
    return Subscriptions.joined(service, parts.subscriptions)


def reached_by(service, events):
    """Give the number of the last event of each record that a service follows."""
    followed = {f"{it.service()}.{it.aggregate()}" for it in contract.readers(service)}
    return {it.subject: it.sequence for it in events if it.aggregate in followed}


def last(events, aggregate, *, saying):
    """Give what was told last of each record of a kind, but of those that are no more."""
    found = {it.subject: it for it in events if it.aggregate == aggregate and saying in it.data}
    return {id: it.data for id, it in found.items() if ".purged." not in it.type}


@pytest.mark.parametrize("service", SERVICES)
async def test_a_recorded_stream_is_taken_in_by_todays_readers(service, database, stream, events):
    tenant = events[0].tenant
    async with connected(database) as engine:

        async def rows(statement):
            async with reading(engine, tenant) as connection:
                return [tuple(it) for it in await connection.execute(text(statement))]

        async def all_is_reached():
            return dict(await rows(REACHED)) == reached_by(service, events)

        works = Works(engine, service)
        async with telling.listening(subscriptions_of(service), works, stream):
            await telling.publish(stream, *events)
            await until(all_is_reached)
        assert await rows(BURIED) == [(0,)]
        if service != "customers":
            customers = last(events, "customers.customer", saying="organisationName")
            assert dict_of(await rows(CUSTOMERS)) == {
                id: (it["organisationName"], it["status"]) for id, it in customers.items()
            }
            staff = last(events, "customers.staff_user", saying="roles")
            assert dict_of(await rows(STAFF)) == {
                id: (it["roles"], it["isActive"]) for id, it in staff.items()
            }


def dict_of(rows):
    return {id: tuple(values) for id, *values in rows}
