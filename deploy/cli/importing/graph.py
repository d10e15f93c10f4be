"""The graph, as an import asks it: patient with what passes, plain about what does not."""

import asyncio
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from deploy.local.refusals import Refused

PATIENCE_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
ANSWER_SECONDS = 70.0
PASSING_STATUS = frozenset({429, 502, 503, 504})
PASSING_CODES = frozenset({"SUBGRAPH_UNAVAILABLE", "RATE_LIMITED", "DEADLINE_EXCEEDED"})
UNAUTHENTICATED = 401


class _Passing(Exception):
    """What may well be over in a moment, in words."""


class _SignInAgain(Exception):
    """The token is no longer good."""


class Graph:
    """Speaks GraphQL over HTTP, with a token; `tell` hears why one has to wait."""

    def __init__(
        self,
        url: str,
        token: Callable[[], str],
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        tell: Callable[[str], None] = lambda _why: None,
    ) -> None:
        self.url = url
        self.new_token = token
        self.token = token()
        self.patience_seconds = patience_seconds
        self.tell = tell

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS, sock_connect=5)
        self.session = aiohttp.ClientSession(timeout=timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.session.close()

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Give the answer's data; what is asked must be safe to ask twice."""
        deadline = time.monotonic() + self.patience_seconds
        pause = FIRST_PAUSE
        signed_in_again = False
        while True:
            try:
                return await self._asked(document, variables)
            except _SignInAgain:
                if signed_in_again:
                    raise Refused(f"the graph at {self.url} does not take this token") from None
                # in a thread: signing may look the person up, in a loop of its own
                self.token, signed_in_again = await asyncio.to_thread(self.new_token), True
            except _Passing as why:
                if time.monotonic() + pause > deadline:
                    raise Refused(
                        f"{why}, and has not for {self.patience_seconds:.0f} s: run the import "
                        "again when it does; what went in stays, and nothing goes in twice"
                    ) from None
                self.tell(str(why))
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _asked(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        body = orjson.dumps({"query": document, "variables": variables})
        headers = {
            "content-type": "application/json",
            "accept": "application/json",
            "authorization": f"Bearer {self.token}",
        }
        try:
            async with self.session.post(self.url, data=body, headers=headers) as response:
                return self._read(response.status, await response.read())
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError):
            raise _Passing(f"the graph at {self.url} does not answer") from None
        except aiohttp.InvalidURL:
            raise Refused(f"{self.url} is no address of a graph") from None

    def _read(self, status: int, body: bytes) -> dict[str, Any]:
        if status == UNAUTHENTICATED:
            raise _SignInAgain
        if status in PASSING_STATUS:
            raise _Passing(f"the graph at {self.url} does not answer")
        try:
            answer = orjson.loads(body)
            errors, data = answer.get("errors") or [], answer.get("data")
        except (orjson.JSONDecodeError, AttributeError):
            raise Refused(f"{self.url} answers {status}, and not as a graph does") from None
        if errors:
            self._refuse(errors[0])
        if not isinstance(data, dict):
            raise Refused(f"{self.url} answers {status}, and not as a graph does")
        return data

    def _refuse(self, error: Mapping[str, Any]) -> None:
        told = error.get("extensions") or {}
        code = told.get("code", "")
        if code in PASSING_CODES:
            raise _Passing(f"{told.get('service') or 'a part of the graph'} does not answer")
        if code == "UNAUTHENTICATED":
            raise _SignInAgain
        traced = f" (request {told['requestId']})" if told.get("requestId") else ""
        raise Refused(f"the graph refuses: {error.get('message')}{traced}")
