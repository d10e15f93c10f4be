"""The stream's configuration as shipped: who may do what, and that nobody may do more."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nats.js.errors import NotFoundError

from deploy.policy.manifests import of_kind, render
from deploy.stream import facts, provisioning, rights
from deploy.stream.grants import Grant
from deploy.stream.provisioning import StreamLimits
from services.chassis.ending import end
from services.chassis.poking import Poke
from services.chassis.streams import STREAM, Stream, durable_name, poke_of
from tests.guards.tree import ROOT
from tests.support.intruding import Intruder

SERVER = Path(sys.executable).with_name("nats-server")
SERVICES = ("customers", "sales", "service_desk")
PASSWORDS = {user: f"{user}-secret" for user in ("administrator", "gateway", *SERVICES)}
PATIENCE = 20
FEED = ("a message by its number", "a message directly")
"""What only the service may call that serves the feed of events."""


@pytest.fixture(scope="module")
def configuration(tmp_path_factory):
    """Write the configuration as rendered, but for its folder and its ports."""
    folder = tmp_path_factory.mktemp("nats")
    rendered = render(ROOT / "deploy" / "kubernetes" / "overlays" / "dev")
    (files,) = [it["data"] for it in of_kind(rendered, "ConfigMap") if "nats.conf" in it["data"]]
    for shipped, ours in {
        "/data": str(folder),
        "port: 4222": f'port: -1\nhost: 127.0.0.1\nports_file_dir: "{folder}"',
        "http_port: 8222": "",
        "9GB": "512MB",
    }.items():
        assert shipped in files["nats.conf"]
        files["nats.conf"] = files["nats.conf"].replace(shipped, ours, 1)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder / "nats.conf"


@pytest.fixture(scope="module")
def environment():
    passwords = {f"{user.upper()}_PASSWORD": it for user, it in PASSWORDS.items()}
    return {**os.environ, "POD_NAME": "nats-0", **passwords}


@pytest.fixture(scope="module")
def address(configuration, environment):
    """Start a real server on it, with the stream and the durables as the job makes them."""
    server = subprocess.Popen(
        [SERVER, "-c", configuration], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        address = asyncio.run(_listening(server, configuration.parent))
        limits = StreamLimits(max_bytes=64 << 20)
        asyncio.run(provisioning.apply_at(url_of(address, "administrator"), limits, []))
        yield address
    finally:
        server.terminate()
        server.wait(PATIENCE)


async def _listening(server, folder):
    async with asyncio.timeout(PATIENCE):
        while not (files := list(folder.glob("*.ports"))) or not files[0].read_text():
            assert server.poll() is None
            await asyncio.sleep(0.02)
    return files[0].read_text().split('"nats":["nats://')[1].split('"')[0]


def url_of(address, user):
    return f"nats://{user}:{PASSWORDS[user]}@{address}"


async def told_so_far(address):
    async with provisioning.administrator(url_of(address, "administrator")) as js:
        return (await js.stream_info(STREAM)).state.messages


@pytest.mark.feature("PLT-06")
@pytest.mark.parametrize("user", SERVICES)
async def test_a_service_tells_its_own_facts_and_nobody_elses(address, user):
    before = await told_so_far(address)
    async with Intruder(url_of(address, user), user) as service:
        for other in {*SERVICES} - {user}:
            await service.cannot_publish(f"crm.default.{other}.thing.made.v1.0")
        await service.cannot_publish("crm.default")
        fact = f"crm.default.{user}.thing.made.v1.0"
        assert (await service.client.jetstream().publish(fact, b"{}")).stream == STREAM
        assert service.told.empty()
    assert await told_so_far(address) == before + 1


@pytest.mark.feature("PLT-06")
@pytest.mark.parametrize("user", SERVICES)
async def test_a_service_gets_nothing_of_the_stream_but_through_its_durables(address, user):
    before = await told_so_far(address)
    async with Intruder(url_of(address, user), user) as service:
        await service.cannot_get_anything(but=FEED if user == rights.FEEDING else ())
        for other in {*SERVICES} - {user}:
            durable = durable_name(other, *facts.read_by(other)[0])
            await service.cannot_call(f"CONSUMER.MSG.NEXT.{STREAM}.{durable}", {"batch": 1})
            await service.cannot_call(f"CONSUMER.INFO.{STREAM}.{durable}", {})
            await service.cannot_publish(f"$JS.ACK.{STREAM}.{durable}.1.1.1.1.0")
            await service.cannot_publish(f"$JS.ACK._.x.{STREAM}.{durable}.1.1.1.1.0")
            await service.cannot_publish(f"_INBOX_{other}.answer")
            await service.cannot_publish(poke_of(other))
            await service.cannot_hear(poke_of(other))
        own = durable_name(user, *facts.read_by(user)[0])
        await service.cannot_call(f"CONSUMER.DURABLE.CREATE.{STREAM}.{own}", {})
        await service.cannot_call(f"CONSUMER.DELETE.{STREAM}.{own}", {})
        assert service.told.empty()
    assert await told_so_far(address) == before
    async with provisioning.administrator(url_of(address, "administrator")) as js:
        with pytest.raises(NotFoundError):
            await js.consumer_info(STREAM, "wide")


@pytest.mark.feature("PLT-06")
async def test_the_feeds_service_alone_reads_the_stream_itself_and_nobody_from_outside(address):
    for user in SERVICES:
        allowed = set(rights.service_user(user).publish)
        assert (set(rights.READS) <= allowed) is (user == rights.FEEDING)
        assert bool(set(rights.READS) & allowed) is (user == rights.FEEDING)
    granted = Grant("warehouse", ("sales.order",))
    assert not set(rights.READS) & set(rights.outside_user(granted).publish)
    written = rights.configuration([granted], lambda _name: "secret")
    assert all(written.count(it) == 1 for it in rights.READS)
    fact = f"crm.default.{rights.FEEDING}.thing.made.v1.0"
    async with Intruder(url_of(address, rights.FEEDING), rights.FEEDING) as service:
        js = service.client.jetstream()
        told = await js.publish(fact, b"{}")
        for directly in (False, True):
            found = await js.get_msg(STREAM, seq=told.seq, direct=directly)
            assert found.subject == fact
        assert (await js.stream_info(STREAM)).state.last_seq == told.seq
        assert service.told.empty()


@pytest.mark.parametrize("user", SERVICES)
async def test_a_service_reads_what_it_subscribed_to_and_acknowledges_in_both_forms(address, user):
    service, aggregate = facts.read_by(user)[0]
    fact = f"crm.default.{service}.{aggregate}.made.v1.0"
    durable = durable_name(user, service, aggregate)
    async with provisioning.administrator(url_of(address, "administrator")) as js:
        await js.publish(fact, b"{}")
        await js.publish(fact, b"{}")
    async with Intruder(url_of(address, user), user) as reader:
        js = reader.client.jetstream()
        prefix = f"_INBOX_{user}.".encode()
        pulled = await js.pull_subscribe_bind(durable, STREAM, inbox_prefix=prefix)
        first, second, *rest = await pulled.fetch(10, timeout=2)
        for it in (first, *rest):
            await it.ack_sync(timeout=PATIENCE)
        old = second.reply.split(".")
        await reader.client.publish(".".join([*old[:2], "_", "anybody", *old[2:], "x"]), b"+ACK")
        await second.ack_sync(timeout=PATIENCE)
        info = await js.consumer_info(STREAM, durable)
        assert (info.num_ack_pending, info.num_pending) == (0, 0)
        assert reader.told.empty()


@pytest.mark.parametrize(("user", "password"), [("sales", "wrong"), ("nobody", "sales-secret")])
async def test_a_stranger_is_not_let_in(address, user, password):
    """Spoken by hand: the client library leaves its socket open when it is refused."""
    host, port = address.split(":")
    asked = json.dumps({"user": user, "pass": password, "verbose": False})
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(host, int(port))
        await reader.readline()
        writer.write(f"CONNECT {asked}\r\nPING\r\n".encode())
        assert await reader.readline() == b"-ERR 'Authorization Violation'\r\n"
        writer.close()


@pytest.mark.feature("PLT-06")
async def test_the_gateway_hears_what_feeds_its_fields_and_tells_nothing(address):
    before = await told_so_far(address)
    async with Intruder(url_of(address, rights.GATEWAY), rights.GATEWAY) as gateway:
        await gateway.cannot_get_anything()
        for service in SERVICES:
            await gateway.cannot_publish(f"crm.default.{service}.thing.made.v1.0")
            await gateway.cannot_publish(f"_INBOX_{service}.answer")
            await gateway.cannot_hear(poke_of(service))
        for unheard in ("*.>", "default.customers.>", "default.customers.staff_user.>"):
            await gateway.cannot_hear(f"crm.{unheard}")
        heard = await gateway.client.subscribe("crm.default.customers.customer.>")
        await gateway.client.flush()
        async with Intruder(url_of(address, "customers"), "customers") as service:
            fact = "crm.default.customers.customer.created.v1.0"
            await service.client.jetstream().publish(fact, b"{}")
        assert (await heard.next_msg(PATIENCE)).data == b"{}"
        assert gateway.told.empty()
    assert await told_so_far(address) == before + 1


@pytest.mark.parametrize("user", SERVICES)
async def test_a_services_programs_may_poke_each_other_and_it_hears_no_poke_of_its_own(
    address, user
):
    worker, web = (Stream(url_of(address, user), name=user) for _ in range(2))
    heard = asyncio.Event()
    worker.hear(poke_of(user), heard.set)
    web.hear(poke_of(user), lambda: pytest.fail("it heard itself"))
    try:
        await worker.opened()
        await worker.client.flush()
        poke = Poke(web, user)
        sending = asyncio.create_task(poke.run())
        poke.send()
        await asyncio.wait_for(heard.wait(), PATIENCE)
        await web.client.flush()
        await end([sending])
    finally:
        await worker.close()
        await web.close()


def test_what_it_acknowledges_is_on_the_disk(configuration):
    assert "sync_interval: always" in configuration.read_text()
    assert StreamLimits().configuration().persist_mode in (None, "default")


def test_the_server_takes_the_configuration_as_it_is(tmp_path, environment):
    for name in ("nats.conf", "users.conf"):
        text = (ROOT / "deploy/kubernetes/base/nats" / name).read_text()
        (tmp_path / name).write_text(text)
    result = subprocess.run(
        [SERVER, "-t", "-c", tmp_path / "nats.conf"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.returncode == 0, result.stderr
