"""The desk as a program: it follows customers, answers the graph, tells what happened, stops."""

import asyncio
import json
import os
import signal
import sys
from datetime import timedelta

import aiohttp
import pytest

from deploy.local import ports
from deploy.local.checkout import ROOT
from deploy.stream import provisioning
from deploy.stream.provisioning import DurableMade
from services.chassis.actor import ActorKind
from services.chassis.ids import new_id
from services.chassis.pulling import Durable
from services.chassis.streams import STREAM
from services.chassis.tokens import Identity, Signer, new_key
from tests.service_desk.desk import RESULT
from tests.support.telling import SMALL, tell
from tests.support.waiting import until

OPEN = f"mutation($input: OpenCaseInput!) {{ done: openCase(input: $input) {RESULT} }}"


class Program:
    """The program in a process of its own, and the gateway's key to speak to it."""

    def __init__(self, folder, database, nats_url):
        self.folder = folder
        self.database = database
        self.nats_url = nats_url
        self.address = f"127.0.0.1:{ports.any_free()}"
        self.gateway = Signer("gateway", new_key())

    async def start(self):
        key, jwks = self.folder / "service_desk.jwk", self.folder / "gateway.jwks"
        key.write_text(json.dumps(new_key().as_dict(private=True)))
        jwks.write_text(json.dumps(self.gateway.jwks()))
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.service_desk.main",
            cwd=ROOT,
            env={
                **os.environ,
                "HTTP_LISTEN": self.address,
                "GRPC_LISTEN": f"127.0.0.1:{ports.any_free()}",
                "DATABASE_URL": self.database.app_url,
                "WORKER_DATABASE_URL": self.database.worker_url,
                "NATS_URL": self.nats_url,
                "SIGNING_KEY_FILE": str(key),
                "TRUSTED_ISSUERS": json.dumps({"gateway": str(jwks)}),
            },
        )
        self.session = aiohttp.ClientSession()
        await until(self.is_ready)

    async def is_ready(self):
        assert self.process.returncode is None
        try:
            async with self.session.get(f"http://{self.address}/readyz") as response:
                return response.status == 200
        except aiohttp.ClientConnectionError:
            return False

    async def ask(self, document, tenant, person, **variables):
        identity = Identity(tenant, person, ActorKind.USER)
        life = timedelta(minutes=1)
        token = self.gateway.sign(identity, audience="service_desk", life=life)
        async with self.session.post(
            f"http://{self.address}/graphql",
            json={"query": document, "variables": variables},
            headers={"authorization": f"Bearer {token}"},
        ) as response:
            return await response.json()

    async def stop(self):
        await self.session.close()
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 30)


@pytest.fixture
async def program(desk_database, nats_server, tmp_path):
    program = Program(tmp_path, desk_database, nats_server.url)
    await program.start()
    yield program
    await program.stop()


async def test_the_desk_follows_answers_tells_and_stops(program, desk, stream):
    agent = {"staffUserId": new_id("usr"), "roles": ["SERVICE_AGENT"], "isActive": True}
    person = agent["staffUserId"]
    given = {"customerId": new_id("cus"), "subject": "The lamp does not burn"}

    async def opened():
        answer = await program.ask(OPEN, desk.tenant, person, input=given)
        return answer["data"]["done"]["case"]

    durables = provisioning.of_service("service_desk")
    await provisioning.apply(stream.jetstream, SMALL, durables)
    assert await opened() is None  # nobody here knows this person yet
    await tell(stream, desk.tenant, "customers.staff_user.created.v1", person, 1, **agent)
    case = await until(opened)
    wanted = DurableMade("test", (f"crm.{desk.tenant}.service_desk.case.>",))
    await stream.jetstream.add_consumer(STREAM, wanted.configuration())
    told = Durable(stream, "test")
    async for message in told.messages():
        envelope = json.loads(message.data)
        assert (envelope["type"], envelope["subject"]) == (
            "service_desk.case.opened.v1",
            case["id"],
        )
        assert "lamp" not in str(envelope)
        break
    assert await program.stop() == 0
