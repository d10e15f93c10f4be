"""A service's door: what it answers, what it refuses, how it begins and how it ends."""

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager
from io import BytesIO

import aiohttp
import orjson
import pytest
from sqlalchemy import text

from deploy.local import ports
from deploy.stream import provisioning
from services.chassis import endpoint
from services.chassis.actor import Actor, ActorKind
from services.chassis.asking import Channel
from services.chassis.database import connect, reading
from services.chassis.service import Service
from services.chassis.settings import ServiceSettings
from services.chassis.tokens import Identity
from tests.support.identities import GATEWAY, SALES, TOY, bearer
from tests.support.telling import SMALL, durables_of
from tests.support.waiting import until
from tests.toy import subscribers
from tests.toy.main import parts
from tests.toy.rpc import toy_pb2

CREATE = """mutation($name: String!) {
    createShip(input: {name: $name}) { ship { id name } userErrors { code } }
}"""
USER = Actor("default", "usr_1", ActorKind.USER)
LIST = "{ ships { nodes { name } } }"


@pytest.fixture
async def told(database, nats_server, stream, tmp_path):
    """The toy's settings, by the names that the environment has; its durables are there."""
    await provisioning.apply(stream.jetstream, SMALL, durables_of(subscribers.subscriptions))
    own, trusted = tmp_path / "toy.key.json", {}
    own.write_text(json.dumps(TOY.key.as_dict(private=True)))
    for it in (GATEWAY, SALES):
        trusted[it.issuer] = str(tmp_path / f"{it.issuer}.jwks.json")
        (tmp_path / f"{it.issuer}.jwks.json").write_text(json.dumps(it.jwks()))
    return {
        "HTTP_LISTEN": "127.0.0.1:0",
        "GRPC_LISTEN": f"unix:{tmp_path}/toy.grpc",
        "DATABASE_URL": database.app_url,
        "WORKER_DATABASE_URL": database.worker_url,
        "NATS_URL": nats_server.url,
        "SIGNING_KEY_FILE": str(own),
        "TRUSTED_ISSUERS": json.dumps(trusted),
        "DRAIN_SECONDS": "5",
        "START_SECONDS": "20",
    }


def settings_of(told):
    values = {name.lower(): value for name, value in told.items()}
    return ServiceSettings(**values | {"trusted_issuers": json.loads(told["TRUSTED_ISSUERS"])})


@asynccontextmanager
async def standing(told, role="all", parts=parts):
    service = Service(parts, settings_of(told))
    try:
        await service.start(role)
        assert service.http
        async with aiohttp.ClientSession(f"http://127.0.0.1:{service.http.port}") as client:
            yield Door(service, client)
    finally:
        await service.stop()


class Door:
    """Asks over HTTP, as the gateway would."""

    def __init__(self, service, client):
        self.service = service
        self.client = client

    async def get(self, path):
        async with self.client.get(path) as answer:
            return answer.status, await answer.text()

    async def post(self, body, *, identity=None, **headers):
        headers = {
            "content-type": "application/json",
            "authorization": bearer(identity) if identity else bearer(),
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        sent = body if isinstance(body, bytes | BytesIO) else orjson.dumps(body)
        async with self.client.post("/graphql", data=sent, headers=headers) as answer:
            return answer.status, json.loads(await answer.read()), answer.headers

    async def ask(self, query, **variables):
        status, answer, _ = await self.post({"query": query, "variables": variables})
        assert status == 200
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


@pytest.fixture
async def door(told):
    async with standing(told, "web") as door:
        yield door


async def test_what_is_written_by_one_request_is_read_by_the_next(door):
    made = await door.ask(CREATE, name="Ann")
    assert made["createShip"]["userErrors"] == []
    assert await door.ask(LIST) == {"ships": {"nodes": [{"name": "Ann"}]}}


async def test_what_one_company_wrote_another_does_not_see(door):
    await door.ask(CREATE, name="Ann")
    stranger = Identity("other", "usr_1", ActorKind.USER)
    _, answer, _ = await door.post({"query": LIST}, identity=stranger)
    assert answer["data"] == {"ships": {"nodes": []}}


async def test_the_caller_goes_on_with_its_trace(door):
    _, answer, headers = await door.post({"query": "{ nothing }"}, x_request_id="req_mine")
    assert headers["x-request-id"] == "req_mine"
    assert answer["errors"][0]["extensions"] == {"code": "BAD_REQUEST", "requestId": "req_mine"}


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer nonsense", "Basic dXNlcg==", bearer(audience="sales"), bearer(life=-100)],
    ids=["none", "nonsense", "another scheme", "another audience", "expired"],
)
async def test_who_has_no_token_for_us_is_not_let_in(door, authorization):
    status, answer, headers = await door.post({"query": LIST}, authorization=authorization)
    assert (status, code_of(answer)) == (401, "UNAUTHENTICATED")
    assert headers["www-authenticate"] == "Bearer"
    assert "data" not in answer


