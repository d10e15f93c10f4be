"""The feed of events: by a cursor, of one company, in the order of the stream, nothing twice."""

import asyncio
import contextlib
import shutil
import signal
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nats.js.api import DiscardPolicy

from deploy.stream import provisioning
from services.chassis.actor import Actor
from services.chassis.following import Following
from services.chassis.ids import new_id
from services.chassis.pages import InvalidCursor
from services.chassis.positions import Extent, Position
from services.chassis.refusals import Refusal
from services.chassis.streams import STREAM, Stream
from services.customers.feed import rules
from services.customers.feed.queries import MAX_FIRST
from services.customers.feed.rules import Wanted
from services.customers.main import Front
from services.customers.sessions.commands.exchanging import Exchange
from services.customers.staff.model import StaffUser
from tests.support.telling import SMALL, tell
from tests.support.waiting import PATIENCE, until

FEED = """query($after: String, $first: Int! = 100, $types: [String!], $aggregates: [String!]) {
    eventsSince(after: $after, first: $first, types: $types, aggregates: $aggregates) {
        nodes { id type subject sequence time actor bulk data body cursor }
        endCursor latestCursor gap hasMore
    } }"""


@pytest.fixture
async def followed(office, nats_server, stream):  # noqa: ARG001  # that it is there
    """The office, with its feed on a stream that the service's own user may read."""
    reading = Stream(nats_server.url_of("customers"), name="customers")
    following = Following(reading)
    office.app = Front(office.app.desk, office.app.portal_desk, Exchange({}), following, {})
    yield office
    await following.close()
    await reading.close()


class Teller:
    """Tells of a company's orders."""

    def __init__(self, stream, tenant):
        self.stream = stream
        self.tenant = tenant
        self.sequence = 0

    async def tell(self, type="sales.order.placed.v1", **data):
        self.sequence += 1
        return await tell(self.stream, self.tenant, type, "ord_1", self.sequence, **data)

    async def tell_many(self, count):
        return [await self.tell() for _ in range(count)]


@pytest.fixture
def teller(followed, stream):
    return Teller(stream, followed.tenant)


async def since(office, after=None, **given):
    given |= {"after": after} if after else {}
    return (await office.ask(FEED, **given))["eventsSince"]


async def refused(office, who=None, **given):
    answer = await office.answer(FEED, who, **given)
    assert answer["data"] == {"eventsSince": None}
    (error,) = answer["errors"]
    return error["extensions"]["code"]


def ids(feed):
    return [it["id"] for it in feed["nodes"]]


async def read_all(office, after=None, **given):
    found = []
    while True:
        feed = await since(office, after, **given)
        assert feed["gap"] is False
        found += ids(feed)
        after = feed["endCursor"]
        if not feed["hasMore"]:
            return found, after


@pytest.mark.feature("PLT-06")
async def test_an_event_is_given_as_it_was_told(followed, teller):
    told = await teller.tell(total={"amount": "1.10", "currency": "EUR"}, note="Grüße \u2028 <&>")
    feed = await since(followed)
    (node,) = feed["nodes"]
    assert node["body"] == orjson.loads(told.body())
    assert node["data"] == told.data
    assert datetime.fromisoformat(node["time"]) == told.time
    named = ("id", "type", "subject", "sequence", "actor", "bulk")
    assert {it: node[it] for it in named} == {it: getattr(told, it) for it in named}
    assert feed["endCursor"] == node["cursor"]
    assert (feed["gap"], feed["hasMore"]) == (False, False)


async def test_it_goes_on_after_a_cursor_and_gives_nothing_twice(followed, teller):
    first = await teller.tell_many(7)
    found, after = await read_all(followed, first=3)
    assert found == [it.id for it in first]
    assert ids(await since(followed, after)) == []
    later = await teller.tell_many(2)
    assert ids(await since(followed, after)) == [it.id for it in later]
    fourth = (await since(followed, first=4))["nodes"][3]["cursor"]
    assert ids(await since(followed, fourth)) == [it.id for it in [*first[4:], *later]]


