"""Files: what is brought in and taken out, in chunks under its tenant, until its time is over.

| from | by | to |
|---|---|---|
| open | close | whole: its size and digest are known, nothing is added any more |
"""

import enum
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    delete,
    func,
    select,
    text,
    true,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Mapped

from services.chassis.actor import Actor, ActorKind
from services.chassis.database import ID, Entity, Personal, RecordColumns, column
from services.chassis.permissions import Permission
from services.chassis.refusals import Bounds, Code, Invalid, LimitExceeded, Refusal, Step
from services.chassis.work import Work

MAX_CHUNK = 524_288
"""In bytes: base64 makes 699,052 characters of them, and a request may have a megabyte."""
KINDS = ("text/csv", "application/jsonl")


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What an operator allows: of one file, of all files of a company, and for how long."""

    file_bytes: int = 256 << 20
    company_bytes: int = 4 << 30
    keep: timedelta = timedelta(days=7)


class FileState(enum.Enum):
    OPEN = "OPEN"
    WHOLE = "WHOLE"


class FileWhole(Refusal):
    code, reason = Code.INVALID_TRANSITION, "FILE_WHOLE"


class FileNotWhole(Refusal):
    code, reason = Code.INVALID_TRANSITION, "FILE_NOT_WHOLE"


class DigestDiffers(Refusal):
    code, reason = Code.INVALID, "DIGEST_DIFFERS"


def administers(actor: Actor) -> bool:
    """Say whether an actor sees the files and jobs of others: each service names it alike."""
    names = (it.partition(":")[2] for it in actor.permissions)
    return actor.kind is ActorKind.SYSTEM or ADMINISTER in names


ADMINISTER = "job:administer"


def administering(service: str) -> Permission:
    """Name the permission by which a service's files and jobs of others are seen."""
    return Permission(f"{service}:{ADMINISTER}")


class File(RecordColumns, Entity):
    """`size` and `chunks` grow without a version: they are no change that somebody made."""

    __tablename__, __prefix__ = "file", "fil"
    __sorts__ = ("created_at",)
    __table_args__ = (Index("file_expires_at_ix", "expires_at"),)

    name: Mapped[str] = column(Personal.FREE_TEXT)
    media_type: Mapped[str] = column(Personal.NONE, String(100))
    state: Mapped[FileState] = column(default=FileState.OPEN)
    size: Mapped[int] = column(default=0)
    chunks: Mapped[int] = column(default=0)
    sha256: Mapped[str | None] = column(Personal.NONE, String(64))
    expires_at: Mapped[datetime] = column()

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a file to whoever made it."""
        return true() if administers(actor) else cls.created_by_id == actor.id

    def refuse_unless_open(self) -> None:
        if self.state is not FileState.OPEN:
            raise FileWhole("this file is whole already", details=Step(self.state.name))

    def refuse_unless_whole(self) -> None:
        if self.state is not FileState.WHOLE:
            raise FileNotWhole(
                "this file is not whole yet: close it first", details=Step(self.state.name)
            )


class FileChunk(Entity):
    __tablename__ = "file_chunk"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant", "file_id"], ["file.tenant", "file.id"], ondelete="CASCADE"
        ),
    )

    file_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    number: Mapped[int] = column(primary_key=True)
    content: Mapped[bytes] = column(Personal.COPIED, LargeBinary)


STORED = select(func.coalesce(func.sum(File.size), 0))
EXTEND = text("""
    WITH grown AS (
        UPDATE file SET chunks = chunks + 1, size = size + length(CAST(:content AS bytea))
        WHERE id = :id RETURNING chunks - 1 AS number
    )
    INSERT INTO file_chunk (file_id, number, content)
    SELECT :id, number, CAST(:content AS bytea) FROM grown
