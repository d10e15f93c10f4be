"""What somebody outside hears on the stream: each fact once, in order, and of no person."""

import asyncio
import re
import shutil
import signal
from zlib import crc32

import aiohttp
import orjson
import pytest

from services.chassis import contract
from tests.deploy.runs import crm
from tests.support.waiting import until
from tests.system import deeds, outside
from tests.system.recording import recorded, shapes, told

PERSONAL = [
    *("Canary Contact", "canary.contact", "Canary Street", "Canary Person", "Canary Staff"),
    *("canary.staff", "Canary Subject", "Canary Notes", "Canary Case", "Canary Resolution"),
    *("Canary Dock", "+4943112345", "Canary Lead", "Canary Interest", "Canary Task"),
    *("Canary Outcome", "canary.lead"),
]
COPIED = {
    "customers": (
        """
        SELECT id, CASE kind WHEN 'ORGANISATION' THEN name END AS organisation_name, owner_id,
               tier, status
        FROM customer ORDER BY id""",
        "SELECT id, organisation_name, owner_id, tier, status FROM customer ORDER BY id",
    ),
    "staff users": (
        """
        SELECT id, array_cat(roles::text[], role_ids::text[]) AS roles, is_active, unit_id,
               team_ids
        FROM staff_user ORDER BY id""",
        "SELECT id, roles, is_active, unit_id, team_ids FROM staff_user ORDER BY id",
    ),
    "roles": (
        "SELECT id, standard, grants FROM staff_role WHERE archived_at IS NULL ORDER BY id",
        "SELECT id, standard, grants FROM staff_role ORDER BY id",
    ),
    "units": (
        "SELECT id, parent_id FROM org_unit WHERE archived_at IS NULL ORDER BY id",
        "SELECT id, parent_id FROM org_unit ORDER BY id",
    ),
    "field policies": (
        """
        SELECT id, record_type, field, readable_by, audits_reads FROM field_policy
        WHERE archived_at IS NULL ORDER BY id""",
        "SELECT id, record_type, field, readable_by, audits_reads FROM field_policy ORDER BY id",
    ),
    "formats of numbers": (
        """
        SELECT id, document, pattern, first_number
        FROM number_format WHERE archived_at IS NULL ORDER BY id""",
        "SELECT id, document, pattern, first_number FROM number_format ORDER BY id",
    ),
}
"""What others keep copies of: how the originals are asked for, and how the copies."""
READ = {
    *("company", "customer", "exchange_rate", "field_policy", "number_format"),
    *("org_unit", "portal_identity", "staff_role", "staff_user"),
}
"""Which records of customers the desk keeps copies of."""


async def require_copies_like_their_originals(system, tenant):
    """Wait until sales and the desk know of customers and staff what customers knows itself."""
    known = [await system.rows("customers", tenant, original) for original, _ in COPIED.values()]
    for service in ("sales", "service_desk"):

        async def alike(service=service):
            copies = [await system.rows(service, tenant, copy) for _, copy in COPIED.values()]
            return copies == known

        await until(alike, 60)


async def test_an_outsider_hears_each_fact_once_in_order_and_as_it_was_written_down(
    system, company
):
    await deeds.play(company)
    messages = await outside.require_each_event_once(system, company.tenant)
    laid = await outside.outbox(system, company.tenant)
    for it in messages:
        row = laid[it.headers["ce-id"]]
        assert it.data.decode() == row["body"]
        body = orjson.loads(it.data)
        named = {k: v for k, v in it.headers.items() if not k.startswith("Nats-Batch-")}
        assert named == {
            "Nats-Msg-Id": row["id"],
            "ce-id": row["id"],
            "ce-type": row["type"],
            "ce-subject": row["aggregate_id"],
            "ce-tenant": company.tenant,
        }
        partition = crc32(row["aggregate_id"].encode()) % 16
        assert it.subject == f"crm.{company.tenant}.{row['type']}.{partition}"
        assert (body["specversion"], body["id"], body["tenant"]) == (
            "1.0",
            row["id"],
            company.tenant,
        )
        assert (body["type"], body["source"]) == (row["type"], f"/{row['type'].split('.')[0]}")
        assert (body["subject"], body["sequence"]) == (row["aggregate_id"], row["sequence"])
        assert body["time"].endswith("Z")


async def test_what_is_told_is_what_is_recorded_for_the_catalogue(system, company):
    await deeds.play(company)
    for service, bodies in (await told(system, company)).items():
        assert shapes(bodies) == shapes(recorded(service)), "`make recordings` writes them anew"
        assert {it["type"] for it in bodies} == {it.type for it in contract.published(service)}


async def test_no_event_and_no_log_says_who_a_person_is_or_what_was_said(system, company):
    await deeds.play(company)
    messages = await outside.require_each_event_once(system, company.tenant)
    told = "".join(it.data.decode() for it in messages)
    logged = "".join(system.log(name).read_text() for name in system.programs)
    assert "Nordlicht Kontor" in told  # a firm's name may travel
    assert [it for it in PERSONAL if it in told or it in logged] == []