async def test_another_companys_events_are_not_given_and_do_not_hold_it_up(followed, stream):
    own, other = Teller(stream, followed.tenant), Teller(stream, new_id("other"))
    for _ in range(20):
        await other.tell()
    mine = await own.tell()
    for _ in range(20):
        await other.tell()
    feed = await since(followed, first=5)
    assert ids(feed) == [mine.id]
    assert ids(await since(followed, feed["endCursor"])) == []


async def test_what_stands_under_a_subject_that_is_not_its_own_is_left_out(followed, teller):
    other = Teller(teller.stream, new_id("other"))
    foreign = await other.tell()
    subject = f"crm.{followed.tenant}.sales.order.placed.v1.0"
    for body in (
        foreign.body(),
        b"{}",
        b"[]",
        b"\xff",
        b'{"tenant": 1, "type": [], "subject": {}}',
    ):
        await teller.stream.jetstream.publish(subject, body)
    mine = await teller.tell()
    assert ids(await since(followed)) == [mine.id]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"types": ["sales.order.placed.v1"]}, [0]),
        ({"aggregates": ["sales.order"]}, [0, 1]),
        ({"aggregates": ["sales.order", "service_desk.case"]}, [0, 1, 3]),
        ({"types": ["sales.order.placed.v1", "sales.product.created.v1"]}, [0, 2]),
        ({"types": ["sales.order.placed.v1"], "aggregates": ["sales.product"]}, []),
        ({"types": [], "aggregates": []}, [0, 1, 2, 3]),
    ],
)
async def test_only_what_is_wanted_is_given(followed, teller, wanted, found):
    types = ["sales.order.placed", "sales.order.shipped", "sales.product.created"]
    told = [await teller.tell(f"{it}.v1") for it in [*types, "service_desk.case.opened"]]
    assert (await read_all(followed, first=2, **wanted))[0] == [told[it].id for it in found]


async def wiped(nats_server):
    """Let the server lose all that it had, and the stream be made anew."""
    nats_server.process.send_signal(signal.SIGKILL)
    nats_server.process.wait(20)
    shutil.rmtree(nats_server.folder / "jetstream")
    nats_server.start()
    async with provisioning.administrator(nats_server.url) as js:
        await provisioning.ensure_stream(js, SMALL)


@pytest.mark.feature("PLT-06")
async def test_a_stream_that_was_made_anew_is_a_gap_from_which_one_can_go_on(
    followed, teller, nats_server, stream
):
    await teller.tell_many(3)
    _, after = await read_all(followed)
    await wiped(nats_server)
    await until(lambda: stream.is_connected and followed.app.following.stream.is_connected)
    again = await teller.tell_many(5)
    feed = await since(followed, after)
    assert (feed["gap"], feed["nodes"], feed["hasMore"]) == (True, [], True)
    assert (await read_all(followed, feed["endCursor"]))[0] == [it.id for it in again]
    assert ids(await since(followed, feed["latestCursor"])) == []


async def test_what_the_stream_no_longer_keeps_is_a_gap(followed, teller, stream):
    told = await teller.tell_many(4)
    first, second = [(await since(followed, first=it))["endCursor"] for it in (1, 2)]
    config = SMALL.configuration()
    config.max_msgs, config.discard = 2, DiscardPolicy.OLD
    await stream.jetstream.update_stream(config)
    feed = await since(followed, first)
    assert (feed["gap"], feed["nodes"]) == (True, [])
    for after in (second, feed["endCursor"]):
        assert (await read_all(followed, after))[0] == [it.id for it in told[2:]]


async def test_a_quiet_company_loses_no_place_while_others_tell_much(followed, teller, stream):
    """Its cursor moves with the stream, so that the stream's forgetting is no gap for it."""
    await teller.tell()
    _, before = await read_all(followed)
    other = Teller(stream, new_id("other"))
    for _ in range(5):
        await other.tell()
    after = (await since(followed, before))["endCursor"]
    assert after != before
    assert after == (await since(followed, after))["latestCursor"]
    mine = await teller.tell()
    assert ids(await since(followed, after)) == ids(await since(followed, before)) == [mine.id]