""")


async def begin(work: Work, limits: FileLimits, *, name: str, media_type: str) -> File:
    """Make an empty file; refuse it when the company keeps as much as it may."""
    if media_type not in KINDS:
        raise Invalid(
            "a file is CSV or JSON lines", path=("mediaType",), details=Bounds(allowed=KINDS)
        )
    if (await work.session.scalar(STORED) or 0) >= limits.company_bytes:
        raise LimitExceeded(f"all files together may have {limits.company_bytes} bytes")
    expires_at = work.now + limits.keep
    return work.add(File, name=name, media_type=media_type, expires_at=expires_at)


async def append(
    work: Work, limits: FileLimits, file: File, *, number: int, content: bytes
) -> None:
    """Add the next chunk; one that came before is let pass, if it is the same."""
    file.refuse_unless_open()
    if not 0 < len(content) <= MAX_CHUNK:
        bounds = Bounds(min="1", max=str(MAX_CHUNK))
        raise LimitExceeded(
            f"a chunk has 1 to {MAX_CHUNK} bytes", path=("content",), details=bounds
        )
    if number < file.chunks and content == await chunk(work.session, file.id, number):
        return
    if number != file.chunks:
        raise Invalid(
            f"the next chunk is number {file.chunks}",
            path=("number",),
            details=Bounds(allowed=(str(file.chunks),)),
        )
    if file.size + len(content) > limits.file_bytes:
        raise LimitExceeded(f"a file may have {limits.file_bytes} bytes", path=("content",))
    await extend(work.session, file.id, content)


async def close(work: Work, file: File, *, sha256: str | None) -> None:
    """Let a file be whole; refuse if it is not what the sender says."""
    file.refuse_unless_open()
    found = await digest(work.session, file.id)
    if sha256 is not None and sha256.lower() != found:
        raise DigestDiffers(f"what has come has the digest {found}", path=("sha256",))
    file.state, file.sha256 = FileState.WHOLE, found


async def extend(session: AsyncSession, id: str, content: bytes) -> None:
    """Add to a file that the service itself writes."""
    await session.execute(EXTEND, {"id": id, "content": content})


async def write(session: AsyncSession, id: str, content: bytes) -> None:
    """Add to a file that the service itself writes, however much it is."""
    for begin in range(0, len(content), MAX_CHUNK):
        await extend(session, id, content[begin : begin + MAX_CHUNK])


async def digest(session: AsyncSession, id: str) -> str:
    """Work out SHA-256 over all chunks, one of them at a time."""
    found = hashlib.sha256()
    async for content in contents(session, id):
        found.update(content)
    return found.hexdigest()


async def contents(session: AsyncSession | AsyncConnection, id: str) -> AsyncIterator[bytes]:
    """Give a file chunk by chunk."""
    number = 0
    while (content := await chunk(session, id, number)) is not None:
        yield content
        number += 1


async def part(
    connection: AsyncConnection, id: str, begin: int, visible: ColumnElement[bool]
) -> tuple[bytes, int | None] | None:
    """Give the chunks from a number on, as many as make a full one, and the number after them.

    Of a file that is not visible there is no part.
    """
    if not await connection.scalar(select(File.id).where(File.id == id, visible)):
        return None
    lengths = await connection.execute(
        select(FileChunk.number, func.length(FileChunk.content))
        .where(FileChunk.file_id == id, FileChunk.number >= begin)
        .order_by(FileChunk.number)
        .limit(MOST_CHUNKS)
    )
    end, size = begin, 0
    for number, length in lengths:
        if size and size + length > MAX_CHUNK:
            break
        end, size = number + 1, size + length
    found = await connection.execute(
        select(FileChunk.number, FileChunk.content)
        .where(FileChunk.file_id == id, FileChunk.number.between(begin, end))
        .order_by(FileChunk.number)
    )
    rows = found.all()
    following = end if any(it.number == end for it in rows) else None
    return b"".join(it.content for it in rows if it.number < end), following


MOST_CHUNKS = 256


async def chunk(session: AsyncSession | AsyncConnection, id: str, number: int) -> bytes | None:
    statement = select(FileChunk.content).where(
        FileChunk.file_id == id, FileChunk.number == number
    )
    found: bytes | None = await session.scalar(statement)
    return found


async def forget_expired(engine: AsyncEngine) -> int:
    """Forget the files whose time is over, of all tenants, as the worker; count them."""
    async with engine.begin() as connection:
        done = await connection.execute(delete(File).where(File.expires_at <= func.now()))
    return done.rowcount
