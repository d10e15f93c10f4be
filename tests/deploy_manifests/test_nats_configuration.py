"""The stream's configuration as shipped: each service tells its own facts and nobody else's."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import nats
import pytest
from nats.js.api import StreamConfig

from deploy.policy.manifests import of_kind, render
from tests.guards.tree import ROOT

SERVER = Path(sys.executable).with_name("nats-server")
USERS = {"customers": "c-secret", "sales": "s-secret", "service_desk": "d-secret"}
PATIENCE = 20


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Start a real server on the configuration as rendered, but for its folder and its ports."""
    folder = tmp_path_factory.mktemp("nats")
    rendered = render(ROOT / "deploy" / "kubernetes" / "overlays" / "dev")
    settings = [each for each in of_kind(rendered, "ConfigMap") if "nats.conf" in each["data"]]
    text = settings[0]["data"]["nats.conf"]
    for shipped, ours in {
        "/data": str(folder),
        "port: 4222": f'port: -1\nhost: 127.0.0.1\nports_file_dir: "{folder}"',
        "http_port: 8222": "",
        "9GB": "64MB",
    }.items():
        assert shipped in text
        text = text.replace(shipped, ours, 1)
    (folder / "nats.conf").write_text(text)
    passwords = {f"{user.upper()}_PASSWORD": password for user, password in USERS.items()}
    server = subprocess.Popen(
        [SERVER, "-c", folder / "nats.conf"],
        env={**os.environ, "POD_NAME": "nats-0", **passwords},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield asyncio.run(_listening(server, folder))
    finally:
        server.terminate()
        server.wait(PATIENCE)


async def _listening(server, folder):
    async with asyncio.timeout(PATIENCE):
        while not (files := list(folder.glob("*.ports"))) or not files[0].read_text():
            assert server.poll() is None
            await asyncio.sleep(0.02)
    return files[0].read_text().split('"nats":["nats://')[1].split('"')[0]


async def connect(address, user, password, told=None):
    async def tell(error):
        if told is not None:
            await told.put(str(error))

    url = f"nats://{user}:{password}@{address}"
    return await nats.connect(url, allow_reconnect=False, error_cb=tell)


@pytest.mark.parametrize("user", USERS)
async def test_a_service_tells_its_own_facts_and_nobody_elses(address, user):
    told: asyncio.Queue[str] = asyncio.Queue()
    client = await connect(address, user, USERS[user], told)
    heard = await client.subscribe("crm.>")
    for other in USERS.keys() - {user}:
        await client.publish(f"crm.default.{other}.thing.made.v1.0", b"{}")
        refusal = await asyncio.wait_for(told.get(), PATIENCE)
        assert f'permissions violation for publish to "crm.default.{other}' in refusal
    await client.publish(f"crm.default.{user}.thing.made.v1.0", b"{}")
    assert (await heard.next_msg(PATIENCE)).subject.split(".")[2] == user
    assert told.empty()
    await client.close()


async def test_a_service_keeps_a_stream_and_reads_it(address):
    client = await connect(address, "sales", USERS["sales"])
    stream = client.jetstream()
    await stream.add_stream(StreamConfig(name="CRM", subjects=["crm.>"]))
    await stream.publish("crm.default.sales.order.confirmed.v1.3", b"{}")
    reader = await stream.pull_subscribe("crm.>", durable="desk", stream="CRM")
    messages = await reader.fetch(1, timeout=PATIENCE)
    assert [message.subject for message in messages] == ["crm.default.sales.order.confirmed.v1.3"]
    await messages[0].ack_sync(timeout=PATIENCE)
    await client.close()


@pytest.mark.parametrize(("user", "password"), [("sales", "wrong"), ("nobody", "c-secret")])
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


def test_the_server_takes_the_configuration_as_it_is(tmp_path):
    text = (ROOT / "deploy/kubernetes/base/nats/nats.conf").read_text()
    (tmp_path / "nats.conf").write_text(text)
    passwords = {f"{user.upper()}_PASSWORD": "a-secret" for user in USERS}
    result = subprocess.run(
        [SERVER, "-t", "-c", tmp_path / "nats.conf"],
        env={**os.environ, "POD_NAME": "nats-0", **passwords},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.returncode == 0, result.stderr
