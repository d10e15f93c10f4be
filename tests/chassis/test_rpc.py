"""One service asks another: in time, as itself, for somebody, and without saying too much."""

import asyncio
from contextlib import asynccontextmanager

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from services.chassis import telemetry
from services.chassis.actor import Actor, ActorKind
from services.chassis.asking import Channel
from services.chassis.refusals import (
    DependencyUnavailable,
    Forbidden,
    Invalid,
    NotFound,
    Refusals,
    Required,
)
from services.chassis.rpc import MASKED, Answers, RpcServer
from services.chassis.tokens import Identity
from services.chassis.work import Works
from tests.support.contracts import toy_contract
from tests.support.identities import SALES, TOY, VERIFIER, bearer, read_actor
from tests.support.waiting import until

METHOD = "toy.v1.Ships/GetShip"
USER = Actor("default", "usr_1", ActorKind.USER)
pb2 = toy_contract()
SHIPS = pb2.DESCRIPTOR.services_by_name["Ships"]


class Harbour:
    """Answers as it is asked to, and remembers who asked."""

    def __init__(self):
        self.answers = Answers(SHIPS)
        self.answers.to("GetShip")(self.get_ship)
        self.calls = []
        self.traces = []
        self.cancelled = asyncio.Event()
        self.release = asyncio.Event()

    async def get_ship(self, call, asked):
        self.calls.append(call)
        self.traces.append(telemetry.current())
        if refusal := REFUSED.get(asked.how):
            raise refusal
        if asked.how == "fault":
            raise ValueError("the password is hunter2")
        if asked.how == "wait":
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
        return pb2.ShipAnswer(told=f"{asked.how} for {call.actor.kind.value} {call.actor.id}")


REFUSED = {
    "absent": NotFound("there is no such ship"),
    "forbidden": Forbidden("this needs the permission toy:ship:read"),
    "several": Refusals([Required("a name is missing"), Invalid("wrong")]),
    "away": DependencyUnavailable("the yard does not answer now"),
}


@pytest.fixture
def harbour():
    return Harbour()


@pytest.fixture
async def server(harbour):
    works = Works(None, "toy")  # type: ignore[arg-type]  # nobody reads anything here
    server = RpcServer([harbour.answers], verifier=VERIFIER, read_actor=read_actor, works=works)
    await server.start("127.0.0.1:0")
    yield server
    await server.stop(0)


@asynccontextmanager
async def channel_to(target, signer=SALES, audience="toy"):
    channel = Channel(target, audience=audience, signer=signer)
    yield channel
    await channel.close()


@pytest.fixture
async def channel(server):
    async with channel_to(f"127.0.0.1:{server.port}") as channel:
        yield channel


async def ask(channel, how, *, actor=USER, **more):
    asked = pb2.ShipRequest(how=how)
    return (await channel.ask(METHOD, asked, pb2.ShipAnswer, actor=actor, **more)).told


