"""What was recorded, now and at the last release, is what is told today and what readers take."""

import json

import pytest

from deploy.local.databases import SERVICES
from services.chassis import contract
from services.chassis.events import stream_subject
from services.chassis.ids import new_id
from tests.support.waiting import until
from tests.system import deeds, outside
from tests.system.recording import recorded, shapes, told

REACHED = "SELECT aggregate_id, sequence FROM event_gate"
CUSTOMERS = "SELECT id, organisation_name, owner_id, tier, status FROM customer"
STAFF = "SELECT id, roles, is_active FROM staff_user"


async def test_what_is_told_today_is_what_is_recorded(system, company):
    await deeds.play(company)
    for service, bodies in (await told(system, company)).items():
        assert shapes(bodies) == shapes(recorded(service)), "`make recordings` writes them anew"
        assert {it["type"] for it in bodies} == {it.type for it in contract.published(service)}


async def replayed(system, events):
    """Tell what was recorded once more, as of a company that nobody knows; give its tenant."""
    tenant = new_id("t").replace("_", "-")
    async with outside.stream(system) as js:
        for it in events:
            id = new_id("evt")
            body = json.dumps(it | {"tenant": tenant, "id": id}).encode()
            named = {"Nats-Msg-Id": id, "ce-id": id, "ce-type": it["type"]}
            named |= {"ce-subject": it["subject"], "ce-tenant": tenant}
            subject = stream_subject(tenant, it["type"], it["subject"])
            await js.publish(subject, body, headers=named)
    return tenant


def reached_by(service, events):
    """Give the number of the last event of each record that a service follows."""
    followed = {(it.service(), it.aggregate()) for it in contract.readers(service)}
    return {
        it["subject"]: it["sequence"]
        for it in events
        if tuple(it["type"].split(".")[:2]) in followed
    }


def last(events, aggregate, *, saying):
    """Give what was told last of each record of a kind, but of those that are no more."""
    found = {
        it["subject"]: it
        for it in events
        if it["type"].startswith(f"{aggregate}.") and saying in it["data"]
    }
    return {
        subject: it["data"]
        for subject, it in found.items()
        if not it["type"].startswith(f"{aggregate}.purged.")
    }


@pytest.mark.parametrize("is_released", [True, False], ids=["the last release", "today"])
async def test_a_recorded_stream_is_taken_in_by_todays_readers(system, is_released):
    events = [it for service in SERVICES for it in recorded(service, released=is_released)]
    tenant = await replayed(system, events)
    for service in SERVICES:
        wanted = reached_by(service, events)
        assert wanted

        async def all_of_it(service=service, wanted=wanted):
            return dict(await system.rows(service, tenant, REACHED)) == wanted

        await until(all_of_it, 60)
    customers = last(events, "customers.customer", saying="organisationName")
    employed = last(events, "customers.staff_user", saying="roles")
    for service in ("sales", "service_desk"):
        copies = {it["id"]: dict(it) for it in await system.rows(service, tenant, CUSTOMERS)}
        assert copies.keys() == customers.keys()
        for id, it in copies.items():
            assert it["organisation_name"] == customers[id]["organisationName"]
            assert it["status"] == customers[id]["status"]
        staff = {it["id"]: it for it in await system.rows(service, tenant, STAFF)}
        assert {id: it["roles"] for id, it in staff.items()} == {
            id: it["roles"] for id, it in employed.items()
        }