async def test_what_happens_while_the_stream_is_away_is_told_when_it_is_back(system, company):
    nats = system.nats
    nats.wanted_port = nats.port
    nats.process.send_signal(signal.SIGKILL)
    nats.process.wait(20)
    try:
        await deeds.play(company, are_heard=False)
        waiting = sum([await system.pending(it) for it in outside.SERVICES])
        assert waiting >= len(await outside.outbox(system, company.tenant)) / 2
    finally:
        nats.start()
    await outside.require_each_event_once(system, company.tenant)
    await require_copies_like_their_originals(system, company.tenant)


@pytest.mark.feature("PLT-06")
async def test_a_stream_that_was_wiped_is_filled_from_the_outboxes_by_the_operator(
    system, company, rival
):
    await deeds.play(company)
    await outside.require_each_event_once(system, company.tenant)
    nats = system.nats
    nats.wanted_port = nats.port
    nats.process.send_signal(signal.SIGKILL)
    nats.process.wait(20)
    shutil.rmtree(nats.folder / "jetstream")
    nats.start()
    working = asyncio.create_task(deeds.play(rival, are_heard=False))
    for name, database in system.databases.items():
        doors = {"DATABASE_URL": database.app_url, "WORKER_DATABASE_URL": database.worker_url}
        words = ("events", "republish", "--from", "2026-01-01", "--service", name)
        done = await asyncio.to_thread(crm, *words, **doors)
        assert done.returncode == 0, done.stderr
        assert re.match(f"{name}: [1-9]\\d* events go to the stream once more", done.stdout)
    made = await asyncio.to_thread(crm, "events", "apply", NATS_URL=system.nats_url)
    assert made.returncode == 0, made.stderr
    await working
    for tenant in (company.tenant, rival.tenant):
        await outside.require_each_event_once(system, tenant)
    await require_copies_like_their_originals(system, company.tenant)


@pytest.mark.feature("PLT-06")
async def test_how_far_readers_are_is_seen_in_the_graph_and_at_a_terminal(system, company):
    desk = system.databases["service_desk"]
    doors = {"DATABASE_URL": desk.app_url, "WORKER_DATABASE_URL": desk.worker_url}

    async def lag():
        said = await asyncio.to_thread(crm, "events", "lag", NATS_URL=system.nats_url, **doors)
        assert said.returncode == 0, said.stderr
        lines = (it.split() for it in said.stdout.splitlines())
        return {it[0]: it[1:] for it in lines if it}

    await deeds.play(company)
    await require_copies_like_their_originals(system, company.tenant)
    system.kill("service_desk")
    try:
        await company.customer(name="Later")

        async def the_desk_is_behind_and_sales_is_not():
            found = await lag()
            readers = [f"{it}-customers-customer" for it in ("service_desk", "sales")]
            return [found[it][0] for it in readers] == ["1", "0"]

        await until(the_desk_is_behind_and_sales_is_not)
    finally:
        system.restart("service_desk")
    asked = "{ serviceDeskEvents { consumers { name waiting unacknowledged isThere } } }"

    async def it_has_caught_up():
        found = (await company.ask(asked))["serviceDeskEvents"]["consumers"]
        return {it["name"]: it for it in found} == {
            f"service_desk-customers-{it}": {
                "name": f"service_desk-customers-{it}",
                "waiting": 0,
                "unacknowledged": 0,
                "isThere": True,
            }
            for it in READ
        }

    await until(it_has_caught_up)


async def test_copies_are_like_their_originals_after_a_script_of_deeds(system, company):
    await deeds.play(company)
    await require_copies_like_their_originals(system, company.tenant)


async def asked(company, document, **variables):
    """Ask through the gateway, and give the data with the request id of the answer."""
    body = orjson.dumps({"query": document, "variables": variables})
    headers = {"content-type": "application/json", "authorization": f"Bearer {company.token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(company.system.graph_url, data=body, headers=headers) as response,
    ):
        return (await response.json())["data"], response.headers["x-request-id"]


def lines_of(system, name, request_id):
    """Give what a program logged of a request."""
    lines = (it for it in system.log(name).read_text().splitlines() if request_id in it)
    return [orjson.loads(it) for it in lines]


@pytest.mark.parametrize(
    ("deed", "given", "service"),
    [
        ("createCustomer", {"name": "Nordlicht"}, "customers"),
        ("createProduct", {"name": "Lamp"}, "sales"),
    ],
)
async def test_one_request_id_and_one_trace_go_through_gateway_service_and_event(
    system, company, deed, given, service
):
    kind = deed[0].upper() + deed[1:]
    document = f"mutation($i: {kind}Input!) {{ done: {deed}(input: $i) {{ events {{ id }} }} }}"
    data, request_id = await asked(company, document, i=given)
    (event,) = data["done"]["events"]
    row = (await outside.outbox(system, company.tenant))[event["id"]]
    body = orjson.loads(row["body"])
    assert body["correlationid"] == request_id
    trace_id = body["traceparent"].split("-")[1]
    for name in ("gateway", service):
        lines = lines_of(system, name, request_id)
        assert lines, name
        assert {it["trace_id"] for it in lines} == {trace_id}
        assert {it["tenant"] for it in lines} == {company.tenant}
        assert {it["service"] for it in lines} == {name}
        assert all({"ts", "level", "event"} <= it.keys() for it in lines)