async def refused(server, how="", **metadata):
    """Ask as anybody could, and give the status that comes back."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as raw:
        call = raw.unary_unary(
            f"/{METHOD}", pb2.ShipRequest.SerializeToString, pb2.ShipAnswer.FromString
        )
        sent = tuple((key.replace("_", "-"), value) for key, value in metadata.items())
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(pb2.ShipRequest(how=how), metadata=sent, timeout=10)
        return caught.value


async def test_a_service_asks_on_behalf_of_an_actor(channel, harbour):
    assert await ask(channel, "well") == "well for USER usr_1"
    assert harbour.calls[0].caller == Identity("default", "sales", ActorKind.SERVICE)


async def test_who_really_acts_is_named_between_services_too(channel, harbour):
    acting = Actor("default", "usr_1", ActorKind.USER, acted_by="usr_9")
    assert await ask(channel, "well", actor=acting) == "well for USER usr_1"
    assert (harbour.calls[0].actor.id, harbour.calls[0].actor.author) == ("usr_1", "usr_9")


async def test_nobody_gains_rights_by_being_spoken_for(channel, harbour):
    assert await ask(channel, "well", actor=Actor("default", "", ActorKind.ANONYMOUS)) == (
        "well for ANONYMOUS "
    )
    assert not harbour.calls[0].actor.permissions


async def test_a_service_asks_for_itself_when_it_acts_by_itself(channel, harbour):
    assert await ask(channel, "well", actor=Actor.system("other", "sales")) == (
        "well for SERVICE sales"
    )
    assert harbour.calls[0].actor.tenant == "other"
    assert not harbour.calls[0].actor.may("toy:ship:read")


async def test_only_a_program_speaks_for_others(server, harbour):
    user = Identity("default", "usr_9", ActorKind.USER)
    said = {"x_on_behalf_of": "USER:usr_1", "x_acted_by": "usr_2"}
    await refused(server, "absent", authorization=bearer(user), **said)
    assert (harbour.calls[0].actor.id, harbour.calls[0].actor.acted_by) == ("usr_9", None)


async def test_nobody_becomes_the_system(server, harbour):
    sales = Identity("default", "sales", ActorKind.SERVICE)
    error = await refused(
        server, authorization=bearer(sales, signer=SALES), x_on_behalf_of="SYSTEM:sales"
    )
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED
    assert harbour.calls == []


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"authorization": "Bearer nonsense"},
        {"authorization": "Basic dXNlcjpwYXNz"},
        {"authorization": bearer(audience="sales")},
        {"authorization": bearer(life=-100)},
        {"authorization": bearer(signer=TOY)},
    ],
    ids=["none", "nonsense", "another scheme", "another audience", "expired", "not trusted"],
)
async def test_who_has_no_token_for_us_is_not_let_in(server, harbour, metadata):
    error = await refused(server, **metadata)
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED
    assert error.details() == "this needs a token for this service"
    assert harbour.calls == []


@pytest.mark.parametrize(
    ("how", "status", "kind"),
    [
        ("absent", grpc.StatusCode.NOT_FOUND, NotFound),
        ("forbidden", grpc.StatusCode.PERMISSION_DENIED, Forbidden),
        ("several", grpc.StatusCode.INVALID_ARGUMENT, Invalid),
        ("away", grpc.StatusCode.UNAVAILABLE, DependencyUnavailable),
    ],
)
async def test_a_refusal_travels(server, channel, how, status, kind):
    error = await refused(server, how, authorization=bearer())
    assert error.code() is status
    with pytest.raises(kind, match=error.details()):
        await ask(channel, how)


async def test_a_fault_is_masked_and_logged(server, channel, capsys):
    error = await refused(server, "fault", authorization=bearer())
    assert error.code() is grpc.StatusCode.INTERNAL
    assert error.details() == MASKED
    assert "hunter2" not in error.debug_error_string()
    assert "an answer failed" in capsys.readouterr().out
    with pytest.raises(grpc.aio.AioRpcError):
        await ask(channel, "fault")


async def test_an_answer_that_takes_too_long_is_given_up_on_both_sides(channel, harbour):
    with pytest.raises(DependencyUnavailable, match="toy does not answer now"):
        await ask(channel, "wait", timeout=0.2)
    await asyncio.wait_for(harbour.cancelled.wait(), 10)


async def test_the_deadline_travels_less_what_the_caller_keeps(channel, harbour):
    with telemetry.traced(telemetry.new_trace(1.0)) as trace:
        await ask(channel, "well", timeout=5)
    (seen,) = harbour.traces
    assert seen.deadline <= trace.deadline
    assert (seen.trace_id, seen.request_id) == (trace.trace_id, trace.request_id)


async def test_without_time_nobody_is_asked(channel, harbour):
    with telemetry.traced(telemetry.new_trace(0.06)), pytest.raises(DependencyUnavailable):
        await ask(channel, "well")
    assert harbour.calls == []


async def test_a_service_that_is_away_is_unavailable_and_comes_back(tmp_path, harbour):
    place = f"unix:{tmp_path}/toy.grpc"
    works = Works(None, "toy")  # type: ignore[arg-type]  # nobody reads anything here
    async with channel_to(place) as channel:
        with pytest.raises(DependencyUnavailable):
            await ask(channel, "well", timeout=1)
        server = RpcServer(
            [harbour.answers], verifier=VERIFIER, read_actor=read_actor, works=works
        )
        await server.start(place)

        async def answered():
            try:
                return await ask(channel, "well")
            except DependencyUnavailable:
                return None

        assert await until(answered) == "well for USER usr_1"
        await server.stop(0)


async def test_what_is_in_flight_is_finished_and_nothing_new_is_taken(server, channel, harbour):
    slow = asyncio.create_task(ask(channel, "wait", timeout=10))
    await until(lambda: harbour.calls)
    stopping = asyncio.create_task(server.stop(10))
    with pytest.raises(DependencyUnavailable):
        await ask(channel, "well", timeout=0.5)
    harbour.release.set()
    assert await slow == "wait for USER usr_1"
    await stopping
    assert len(harbour.calls) == 1


async def test_health_is_open_to_all(server):
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as raw:
        stub = health_pb2_grpc.HealthStub(raw)
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=SHIPS.full_name))
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_reflection_tells_all_what_can_be_asked(server):
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as raw:
        stub = reflection_pb2_grpc.ServerReflectionStub(raw)
        asked = reflection_pb2.ServerReflectionRequest(list_services="")
        told = [answer async for answer in stub.ServerReflectionInfo(iter([asked]))]
    services = {it.name for it in told[0].list_services_response.service}
    assert SHIPS.full_name in services


async def test_a_token_is_signed_once_for_many_questions(channel):
    await ask(channel, "well")
    (_, first) = channel._tokens["default"]
    await ask(channel, "well")
    assert channel._tokens["default"][1] == first


def test_a_method_without_an_answer_is_a_fault():
    with pytest.raises(TypeError, match="no method GetFleet"):
        Answers(SHIPS).to("GetFleet")
    works = Works(None, "toy")  # type: ignore[arg-type]  # nobody reads anything here
    server = RpcServer([], verifier=VERIFIER, read_actor=read_actor, works=works)
    with pytest.raises(TypeError, match="GetShip"):
        server._handlers(Answers(SHIPS))
