"""The events over WebSocket, by a library of the field: through gateway, service and stream."""

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from deploy.local.checkout import ROOT
from services.chassis.ids import new_id
from tests.support.waiting import until
from tests.system.system import PASSWORD
from tests.system.test_feed import LIVE, since

EXAMPLE = ROOT / "docs" / "examples" / "live" / "live.py"
PATIENCE = 60
PROTOCOL = Subprotocol("graphql-transport-ws")


def websocket_url(company):
    return company.system.graph_url.replace("http", "ws", 1)


@asynccontextmanager
async def live(company, token=None, **variables):
    """Follow the events; give the socket, on which it was asked for them."""
    async with connect(websocket_url(company), subprotocols=[PROTOCOL]) as socket:
        payload = {"authorization": f"Bearer {token or company.token}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        assert await heard(socket) == {"type": "connection_ack"}
        asked = {"query": LIVE, "variables": variables}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": asked}))
        yield socket


async def heard(socket):
    async with asyncio.timeout(PATIENCE):
        return json.loads(await socket.recv())


@pytest.mark.feature("PLT-06")
async def test_an_event_over_websocket_is_the_one_of_the_feed(company, rival):
    begin = (await since(company, first=500))["endCursor"]
    async with live(company, after=begin) as socket:
        await rival.customer(name="Elsewhere")
        await company.customer(name="Here")
        delivery = (await heard(socket))["payload"]["data"]["events"]
    assert [delivery["event"]] == (await since(company, begin, first=1))["nodes"]
    assert delivery["event"]["body"]["tenant"] == company.tenant


async def test_who_may_not_follow_is_told_so_and_stays_connected(company):
    email = f"{new_id('x')}@company.example"
    given = {"name": "Sam", "email": email, "roles": ["SALES_MANAGER"]}
    manager = await company.make("createStaffUser", given)
    await company.do("setStaffUserPassword", manager, {"password": PASSWORD})
    async with live(company, await company.sign_in(email)) as socket:
        refused = await heard(socket)
        assert (refused["type"], refused["id"]) == ("error", "1")
        assert [it["extensions"]["code"] for it in refused["payload"]] == ["FORBIDDEN"]
        await socket.send(json.dumps({"type": "ping"}))
        assert await heard(socket) == {"type": "pong"}


async def test_a_token_that_is_none_lets_nobody_in(company):
    with pytest.raises(ConnectionClosed) as closed:
        async with live(company, "nonsense"):
            pass
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4403


@pytest.mark.feature("PLT-06")
async def test_the_example_prints_each_event_once_while_programs_end_and_begin(system, company):
    begin = (await since(company, first=500))["endCursor"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(EXAMPLE), begin),
        env={
            "PATH": os.environ["PATH"],
            "CRM_URL": websocket_url(company),
            "CRM_TOKEN": company.token,
        },
        stdout=asyncio.subprocess.PIPE,
    )
    made = []
    try:
        for name in ("customers", "gateway", None):
            made.append(await company.customer(name=f"Before {name} ends"))
            assert await printed(process) == f"1 {made[-1]} customers.customer.created.v1"
            if name:
                system.kill(name)
                system.restart(name)
                await until(company._known_everywhere)
    finally:
        process.kill()
        await process.communicate()


async def printed(process):
    async with asyncio.timeout(PATIENCE):
        return (await process.stdout.readline()).decode().strip()
