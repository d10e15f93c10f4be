"""An outside subscriber reads what was granted to it, nothing else, and only as long as it may."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nats
import pytest

from deploy.local.checkout import ROOT
from deploy.local.nats import Nats
from deploy.stream import grants, provisioning
from services.chassis.streams import STREAM
from tests.support.intruding import PATIENCE, Intruder
from tests.support.waiting import until as becomes

from .runs import crm

ORDER = "crm.default.sales.order.placed.v1.0"
PRODUCT = "crm.default.sales.product.created.v1.0"
CASE = "crm.default.service_desk.case.opened.v1.0"


@pytest.fixture
def server(up):
    """The stream's server of a run that is up, as its administrator knows it."""
    parts = {part.name: part for part in up.checkout.parts()}
    port = int(parts["nats"].address.rpartition(":")[2])
    return Nats(up.checkout.nats, port)


@pytest.fixture
def granted(up):
    """Grant something, give the address, and take it back in the end."""
    names = []

    def grant(name, aggregates, *more):
        result = crm(
            "events", "grant", name, "--aggregates", aggregates, *more, folder=up.checkout.run
        )
        assert result.returncode == 0, result.stderr
        names.append(name)
        return result.stdout.strip()

    yield grant
    for name in names:
        crm("events", "revoke", name, folder=up.checkout.run)


async def tell(server, *subjects):
    async with provisioning.administrator(server.url) as js:
        for it in subjects:
            await js.publish(it, b"{}")


async def read(subscriber, name, count):
    js = subscriber.client.jetstream()
    pulled = await js.pull_subscribe_bind(name, STREAM)
    found: list[str] = []
    while len(found) < count:
        for it in await pulled.fetch(100, timeout=PATIENCE):
            await it.ack_sync(timeout=PATIENCE)
            found.append(it.subject)
            left = it.metadata.num_pending
    assert left == 0
    return found


@pytest.mark.feature("PLT-06")
async def test_it_reads_its_aggregates_and_nothing_else(server, granted):
    url = granted("warehouse", "sales.order,sales.product")
    await tell(server, ORDER, CASE, PRODUCT)
    async with Intruder(url, "warehouse") as warehouse:
        assert set(await read(warehouse, "warehouse", 2)) == {ORDER, PRODUCT}
        await warehouse.cannot_get_anything()
        for subject in (ORDER, "crm.default.warehouse.thing.made.v1.0", "_INBOX_sales.x"):
            await warehouse.cannot_publish(subject)
        await warehouse.cannot_call(f"CONSUMER.INFO.{STREAM}.warehouse", {})
        await warehouse.cannot_call(f"CONSUMER.DELETE.{STREAM}.warehouse", {})
        await warehouse.cannot_call(f"CONSUMER.DURABLE.CREATE.{STREAM}.warehouse", {})
        await warehouse.cannot_call(f"CONSUMER.MSG.NEXT.{STREAM}.sales-customers-customer", {})
        assert warehouse.told.empty()


@pytest.mark.feature("PLT-06")
async def test_its_pull_leads_to_nobody_elses_inbox_and_not_into_the_stream(server, granted):
    """Whoever pulls names where the messages go; an account of its own is where that ends."""
    url = granted("warehouse", "sales.order")
    await tell(server, ORDER, ORDER)
    next_message = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.warehouse"
    async with (
        Intruder(url, "warehouse") as warehouse,
        Intruder(server.url_of("sales"), "sales") as sales,
        provisioning.administrator(server.url) as js,
    ):
        heard = await sales.client.subscribe("_INBOX_sales.>")
        before = (await js.stream_info(STREAM)).state.messages
        asked = json.dumps({"batch": 1, "no_wait": True}).encode()
        for elsewhere in (ORDER, "crm.default.sales.order.forged.v1.0", "_INBOX_sales.x"):
            await warehouse.client.publish(next_message, asked, reply=elsewhere)
        await warehouse.client.flush()
        assert len(await read(warehouse, "warehouse", 2)) >= 2
        await sales.client.flush()
        assert heard.pending_msgs == 0
        assert (await js.stream_info(STREAM)).state.messages == before


async def test_it_reads_of_the_company_that_was_named_and_of_no_other(server, granted):
    url = granted("acme-store", "sales.order", "--tenant", "acme")
    await tell(server, ORDER, ORDER.replace("default", "acme"))
    async with Intruder(url, "acme-store") as store:
        assert await read(store, "acme-store", 1) == [ORDER.replace("default", "acme")]


