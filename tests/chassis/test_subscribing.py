"""An answer that goes on, over real HTTP: signs of life, ends of each kind, slow clients."""

import asyncio
from contextlib import asynccontextmanager

import aiohttp
import orjson
import pytest

from services.chassis import subscribing
from services.chassis.refusals import LimitExceeded
from services.chassis.subscribing import EventStream, Places
from tests.gateway.serving import served
from tests.support.waiting import until

LAST = {"errors": [{"message": "it is over"}]}
LARGE = {"data": "x" * 262_144}


class Source:
    """Gives answers over one connection, and knows how many were taken and how it ended."""

    def __init__(self, *answers, endless=None, seconds=None):
        self.answers = answers
        self.endless = endless
        self.seconds = seconds
        self.taken = 0
        self.is_closed = False
        self.ended = ""
        self.closing = asyncio.Event()

    async def each(self):
        try:
            for it in self.answers:
                self.taken += 1
                yield it
            while self.endless:
                self.taken += 1
                yield self.endless
            if self.endless is None:
                await asyncio.Event().wait()
        finally:
            self.is_closed = True

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await subscribed_lifespan(receive, send)
        while (await receive()).get("more_body"):
            pass
        answers = self.each()
        try:
            await EventStream(receive, send, self.closing).carry(
                answers, "req_1", self.seconds, LAST
            )
            self.ended = "well"
        except TimeoutError:
            self.ended = "stalled"
        finally:
            await answers.aclose()


async def subscribed_lifespan(receive, send):
    for it in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{it}.complete"})


@asynccontextmanager
async def connected(source):
    async with (
        served(source) as url,
        aiohttp.ClientSession() as client,
        client.post(url) as response,
    ):
        yield response


async def read(source):
    async with connected(source) as response:
        return await asyncio.wait_for(response.read(), 30)


async def test_each_answer_is_an_event_and_the_end_is_said():
    source = Source({"data": 1}, {"data": 2}, endless=False)
    async with connected(source) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["x-request-id"] == "req_1"
        assert await response.read() == (
            b'event: next\ndata: {"data":1}\n\n'
            b'event: next\ndata: {"data":2}\n\n'
            b"event: complete\ndata:\n\n"
        )
    assert source.ended == "well"


async def test_while_nothing_happens_there_are_signs_of_life(monkeypatch):
    monkeypatch.setattr(subscribing, "HEARTBEAT_SECONDS", 0.02)
    async with connected(Source()) as response:
        for _ in range(3):
            assert await response.content.readexactly(3) == b":\n\n"


async def test_when_its_time_is_over_it_says_so_and_is_complete():
    source = Source({"data": 1}, seconds=0.1)
    assert (await read(source)).endswith(
        b'data: {"errors":[{"message":"it is over"}]}\n\nevent: complete\ndata:\n\n'
    )
    assert source.is_closed


async def test_cut_short_by_the_programs_end_it_does_not_say_that_it_is_complete():
    source = Source({"data": 1})
    async with connected(source) as response:
        await response.content.readuntil(b"\n\n")
        source.closing.set()
        assert await response.content.read() == b""
    assert source.is_closed


async def test_when_the_client_leaves_the_source_is_closed():
    source = Source({"data": 1})
    async with connected(source) as response:
        await response.content.readuntil(b"\n\n")
        response.close()
        await until(lambda: source.is_closed)
        assert source.ended == "well"


async def test_a_slow_client_is_not_read_ahead_for_and_gets_all_in_the_end():
    source = Source(*[LARGE] * 400, endless=False)
    event = b"event: next\ndata: " + orjson.dumps(LARGE) + b"\n\n"
    async with connected(source) as response:
        for read in range(400):
            assert await response.content.readexactly(len(event)) == event
            assert source.taken - read < 200
        assert await response.content.read() == b"event: complete\ndata:\n\n"


async def test_a_client_that_takes_nothing_is_let_go(monkeypatch):
    monkeypatch.setattr(subscribing, "STALLED_SECONDS", 0.3)
    source = Source(endless=LARGE)
    async with connected(source):
        await until(lambda: source.ended)
    assert (source.ended, source.is_closed) == ("stalled", True)


async def test_a_caller_and_all_together_have_so_many_places():
    places = Places(of_one=2, of_all=3)
    with places.taken("acme", "ann"), places.taken("acme", "ann"):
        with pytest.raises(LimitExceeded), places.taken("acme", "ann"):
            pytest.fail("a third")
        with (
            places.taken("other", "ann"),
            pytest.raises(LimitExceeded),
            places.taken("acme", "bob"),
        ):
            pytest.fail("a fourth of all")
        assert places.open.total() == 2
    assert not places.open
