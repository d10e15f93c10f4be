"""Reads that are alike and under way at once go out once, and nobody gets another's answer."""

import asyncio

import orjson
import pytest

from gateway.answers import Answer
from gateway.authentication import Caller
from gateway.errors import Code, SubgraphFailed
from gateway.planner import Fetch
from gateway.sharing import Sharing
from services.chassis.actor import ActorKind
from services.chassis.tokens import Identity

READ = Fetch(1, "a", (), "{ x }", ())
CHANGE = Fetch(1, "a", (), "mutation { x }", (), is_mutation=True)


def caller(token: str) -> Caller:
    return Caller(token, Identity("t", token, ActorKind.ANONYMOUS))


class Held:
    """A subgraph that answers when it is let."""

    def __init__(self) -> None:
        self.asked = 0
        self.go = asyncio.Event()
        self.fails: SubgraphFailed | None = None

    async def __call__(self) -> Answer:
        self.asked += 1
        number = self.asked
        await self.go.wait()
        if self.fails and number == 1:
            raise self.fails
        return Answer({"x": {"n": number}})


async def ask(sharing: Sharing, held: Held, token: str = "t", x: int = 1, *, fetch=READ):
    task = asyncio.create_task(sharing.ask(caller(token), fetch, orjson.dumps({"x": x}), held))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


async def test_alike_reads_go_out_once_and_their_answers_are_apart():
    sharing, held = Sharing(), Held()
    tasks = [await ask(sharing, held) for _ in range(3)]
    held.go.set()
    one, two, three = await asyncio.gather(*tasks)
    assert held.asked == 1
    one.data["x"]["n"] = "changed"
    assert two == three == Answer({"x": {"n": 1}})


async def test_another_caller_or_other_variables_share_nothing():
    sharing, held = Sharing(), Held()
    tasks = [
        await ask(sharing, held),
        await ask(sharing, held, "u"),
        await ask(sharing, held, x=2),
    ]
    held.go.set()
    await asyncio.gather(*tasks)
    assert held.asked == 3


async def test_a_read_after_a_mutation_joins_none_from_before_it():
    sharing, held, changing = Sharing(), Held(), Held()
    first = await ask(sharing, held)
    changing.go.set()
    await (await ask(sharing, changing, fetch=CHANGE))
    second = await ask(sharing, held)
    held.go.set()
    await asyncio.gather(first, second)
    assert held.asked == 2


async def test_who_leaves_takes_the_answer_from_nobody():
    sharing, held = Sharing(), Held()
    leader, follower = await ask(sharing, held), await ask(sharing, held)
    leader.cancel()
    await asyncio.gather(leader, return_exceptions=True)
    held.go.set()
    assert await follower == Answer({"x": {"n": 1}})
    assert held.asked == 1


async def test_a_failure_is_told_to_all_but_one_of_time_is_the_leaders_own():
    sharing, held = Sharing(), Held()
    held.fails = SubgraphFailed(Code.SUBGRAPH_UNAVAILABLE, "away", "")
    tasks = [await ask(sharing, held) for _ in range(2)]
    held.go.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in found] == [SubgraphFailed, SubgraphFailed]

    late = Held()
    late.fails = SubgraphFailed(Code.DEADLINE_EXCEEDED, "late", "")
    leader, follower = await ask(sharing, late), await ask(sharing, late)
    late.go.set()
    with pytest.raises(SubgraphFailed):
        await leader
    assert await follower == Answer({"x": {"n": 2}})