async def test_it_needs_the_permission(followed, teller):
    await teller.tell()
    manager = await followed.employ("SALES_MANAGER")
    assert await refused(followed, manager) == "FORBIDDEN"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"first": 0}, "OUT_OF_RANGE"),
        ({"first": MAX_FIRST + 1}, "OUT_OF_RANGE"),
        ({"after": "nonsense"}, "INVALID"),
        ({"after": ""}, "INVALID"),
        ({"after": "x" * 100_000}, "INVALID"),
        ({"types": ["sales.>"]}, "INVALID"),
        ({"types": ["*.*.*.v1"]}, "INVALID"),
        ({"aggregates": ["sales.order.placed"]}, "INVALID"),
        ({"aggregates": [f"sales.a{'b' * it}" for it in range(51)]}, "LIMIT_EXCEEDED"),
    ],
)
async def test_what_cannot_be_asked_is_refused(followed, given, code):
    assert await refused(followed, **given) == code


async def test_while_the_stream_is_away_it_says_so_at_once(followed, teller, nats_server):
    await teller.tell()
    _, after = await read_all(followed)
    nats_server.process.send_signal(signal.SIGKILL)
    nats_server.process.wait(20)
    async with asyncio.timeout(8):
        assert await refused(followed, after=after) == "DEPENDENCY_UNAVAILABLE"
    nats_server.start()
    await until(lambda: followed.app.following.stream.is_connected)
    assert ids(await since(followed, after)) == []


async def test_without_a_stream_it_says_so(followed, stream):
    await stream.jetstream.delete_stream(STREAM)
    assert await refused(followed) == "DEPENDENCY_UNAVAILABLE"


LIVE = """subscription($after: String, $types: [String!], $aggregates: [String!]) {
    events(after: $after, types: $types, aggregates: $aggregates) {
        event { id type subject sequence time actor bulk data body cursor } gap cursor
    } }"""


@asynccontextmanager
async def listening(office, who=None, **given):
    """Give a function that waits for the next delivery, or for the last answer."""
    async with aclosing(office.answers(LIVE, who, **given)) as answers:

        async def heard():
            answer = await asyncio.wait_for(anext(answers, None), PATIENCE)
            return answer["data"]["events"] if answer and "data" in answer else answer

        yield heard


@pytest.mark.feature("PLT-06")
async def test_a_listener_hears_what_is_told_from_now_on_as_the_feed_gives_it(followed, teller):
    await teller.tell()
    _, after = await read_all(followed)
    async with listening(followed) as heard:
        first = asyncio.create_task(heard())
        await until(lambda: followed.app.following._watchers)
        told = await teller.tell_many(3)
        found = [await first, await heard(), await heard()]
    assert [it["event"]["body"] for it in found] == [orjson.loads(it.body()) for it in told]
    assert [it["event"] for it in found] == (await since(followed, after))["nodes"]
    assert [(it["gap"], it["cursor"]) for it in found] == [
        (False, it["event"]["cursor"]) for it in found
    ]


@pytest.mark.feature("PLT-06")
async def test_who_comes_again_with_a_cursor_misses_nothing_and_hears_nothing_twice(
    followed, teller
):
    begin = (await since(followed))["endCursor"]
    telling = asyncio.create_task(teller.tell_many(200))
    found: list[str] = []
    after = begin
    while len(found) < 200:
        async with listening(followed, after=after) as heard:
            for _ in range(min(17, 200 - len(found))):
                delivery = await heard()
                found.append(delivery["event"]["id"])
                after = delivery["cursor"]
    assert found == [it.id for it in await telling]


async def test_a_listener_hears_nothing_of_another_company_and_only_what_it_wants(
    followed, teller, stream
):
    other = Teller(stream, new_id("other"))
    begin = (await since(followed))["endCursor"]
    async with listening(followed, after=begin, aggregates=["sales.product"]) as heard:
        await other.tell("sales.product.created.v1")
        await teller.tell()
        mine = await teller.tell("sales.product.created.v1")
        assert (await heard())["event"]["id"] == mine.id


async def test_a_listener_who_loses_the_permission_hears_no_more(followed, teller):
    other = await followed.employ("ADMINISTRATOR")
    begin = (await since(followed))["endCursor"]
    async with listening(followed, other, after=begin) as heard:
        await teller.tell()
        assert (await heard())["gap"] is False
        async with followed.works.begin(Actor.system(followed.tenant, "customers")) as work:
            (await work.get(StaffUser, other)).roles = ["SALES_MANAGER"]
        await teller.tell()
        assert [it["extensions"]["code"] for it in (await heard())["errors"]] == ["FORBIDDEN"]
        assert await heard() is None