def code_of(answer):
    (error,) = answer["errors"]
    return error["extensions"]["code"]


async def test_the_anonymous_are_let_in_and_see_nothing(door):
    nobody = Identity("default", "anonymous", ActorKind.ANONYMOUS)
    status, answer, _ = await door.post({"query": LIST}, identity=nobody)
    assert status == 200
    assert code_of(answer) == "FORBIDDEN"


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"not json", b"[]", b'"text"', b"{}", b'{"query": 1}', b'{"query": "\xff"}'),
        orjson.dumps({"query": LIST, "variables": []}),
        orjson.dumps({"query": LIST, "operationName": 1}),
        orjson.dumps({"query": "{"}),
    ],
)
async def test_a_malformed_request_is_told_so(door, body):
    status, answer, _ = await door.post(body)
    assert status in (200, 400)
    assert code_of(answer) == "BAD_REQUEST"
    assert "data" not in answer


TWO = (
    f'query List {LIST} mutation Make {{ createShip(input: {{name: "Ann"}}) {{ ship {{ id }} }} }}'
)


@pytest.mark.parametrize("name", [None, "Sink"])
async def test_a_document_of_several_operations_runs_none_that_was_not_named(door, name):
    status, answer, _ = await door.post({"query": TWO, "operationName": name})
    assert (status, code_of(answer)) == (200, "BAD_REQUEST")
    assert await door.ask(LIST) == {"ships": {"nodes": []}}
    _, answer, _ = await door.post({"query": TWO, "operationName": "List"})
    assert answer == {"data": {"ships": {"nodes": []}}}


async def test_only_json_is_taken(door):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        status, answer, _ = await door.post({"query": LIST}, content_type=kind)
        assert (status, code_of(answer)) == (415, "BAD_REQUEST")
    status, _, _ = await door.post({"query": LIST}, content_type="application/json; charset=utf-8")
    assert status == 200


async def test_a_body_that_is_too_large_is_not_read(door):
    large = orjson.dumps({"query": LIST, "variables": {"x": "x" * endpoint.MAX_BODY}})
    status, answer, _ = await door.post(BytesIO(large))
    assert (status, code_of(answer)) == (413, "BAD_REQUEST")


async def test_a_body_of_untold_length_is_cut_off_too(door):
    async def pieces():
        for _ in range(40):
            yield b"x" * 32_768

    headers = {"content-type": "application/json", "authorization": bearer()}
    async with door.client.post("/graphql", data=pieces(), headers=headers) as answer:
        assert answer.status == 413


async def test_other_methods_are_refused(door):
    async with door.client.get("/graphql", headers={"authorization": bearer()}) as answer:
        assert (answer.status, answer.headers["allow"]) == (405, "POST")


async def test_a_fault_is_masked_and_logged(door, monkeypatch, capsys):
    async def broken(_identity):
        raise LookupError("the password is hunter2")

    monkeypatch.setattr(door.service, "read_actor", broken)
    status, answer, _ = await door.post({"query": LIST}, x_request_id="req_broken")
    assert (status, code_of(answer)) == (500, "INTERNAL")
    assert "hunter2" not in json.dumps(answer)
    assert "a request failed" in capsys.readouterr().out


async def test_an_answer_that_takes_too_long_is_given_up(door, monkeypatch):
    async def slow(_identity):
        await asyncio.sleep(60)

    monkeypatch.setattr(door.service, "read_actor", slow)
    status, answer, _ = await door.post({"query": LIST}, x_deadline_ms="100")
    assert (status, code_of(answer)) == (504, "DEADLINE_EXCEEDED")


async def test_probes_and_pages_stand_beside_the_graph(door):
    for path in ("/livez", "/readyz", "/startupz"):
        assert (await door.get(path))[0] == 200
    await door.ask(LIST)
    status, page = await door.get("/metrics")
    assert status == 200
    assert 'crm_request_seconds_count{door="graph",outcome="ok",service="toy"}' in page
    assert json.loads((await door.get("/.well-known/jwks.json"))[1]) == TOY.jwks()
    assert (await door.get("/docs"))[0] == 404


async def test_a_draining_service_is_alive_and_not_ready(door):
    door.service.health.is_draining = True
    assert [(await door.get(it))[0] for it in ("/livez", "/readyz")] == [200, 503]
    assert await door.ask(LIST) == {"ships": {"nodes": []}}


