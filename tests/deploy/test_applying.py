"""The stream as code: `crm events apply` makes what there should be, and twice is as once."""

import asyncio
import subprocess
from contextlib import ExitStack

import pytest

from deploy.local import binaries, ports
from deploy.stream import facts, provisioning
from services.chassis.streams import STREAM
from tests.support.waiting import until

from .runs import crm

DAY, MIB = 86_400, 1 << 20
MEMBER = """\
host: 127.0.0.1
port: {port}
server_name: n{number}
jetstream {{ store_dir: "{folder}" }}
cluster {{ name: three, listen: "127.0.0.1:{route}", routes: [{routes}] }}
"""


def applied(url, **settings):
    done = crm("events", "apply", NATS_URL=url, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def made(url):
    """Give the stream and its durables, as the server has them."""
    async with provisioning.administrator(url) as js:
        return (await js.stream_info(STREAM)), await js.consumers_info(STREAM)


@pytest.mark.feature("PLT-06")
async def test_the_stream_keeps_what_it_has_and_refuses_what_is_too_much(nats_server):
    applied(nats_server.url)
    info, _ = await made(nats_server.url)
    kept = info.config
    assert (kept.subjects, kept.storage, kept.retention) == (["crm.>"], "file", "limits")
    assert (kept.discard, kept.max_bytes, kept.max_age) == ("new", 4096 * MIB, 14 * DAY)
    assert (kept.deny_delete, kept.deny_purge, kept.allow_direct) == (True, True, True)
    assert (kept.allow_atomic, kept.duplicate_window, kept.num_replicas) == (True, 3600, 1)


@pytest.mark.feature("PLT-06")
async def test_every_reader_has_a_durable_that_filters_by_aggregate(nats_server):
    applied(nats_server.url)
    _, durables = await made(nats_server.url)
    wanted = {
        f"{reader}-{service}-{aggregate}": [f"crm.*.{service}.{aggregate}.>"]
        for reader in facts.names()
        for service, aggregate in facts.read_by(reader)
    }
    found = {it.name: it.config.filter_subjects or [it.config.filter_subject] for it in durables}
    assert found == wanted
    assert {it.config.ack_policy for it in durables} == {"explicit"}
    assert {it.config.max_deliver for it in durables} == {-1}


async def test_applied_again_it_changes_what_was_set_otherwise_and_loses_nothing(nats_server):
    said = applied(nats_server.url)
    async with provisioning.administrator(nats_server.url) as js:
        await js.publish("crm.default.sales.order.placed.v1.0", b"{}")
    assert applied(nats_server.url) == said
    applied(nats_server.url, STREAM_MAX_BYTES=str(64 * MIB), STREAM_DAYS="3")
    info, durables = await made(nats_server.url)
    assert (info.config.max_bytes, info.config.max_age) == (64 * MIB, 3 * DAY)
    assert info.state.messages == 1
    (told,) = [it.num_pending for it in durables if it.name == "customers-sales-order"]
    assert told == 1


def test_settings_that_cannot_be_are_refused_before_anything_is_made(nats_server):
    done = crm("events", "apply", NATS_URL=nats_server.url, STREAM_REPLICAS="9")
    assert done.returncode != 0
    with pytest.raises(Exception, match="stream not found"):
        asyncio.run(made(nats_server.url))


@pytest.fixture
def three(tmp_path):
    """Three servers that are one."""
    clients, routes = ([ports.any_free() for _ in range(3)] for _ in range(2))
    with ExitStack() as stack:
        for number, (port, route) in enumerate(zip(clients, routes, strict=True)):
            others = ", ".join(f'"nats://127.0.0.1:{it}"' for it in routes if it != route)
            folder = tmp_path / str(number)
            folder.mkdir()
            (folder / "conf").write_text(
                MEMBER.format(port=port, number=number, folder=folder, route=route, routes=others)
            )
            server = subprocess.Popen(
                [binaries.nats_server(), "-c", folder / "conf"], stderr=subprocess.DEVNULL
            )
            stack.callback(server.wait, 20)
            stack.callback(server.kill)
        yield [f"nats://127.0.0.1:{it}" for it in clients]


@pytest.mark.feature("PLT-06")
async def test_as_many_servers_as_are_wanted_keep_the_stream_and_its_readers_places(three):
    async def is_made():
        done = await asyncio.to_thread(
            crm, "events", "apply", NATS_URL=three[0], STREAM_REPLICAS="3"
        )
        return done.returncode == 0  # until the three have found each other, they refuse

    await until(is_made, 60)
    info, durables = await made(three[1])
    assert info.config.num_replicas == 3
    assert {info.cluster.leader, *(it.name for it in info.cluster.replicas)} == {"n0", "n1", "n2"}
    assert {len(it.cluster.replicas) for it in durables} == {2}
