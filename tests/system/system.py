"""Four programs on two servers, as `make run` starts them, and a company that asks them."""

import asyncio
import json
import os
import signal
from functools import partial

import aiohttp
import asyncpg

from deploy.cli.migrating import migrate_one
from deploy.local import databases, keys, ports, processes, programs
from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.local.programs import Ground
from deploy.local.readiness import is_ready
from deploy.local.settings import LocalSettings
from deploy.stream import provisioning
from deploy.stream.provisioning import StreamLimits
from services.chassis.ids import new_id
from services.customers import maintenance
from tests.support.asking import capitalised, uncapitalised
from tests.support.waiting import until

PATIENCE = 120
"""Until a program stands, also on a machine that has much else to do."""
PASSWORD = "a password for tests"
LISTS = "{ customers(first: 1) { nodes { id } } orders(first: 1) { nodes { id } } cases(first: 1) { nodes { id } } }"  # noqa: E501  # one line to be read as one


class System:
    """Start it from a thread that lives as long as it should: its processes end with it."""

    def __init__(self, folder, sockets, *, durable=False):
        self.folder = folder
        self.durable = durable
        self.sockets = sockets
        self.running = {}
        self.programs = {}

    def start(self):
        self.postgres = Postgres(self.folder / "postgres", durable=self.durable)
        admin_url = self.postgres.start()
        self.nats = Nats(self.folder / "nats", durable=self.durable)
        nats_url = self.nats.start()
        self.databases = asyncio.run(databases.make(admin_url, self.folder / "keys"))
        for name, database in self.databases.items():
            migrate_one(name, database.owner_url)
        made = keys.make(self.folder / "keys")
        asyncio.run(provisioning.apply_at(nats_url, StreamLimits(), []))
        ground = self.ground(made)
        settings = LocalSettings(gateway_port=ports.any_free(), run_folder=self.folder)
        self.keys, self.nats_url = made, nats_url
        self.graph_url = f"http://{ports.HOST}:{settings.gateway_port}/graphql"
        started = self.parts(ground, settings)
        for it in started:
            self.programs[it.name] = it
            self.launch(it.name)
        for it in started:
            self.await_ready(it.name)

    def ground(self, made):
        """Say how programs reach the servers."""
        nats_urls = {name: self.nats.url_of(name) for name in (*self.databases, "gateway")}
        return Ground(self.databases, nats_urls, made, self.sockets)

    def parts(self, ground, settings):
        """Name the programs that are started."""
        return [*programs.services(ground, settings), programs.gateway(ground, settings, {})]

    def launch(self, name):
        program = self.programs[name]
        self.running[name] = processes.start(
            program.command, log=self.log(name), environment=program.environment
        )

    def await_ready(self, name):
        ready = partial(is_ready, self.programs[name].address)
        log = self.log(name)
        processes.await_ready(name, self.running[name], ready, log=log, patience=PATIENCE)

    def log(self, name):
        return self.folder / f"{name}.log"

    def kill(self, name, by=signal.SIGKILL):
        """End a program; the signal reaches it, not the launcher that it was."""
        process = self.running[name]
        os.kill(process.pid, by)
        process.wait(20)

    def restart(self, name):
        self.launch(name)
        self.await_ready(name)

    def stop(self):
        for process in self.running.values():
            processes.stop(process, signal.SIGTERM)
        self.nats.stop()
        self.postgres.stop()

    async def rows(self, service, tenant, statement):
        """Read a service's database as its own role, within a company."""
        connection = await asyncpg.connect(self.databases[service].app_url)
        try:
            async with connection.transaction():
                await connection.execute("SELECT set_config('app.tenant', $1, true)", tenant)
                return await connection.fetch(statement)
        finally:
            await connection.close()

    async def pending(self, service):
        """Count the events that have not reached the stream."""
        connection = await asyncpg.connect(self.databases[service].worker_url)
        try:
            return await connection.fetchval("SELECT count(*) FROM event_pending")
        finally:
            await connection.close()


class Company:
    """A tenant with an administrator who is signed in; it asks through the gateway."""

    def __init__(self, system):
        self.system = system
        self.tenant = new_id("t").replace("_", "-")
        self.email = "ada@company.example"
        self.token = ""

    async def found(self):
        await maintenance.create_tenant(
            self.system.databases["customers"].app_url,
            slug=self.tenant,
            name="Company",
            administrator=self.email,
            password=PASSWORD,
        )
        self.token = await self.sign_in(self.email)
        await until(self._known_everywhere)

    async def _known_everywhere(self):
        return "errors" not in await self.answer(LISTS)

    async def sign_in(self, email, password=PASSWORD):
        document = """mutation($t: String!, $e: String!, $p: String!) {
            signIn(tenant: $t, email: $e, password: $p) { token userErrors { reason } } }"""
        done = (await self.ask(document, token="", t=self.tenant, e=email, p=password))["signIn"]
        assert done["userErrors"] == [], done
        return done["token"]

    async def post(self, body, *, token=None, headers=None):
        """Give the status and the body of an answer."""
        token = self.token if token is None else token
        sent = {"content-type": "application/json"} | (headers or {})
        if token:
            sent["authorization"] = f"Bearer {token}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.system.graph_url, data=body, headers=sent) as response,
        ):
            return response.status, json.loads(await response.read())

    async def answer(self, document, *, token=None, **variables):
        body = json.dumps({"query": document, "variables": variables})
        return (await self.post(body, token=token))[1]

    async def ask(self, document, *, token=None, **variables):
        """Ask, and take it that all of it is answered."""
        answer = await self.answer(document, token=token, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def make(self, deed, given):
        """Do a deed that makes a record, and give its id."""
        done = await self.tried(deed, given)
        assert done["userErrors"] == [], done
        (record,) = [it for name, it in done.items() if name not in ("userErrors", "events")]
        return record["id"]

    async def tried(self, deed, given):
        kind = capitalised(deed)
        document = f"""mutation($i: {kind}Input!) {{ done: {deed}(input: $i) {{
            {record_of(deed)} {{ id }}
            events {{ id type }} userErrors {{ code reason path }} }} }}"""
        return (await self.ask(document, i=given))["done"]

    async def do(self, deed, id, given=None):
        """Do a deed with a record, and give what it answered."""
        kind = capitalised(deed)
        declared = f"$id: ID!, $i: {kind}Input!" if given else "$id: ID!"
        argued = "id: $id, input: $i" if given else "id: $id"
        document = f"""mutation({declared}) {{ done: {deed}({argued}) {{
            events {{ id type }} userErrors {{ code reason path }} }} }}"""
        variables = {"id": id, "i": given} if given else {"id": id}
        return (await self.ask(document, **variables))["done"]

    async def customer(self, name="Nordlicht", **given):
        return await self.make("createCustomer", {"name": name} | given)

    async def order(self, customer, *, steps=()):
        """Draw up an order of one product, and take it some steps further."""
        product = await self.make("createProduct", {"name": "Lamp"})
        given = {"customerId": customer, "currency": "EUR"}
        order = await self.make("createOrder", given)
        price = {"amount": "10.00", "currency": "EUR"}
        line = {"orderId": order, "productId": product, "quantity": "3", "unitPrice": price}
        await self.make("createOrderLine", line | {"discountPercent": "10"})
        for step in steps:
            done = await self.do(step, order)
            assert done["userErrors"] == [], (step, done)
        return order


def record_of(deed):
    """Name the field of a deed's payload that holds its record: `order` of `placeOrder`."""
    at = next(n for n, letter in enumerate(deed) if letter.isupper())
    return uncapitalised(deed[at:])