async def test_it_may_be_granted_more_and_keeps_its_place(server, granted):
    granted("warehouse", "sales.order")
    await tell(server, ORDER)
    async with Intruder(server.url_of("warehouse"), "warehouse") as warehouse:
        await read(warehouse, "warehouse", 1)
    url = granted("warehouse", "sales.order,sales.product")
    await tell(server, PRODUCT)
    async with Intruder(url, "warehouse") as warehouse:
        assert PRODUCT in await read(warehouse, "warehouse", 1)


async def test_what_was_revoked_is_over_at_once_and_disturbs_nobody_else(up, server, granted):
    url = granted("warehouse", "sales.order")
    listed = crm("events", "grants", folder=up.checkout.run).stdout
    assert ["warehouse", "all", "sales.order"] in [it.split() for it in listed.splitlines()]
    async with (
        Intruder(url, "warehouse") as warehouse,
        Intruder(server.url_of("sales"), "sales") as sales,
    ):
        assert crm("events", "revoke", "warehouse", folder=up.checkout.run).returncode == 0
        await becomes(lambda: warehouse.client.is_closed)
        await sales.client.flush()
        assert sales.client.is_connected
        assert sales.told.empty()
    with pytest.raises(nats.errors.Error, match="Authorization Violation"):
        await signed_in(url)
    async with provisioning.administrator(server.url) as js:
        with pytest.raises(nats.js.errors.NotFoundError):
            await js.consumer_info(STREAM, "warehouse")
    again = crm("events", "revoke", "warehouse", folder=up.checkout.run)
    assert again.returncode != 0
    assert "nothing was granted to warehouse" in again.stderr


async def signed_in(url):
    """Speak by hand: the client library leaves its socket open when it is refused."""
    user, _, rest = url.removeprefix("nats://").partition(":")
    password, _, place = rest.partition("@")
    host, port = place.split(":")
    asked = json.dumps({"user": user, "pass": password, "verbose": False})
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        await reader.readline()
        writer.write(f"CONNECT {asked}\r\nPING\r\n".encode())
        if said := (await reader.readline()).decode().removeprefix("-ERR "):
            raise nats.errors.Error(said)
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("name", "aggregates", "more", "said"),
    [
        ("warehouse", "sales.money", (), "nothing is told of sales.money"),
        ("warehouse", "", (), "name at least one aggregate"),
        ("sales", "sales.order", (), "cannot be a subscriber's name"),
        ("sales-customers-customer", "sales.order", (), "cannot be a subscriber's name"),
        ("administrator", "sales.order", (), "cannot be a subscriber's name"),
        ("a.b", "sales.order", (), "cannot be a subscriber's name"),
        ("x" * 41, "sales.order", (), "cannot be a subscriber's name"),
        ("warehouse", "sales.order", ("--tenant", "a.>"), "a tenant's short name"),
    ],
)
def test_what_cannot_be_granted_is_refused_by_name(up, name, aggregates, more, said):
    result = crm(
        "events", "grant", name, "--aggregates", aggregates, *more, folder=up.checkout.run
    )
    assert result.returncode != 0
    assert said in result.stderr
    assert name not in grants.read(up.checkout.nats / "grants.json")


def test_a_grant_is_written_into_an_overlay_as_the_server_takes_it(tmp_path):
    shutil.copytree(ROOT / "deploy/kubernetes/overlays/dev", tmp_path / "mine")
    overlay = str(tmp_path / "mine")
    result = crm(
        "events", "grant", "warehouse", "--aggregates", "sales.order", "--overlay", overlay
    )
    assert result.returncode == 0, result.stderr
    assert "WAREHOUSE_PASSWORD" in result.stdout
    users = (tmp_path / "mine" / "users.conf").read_text()
    (tmp_path / "nats.conf").write_text(
        (ROOT / "deploy/kubernetes/base/nats/nats.conf").read_text()
    )
    (tmp_path / "users.conf").write_text(users)
    names = ("ADMINISTRATOR", "CUSTOMERS", "SALES", "SERVICE_DESK", "GATEWAY", "WAREHOUSE")
    checked = subprocess.run(
        [Path(sys.executable).with_name("nats-server"), "-t", "-c", tmp_path / "nats.conf"],
        env={"POD_NAME": "nats-0", **{f"{it}_PASSWORD": "a-secret" for it in names}},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    kept = json.loads((tmp_path / "mine/migrate/grants.json").read_text())
    assert kept == {"warehouse": {"aggregates": ["sales.order"], "tenant": "*"}}
    assert crm("events", "users", "--check", "--overlay", overlay).returncode == 0
    assert crm("events", "revoke", "warehouse", "--overlay", overlay).returncode == 0
    assert "warehouse" not in (tmp_path / "mine" / "users.conf").read_text()
