"""The front door: what the README and the guides show is what happens."""

import asyncio
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from graphql import OperationDefinitionNode, OperationType, parse

from deploy.cli import demo
from deploy.cli.demo import story
from deploy.cli.eventing import granting
from deploy.stream.grants import Grant
from tests.support.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
EVENTS = (ROOT / "docs/guides/events.md").read_text()
SIGN_IN = """mutation($e: String!, $p: String!) { signIn(email: $e, password: $p) { token } }"""
COUNTS = (
    "SELECT (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM customer) AS customers"
)


def fenced(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture(scope="module")
async def demo_company(system):
    """The demo company, loaded as `make run` does, by whoever it is that signs in."""
    assert not await asyncio.to_thread(demo.is_there, system.databases)
    await asyncio.to_thread(demo.load, system.graph_url, system.databases)
    return system


async def asked(system, document, token=None, **variables):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = {"query": document, "variables": variables}
    async with (
        aiohttp.ClientSession() as session,
        session.post(system.graph_url, json=body, headers=headers) as response,
    ):
        return await response.json()


async def signed_in(system, short):
    credentials = {"e": story.email(short), "p": story.PASSWORD}
    return (await asked(system, SIGN_IN, **credentials))["data"]["signIn"]["token"]


async def test_the_first_query_of_the_readme_gives_the_answer_that_stands_there(demo_company):
    (query,) = re.findall(r"-d '(\{\"query\".*?)'", README)
    (answer,) = fenced(README, "json")
    told = answer.replace("O-2026", f"O-{datetime.now(UTC).year}")
    document = json.loads(query)["query"]
    token = await signed_in(demo_company, "sam")
    assert await asked(demo_company, document, token) == json.loads(told)


@pytest.mark.parametrize("example", json.loads(demo.explorer_settings()["EXPLORER_EXAMPLES"]))
async def test_each_example_of_the_explorer_is_answered_whole(demo_company, example):
    token = await signed_in(demo_company, "sam")
    answer = await asked(demo_company, example["query"], token)
    assert "errors" not in answer, answer["errors"]
    assert all(answer["data"].values())


@pytest.mark.parametrize("short", story.STAFF)
async def test_each_of_the_demos_people_signs_in_and_sees_customers(demo_company, short):
    answer = await asked(demo_company, story.FIRST_QUERY, await signed_in(demo_company, short))
    assert len(answer["data"]["customers"]["nodes"]) == 2


async def test_loading_the_demo_again_changes_nothing(demo_company):
    before = await demo_company.rows("customers", story.TENANT, COUNTS)
    await asyncio.to_thread(demo.load, demo_company.graph_url, demo_company.databases)
    (after,) = await demo_company.rows("customers", story.TENANT, COUNTS)
    assert after["customers"] == before[0]["customers"] == len(story.CUSTOMERS)


def is_answered_once(document):
    """Say that a document is neither a schema nor a subscription."""
    first = parse(document).definitions[0]
    if not isinstance(first, OperationDefinitionNode):
        return False
    return first.operation is not OperationType.SUBSCRIPTION


def documents():
    """Give each document that README and guides show, and the answer where one follows it."""
    for file in (ROOT / "README.md", *sorted((ROOT / "docs/guides").glob("*.md"))):
        for number, (document, answer) in enumerate(DOCUMENT.findall(file.read_text())):
            if not is_answered_once(document):
                continue
            person = READERS.get(file.stem, "sam")
            yield pytest.param(document, answer, person, id=f"{file.stem} {number}")


DOCUMENT = re.compile(
    r"```graphql\n(.*?)```(?:\n\n[^\n]+,\n\n```json\n(.*?)```)?", re.DOTALL | re.MULTILINE
)
READERS = {"events": "ada", "access": "ada"}
"""Who asks what a guide shows, if not somebody who sells."""
LISTS = {
    "cus": "customers",
    "opp": "opportunities",
    "ord": "orders",
    "cas": "cases",
    "usr": "staffUsers",
    "rol": "staffRoles",
}
"""What a document that says `cus_…` is about: the first record of this list."""


@pytest.mark.parametrize(("document", "answer", "person"), list(documents()))
async def test_each_document_that_is_shown_is_answered_as_it_says(
    demo_company, document, answer, person
):
    token = await signed_in(demo_company, person)
    for prefix in set(re.findall(r'"([a-z]+)_…"', document)):
        found = await asked(demo_company, f"{{ {LISTS[prefix]} {{ nodes {{ id }} }} }}", token)
        document = document.replace(f"{prefix}_…", found["data"][LISTS[prefix]]["nodes"][0]["id"])
    told = await asked(demo_company, document, token)
    assert "errors" not in told, told["errors"]
    assert all(it is not None for it in told["data"].values())
    assert '"code"' not in json.dumps(told), "it is refused"
    if answer:
        assert told == json.loads(answer)


async def test_the_subscriber_of_the_guide_receives_what_happens(demo_company, tmp_path):
    (program,) = fenced(EVENTS, "python")
    (tmp_path / "subscriber.py").write_text(program)
    made = Grant.of("my-orders", "sales.order", "*")
    url = await asyncio.to_thread(granting.let_in, demo_company.nats, made)
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", str(tmp_path / "subscriber.py")),
        stdout=asyncio.subprocess.PIPE,
        env={"NATS_URL": url},
    )
    assert running.stdout
    lines = []
    async with asyncio.timeout(PATIENCE):
        async for line in running.stdout:
            lines.append(line.decode())
            if "sales.order.shipped.v1" in lines[-1]:
                break
    running.kill()
    await running.wait()
    assert re.match(r"1 ord_\w+ sales\.order\.created\.v1", lines[0])
