"""A service's files and jobs, as a program sees them: sent up, followed to the end, fetched."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from deploy.cli.importing.graph import Graph
from deploy.local.refusals import Refused

CHUNK = 393_216
"""In bytes: half a megabyte in base64, and a request may have one."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
ERRORS = "userErrors { code reason message path }"
JOB = "id state total done failed created updated unchanged reason message"
FOLLOWED = f"{JOB} resultFile {{ id sha256 size }} failedFile {{ id }}"

Watch = Callable[[Mapping[str, Any]], None]
"""Is told of a job each time that it is looked at."""


@dataclass(frozen=True)
class Jobs:
    """The files and jobs of one service; `name` is the name that its fields begin with."""

    graph: Graph
    name: str

    @property
    def type(self) -> str:
        return f"{self.name[0].upper()}{self.name[1:]}"

    async def asked(self, document: str, **variables: Any) -> dict[str, Any]:
        """Do one mutation under the alias `done`; what it refuses ends the program's work."""
        done: dict[str, Any] = (await self.graph.ask(document, **variables))["done"]
        if done["userErrors"]:
            raise Refused(f"the graph refuses: {reason_of(done['userErrors'])}")
        return done

    async def followed(self, id: str, watch: Watch) -> dict[str, Any]:
        """Look at a job until it ends; one that failed or was stopped is told in a sentence."""
        document = f"query Job($id: ID!) {{ job: {self.name}Job(id: $id) {{ {FOLLOWED} }} }}"
        pause = FIRST_PAUSE
        while True:
            job: dict[str, Any] | None = (await self.graph.ask(document, id=id))["job"]
            if job is not None:
                watch(job)
                if job["state"] == "DONE":
                    return job
                if job["state"] in ("FAILED", "CANCELLED"):
                    raise Refused(_ending(job))
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def lines(self, id: str) -> AsyncIterator[str]:
        """Fetch a file line by line, none held but one part."""
        rest = b""
        async for content in self.parts(id):
            *whole, rest = (rest + content).split(b"\n")
            for it in whole:
                yield it.decode()
        if rest:
            yield rest.decode()

    async def parts(self, id: str) -> AsyncIterator[bytes]:
        document = f"""query Part($id: ID!, $from: Int!) {{
            part: {self.name}FilePart(id: $id, from: $from) {{ content next }} }}"""
        following: int | None = 0
        while following is not None:
            part = (await self.graph.ask(document, id=id, **{"from": following}))["part"]
            if part is None:
                raise Refused("the file is not there any more")
            yield base64.b64decode(part["content"])
            following = part["next"]

    async def fetched(self, file: Mapping[str, Any], into: Path) -> None:
        """Fetch a file whole; one that did not come as it was is not kept."""
        partly = into.with_name(f"{into.name}.part")
        digest = hashlib.sha256()
        with partly.open("wb") as stream:
            async for content in self.parts(file["id"]):
                digest.update(content)
                stream.write(content)
        if file["sha256"] is not None and digest.hexdigest() != file["sha256"]:
            partly.unlink()
            raise Refused("the file did not come as it was written: fetch it again")
        partly.rename(into)


@dataclass
class Upload:
    """A file on its way up, in chunks that may be sent twice."""

    jobs: Jobs
    id: str
    number: int = 0
    waiting: bytearray = field(default_factory=bytearray)
    digest: Any = field(default_factory=hashlib.sha256)

    @staticmethod
    async def begun(jobs: Jobs, name: str, format: str) -> "Upload":
        document = f"""mutation Begin($i: FileInput!, $key: String!) {{
            done: create{jobs.type}File(input: $i, idempotencyKey: $key) {{
                file: {jobs.name}File {{ id }} {ERRORS} }} }}"""
        given = {"name": name[:200], "format": format}
        done = await jobs.asked(document, i=given, key=str(uuid4()))
        return Upload(jobs, done["file"]["id"])

    async def add(self, content: bytes) -> None:
        self.digest.update(content)
        self.waiting += content
        while len(self.waiting) >= CHUNK:
            await self._send(bytes(self.waiting[:CHUNK]))
            del self.waiting[:CHUNK]

    async def close(self) -> str:
        """Send what is left, and have it compared; give the file's id."""
        if self.waiting:
            await self._send(bytes(self.waiting))
        document = f"""mutation Close($id: ID!, $i: Close{self.jobs.type}FileInput,
                $key: String!) {{
            done: close{self.jobs.type}File(id: $id, input: $i, idempotencyKey: $key) {{
                {ERRORS} }} }}"""
        given = {"sha256": self.digest.hexdigest()}
        await self.jobs.asked(document, id=self.id, i=given, key=str(uuid4()))
        return self.id

    async def _send(self, content: bytes) -> None:
        document = f"""mutation Send($id: ID!, $i: AppendTo{self.jobs.type}FileInput!) {{
            done: appendTo{self.jobs.type}File(id: $id, input: $i) {{ {ERRORS} }} }}"""
        given = {"number": self.number, "content": base64.b64encode(content).decode()}
        await self.jobs.asked(document, id=self.id, i=given)
        self.number += 1


def reason_of(errors: Any) -> str:
    """Say errors in one line; of a path, the last step is what helps."""
    return "; ".join(
        f"{it['path'][-1]}: {it['message']}" if it["path"] else it["message"] for it in errors
    )


def _ending(job: Mapping[str, Any]) -> str:
    if job["state"] == "CANCELLED":
        return f"somebody has stopped the job {job['id']}: it can be resumed"
    told = job["message"] or "it has failed"
    done = job["done"]
    return f"the graph refuses: {told} (job {job['id']}, after {done} rows; it can be resumed)"