async def test_a_listener_needs_the_permission_and_a_cursor_that_can_be(followed):
    manager = await followed.employ("SALES_MANAGER")
    for who, after, code in ((manager, None, "FORBIDDEN"), (None, "nonsense", "INVALID")):
        given = {"after": after} if after else {}
        async with listening(followed, who, **given) as heard:
            assert [it["extensions"]["code"] for it in (await heard())["errors"]] == [code]
            assert await heard() is None


@pytest.mark.feature("PLT-06")
async def test_a_listener_is_told_of_a_gap_and_hears_what_is_left(
    followed, teller, nats_server, stream
):
    begin = (await since(followed))["endCursor"]
    async with listening(followed, after=begin) as heard:
        await teller.tell()
        assert (await heard())["gap"] is False
        waiting = asyncio.create_task(heard())
        await until(lambda: followed.app.following._watchers)
        await wiped(nats_server)
        await until(lambda: stream.is_connected and followed.app.following.stream.is_connected)
        again = await teller.tell_many(3)
        delivery = await waiting
        assert (delivery["gap"], delivery["event"]) == (True, None)
        assert [(await heard())["event"]["id"] for _ in again] == [it.id for it in again]


async def test_one_look_at_the_stream_serves_all_who_listen(followed, teller):
    async with AsyncExitStack() as stack:
        heard = [await stack.enter_async_context(listening(followed)) for _ in range(20)]
        waiting = [asyncio.create_task(it()) for it in heard]
        await until(lambda: followed.app.following._watchers == 20)
        told = await teller.tell()
        found = await asyncio.gather(*waiting)
        assert {it["event"]["id"] for it in found} == {told.id}
    await until(followed.app.following._watching.done)


async def test_a_subscription_has_more_than_one_answer(followed):
    answer = await followed.answer(LIVE)
    assert [it["extensions"]["code"] for it in answer["errors"]] == ["BAD_REQUEST"]
    assert "data" not in answer


NUMBERS = st.integers(0, 2**62)


@given(NUMBERS, NUMBERS)
def test_a_cursor_is_read_as_it_was_written(epoch, sequence):
    assert rules.position(rules.cursor(Position(epoch, sequence))) == (epoch, sequence)


@given(st.text(max_size=80))
def test_any_text_is_a_cursor_or_refused(text):
    with contextlib.suppress(InvalidCursor):
        assert rules.position(text).epoch >= 0


NAME = st.sampled_from(["sales.order", "sales.product", "service_desk.case"])
TYPES = st.builds("{}.{}.v1".format, NAME, st.sampled_from(["made", "gone"]))


@given(st.lists(TYPES, max_size=3), st.lists(NAME, max_size=3), TYPES)
def test_what_is_taken_stands_under_the_subjects_that_are_asked_for(types, aggregates, type):
    wanted = Wanted.of(types, aggregates)
    prefix = wanted.subjects("acme").removesuffix(">")
    assert prefix.startswith("crm.acme.")
    if wanted.takes(type):
        assert f"crm.acme.{type}.0".startswith(prefix)


@given(st.lists(st.text(max_size=30), max_size=3))
def test_no_name_reaches_beyond_a_company(names):
    try:
        subjects = Wanted.of(names, []).subjects("acme")
    except Refusal:
        return
    assert subjects.startswith("crm.acme.")
    assert "*" not in subjects
    assert subjects.count(">") == 1


@given(NUMBERS, st.integers(0, 50), st.integers(0, 50), st.integers(0, 120))
def test_what_continues_has_lost_nothing(epoch, first, length, sequence):
    extent = Extent(epoch, first, max(0, first + length - 1))
    kept = sequence + 1 >= first and sequence <= extent.last
    assert extent.continues(Position(epoch, sequence)) == kept
    assert not extent.continues(Position(epoch + 1, sequence))
    assert extent.continues(extent.begin)
    assert extent.continues(extent.end) or length == 0