async def test_a_request_in_flight_is_answered_before_the_end(told, monkeypatch):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(identity):
        begun.set()
        await go_on.wait()
        return await read_actor(identity)

    async with standing(told, "web") as door:
        read_actor = door.service.read_actor
        monkeypatch.setattr(door.service, "read_actor", slow)
        asking = asyncio.create_task(door.ask(LIST))
        await begun.wait()
        stopping = asyncio.create_task(door.service.stop())
        await until(lambda: door.service.health.is_draining)
        go_on.set()
        assert await asking == {"ships": {"nodes": []}}
        await stopping
        with pytest.raises(aiohttp.ClientConnectorError):
            await door.get("/livez")


async def heard(service):
    async with reading(service.engine, "default") as connection:
        query = text("SELECT name, last FROM number_series")
        return {row.name: row.last for row in await connection.execute(query)}


async def test_what_is_told_is_heard_by_the_whole_way_round(told):
    async with standing(told) as door:
        made = [(await door.ask(CREATE, name=name))["createShip"] for name in ("Ann", "Bea")]
        wanted = {it["ship"]["id"]: 1 for it in made}

        async def all_heard():
            return await heard(door.service) == wanted

        await until(all_heard)


async def test_a_worker_reacts_and_answers_no_graph(told):
    async with standing(told, "web") as web, standing(told, "worker") as worker:
        await web.ask(CREATE, name="Ann")
        await until(lambda: heard(worker.service))
        status, _ = await worker.get("/graphql")
        assert status == 404
        assert (await worker.get("/readyz"))[0] == 200


async def test_without_nats_a_service_stands_and_writes(told, nats_server):
    nats_server.stop()
    async with standing(told) as door:
        assert (await door.get("/readyz"))[0] == 200
        await door.ask(CREATE, name="Ann")
        assert await heard(door.service) == {}
        nats_server.start()
        await until(lambda: heard(door.service))


async def test_the_last_event_leaves_before_the_service_does(told, database):
    async with standing(told) as door:
        await until(lambda: door.service.stream.is_connected)
        await door.ask(CREATE, name="Ann")
    engine = connect(database.worker_url, pooled=False)
    async with engine.connect() as connection:
        left = await connection.execute(text("SELECT count(*) FROM event_pending"))
        assert left.scalar_one() == 0
    await engine.dispose()


async def test_another_service_asks_over_the_socket(told):
    async with standing(told):
        channel = Channel(told["GRPC_LISTEN"], audience="toy", signer=SALES)
        asked = toy_pb2.ShipRequest(how="well")
        answer = await channel.ask("toy.v1.Ships/GetShip", asked, toy_pb2.ShipAnswer, actor=USER)
        assert answer.told == "well for usr_1"
        await channel.close()


# The program itself, as an operator starts it.


@asynccontextmanager
async def program(told, *arguments):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.toy.main", *arguments),
        env={"PATH": os.environ["PATH"], **told},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def answers_on(path, probe):
    try:
        async with (
            aiohttp.UnixConnector(path) as connector,
            aiohttp.ClientSession(connector=connector) as client,
            client.get(f"http://toy{probe}") as answer,
        ):
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def test_the_program_serves_on_a_socket_and_ends_well(told, tmp_path):
    told["HTTP_LISTEN"] = f"unix:{tmp_path}/toy.http"
    async with program(told) as process:
        await until(lambda: answers_on(f"{tmp_path}/toy.http", "/readyz"))
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 0
        lines = [json.loads(line) for line in errors.splitlines()]
        assert [it["event"] for it in lines] == ["the service stands", "the service has stopped"]
        assert {it["service"] for it in lines} == {"toy"}


@pytest.mark.parametrize(
    ("change", "arguments", "said"),
    [
        ({"DATABASE_URL": None}, (), "DATABASE_URL: Field required"),
        ({"SIGNING_KEY_FILE": "/nowhere"}, (), "a key file is of no use"),
        ({"DATABASE_URL": "postgresql://toy_app:wrong@{place}/toy"}, (), "password"),
        ({"DATABASE_URL": "postgresql://toy_app:x@127.0.0.1:{free}/toy"}, (), "toy_app"),
        ({"HTTP_LISTEN": "127.0.0.1:{taken}"}, (), "127.0.0.1:{taken}"),
        ({}, ("sideways",), "its role is one of web, worker, all"),
    ],
    ids=["no database", "no key", "wrong password", "nobody there", "port taken", "no such role"],
)
async def test_what_stands_in_the_way_is_said_in_one_sentence(told, change, arguments, said):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        known = {
            "taken": taken.getsockname()[1],
            "free": ports.any_free(),
            "place": told["DATABASE_URL"].rpartition("@")[2].partition("/")[0],
        }
        told["START_SECONDS"] = "0"
        for name, value in change.items():
            told.pop(name)
            if value is not None:
                told[name] = value.format(**known)
        async with program(told, *arguments) as process:
            _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    last = errors.decode().splitlines()[-1]
    assert last.startswith("toy cannot start: ")
    assert said.format(**known) in last
    assert "Traceback" not in errors.decode()
