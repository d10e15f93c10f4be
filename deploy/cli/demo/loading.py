"""The graph as the demo's loader speaks to it; what a service is too new to know is awaited."""

import asyncio
from collections.abc import Mapping
from time import monotonic
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from deploy.cli.demo import story
from deploy.local.refusals import Refused

PATIENCE_SECONDS = 60.0
PROBES = ("customers", "orders", "cases")
"""A list of each service: whoever may read it is known there."""


KINDS = {
    "interactions": "Interaction",
    "portalIdentities": "PortalIdentity",
    "opportunities": "Opportunity",
    "orders": "Order",
    "tasks": "Task",
    "cases": "Case",
}


class Loading:
    """Asks, and makes every refusal an end: a demo that is half there helps nobody."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.token = ""

    async def __aenter__(self) -> Self:
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.session.close()

    async def answer(self, document: str, **variables: Any) -> dict[str, Any]:
        headers = {"content-type": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        body = orjson.dumps({"query": document, "variables": variables})
        async with self.session.post(self.url, data=body, headers=headers) as response:
            answer: dict[str, Any] = orjson.loads(await response.read())
        return answer

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        answer = await self.answer(document, **variables)
        if answer.get("errors"):
            raise Refused(f"the demo company cannot be loaded: {answer['errors'][0]['message']}")
        data: dict[str, Any] = answer["data"]
        return data

    async def sign_in(self, email: str, password: str) -> None:
        done = (await self.ask(story.SIGN_IN, email=email, password=password))["signIn"]
        _refuse(done["userErrors"])
        self.token = done["token"]

    async def until_everybody_knows_who_i_am(self) -> None:
        """Wait until each service has heard of this staff user and grants what it may do."""
        lists = " ".join(f"{it}(first: 1) {{ nodes {{ id }} }}" for it in PROBES)
        deadline = monotonic() + PATIENCE_SECONDS
        while (await self.answer(f"{{ {lists} }}")).get("errors"):
            if monotonic() > deadline:
                raise Refused("the services do not hear of the demo's staff: see `make logs`")
            await asyncio.sleep(0.05)

    async def upsert(
        self, kind: str, items: Mapping[str, Mapping[str, Any]], *, plural: str = ""
    ) -> Mapping[str, str]:
        """Make or change records by their references, and give their ids."""
        field, plural = kind[0].lower() + kind[1:], plural or f"{kind}s"
        document = (
            f"mutation($items: [Upsert{plural}Item!]!) {{ done: upsert{plural}(items: $items) {{"
            f" results {{ {field} {{ id }} userErrors {{ message path }} }}"
            " userErrors { message path } } }"
        )
        given = [
            {"externalRef": {"source": story.SOURCE, "id": ref}, "input": it}
            for ref, it in items.items()
        ]
        done = (await self.ask(document, items=given))["done"]
        _refuse(done["userErrors"])
        for it in done["results"]:
            _refuse(it["userErrors"])
        return {ref: it[field]["id"] for ref, it in zip(items, done["results"], strict=True)}

    async def make(self, deed: str, given: Mapping[str, Any]) -> str:
        """Do a deed that makes a record, and give its id."""
        kind, field = _named(deed)
        document = (
            f"mutation($input: {kind}Input!) {{ done: {deed}(input: $input) {{"
            f" {field} {{ id }} userErrors {{ message path }} }} }}"
        )
        done = (await self.ask(document, input=given))["done"]
        _refuse(done["userErrors"])
        return str(done[field]["id"])

    async def do(self, deed: str, id: str, given: Mapping[str, Any] | None = None) -> None:
        """Do a deed with a record."""
        kind, _field = _named(deed)
        declared = f"$id: ID!, $input: {kind}Input!" if given else "$id: ID!"
        argued = "id: $id, input: $input" if given else "id: $id"
        document = (
            f"mutation({declared}) {{ done: {deed}({argued})"
            " { userErrors { message path } } }"
        )
        variables: dict[str, Any] = {"id": id, "input": given} if given else {"id": id}
        _refuse((await self.ask(document, **variables))["done"]["userErrors"])

    async def find(self, list: str, where: Mapping[str, Any]) -> str | None:
        """Give the id of a record that was made before, if it was."""
        kind = KINDS[list]
        document = (
            f"query($where: {kind}Where) {{ {list}(where: $where, first: 1)"
            " { nodes { id } } }"
        )
        found = (await self.ask(document, where=where))[list]["nodes"]
        return str(found[0]["id"]) if found else None


def _named(deed: str) -> tuple[str, str]:
    """Name a deed's input and the record in its payload: logInteraction, interaction."""
    kind = deed[0].upper() + deed[1:]
    words = [n for n, letter in enumerate(deed) if letter.isupper()]
    record = deed[words[0] :]
    return kind, record[0].lower() + record[1:]


def _refuse(errors: list[dict[str, Any]]) -> None:
    if errors:
        place = ".".join(errors[0]["path"])
        raise Refused(f"the demo company cannot be loaded: {errors[0]['message']} ({place})")
