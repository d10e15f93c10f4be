"""Line by line: a job with what a file says; what is refused goes into a file of its own."""

import asyncio
from collections.abc import Sequence
from functools import partial

from services.chassis import files
from services.chassis.delimited import Unreadable
from services.chassis.exchange import Reckoning
from services.chassis.files import File, FileState
from services.chassis.graph.entries import Entries, Entry, FileUnreadable, Lined, reason_of
from services.chassis.graph.read import Reader
from services.chassis.graph.rows import Row, put_all
from services.chassis.graph.types import FileFormat, RowStatus
from services.chassis.jobs import Progress
from services.chassis.refusals import Code, Forbidden, Locked, Refusal, Refusals
from services.chassis.runner import Run
from services.chassis.work import Work

MAX_REASON = 1000
BUSY_TRIES, BUSY_SECONDS = 3, 0.2


class TooManyFailed(Refusal):
    code, reason = Code.LIMIT_EXCEEDED, "TOO_MANY_FAILED_LINES"


class NothingMayBe(Forbidden):
    """Whoever asked for the job may do none of it."""


class LineByLine:
    """One such job in the hands of a runner; `place` counts the rows that are behind it."""

    def __init__(self, of: Lined, reckoning: Reckoning, run: Run) -> None:
        self.of = of
        self.reckoning = reckoning
        self.run = run
        self.options = run.job.options
        self.behind: int = run.job.place.get("rows", 0)
        self.entries = Entries(of, run)

    async def step(self) -> bool:
        """Do one batch; what is refused whole is done again row by row."""
        try:
            entries = await self.entries.some(self.run.courtesy.rows)
        except Unreadable as why:
            raise FileUnreadable(str(why)) from None
        if not entries:
            await self._end()
            return False
        try:
            await self._patiently(entries)
        except NothingMayBe:
            raise
        except (Refusal, Refusals):
            for it in entries:
                await self._alone(it)
        most = self.options.get("maxFailures")
        if most is not None and self.run.job.failed > most:
            raise TooManyFailed(f"{self.run.job.failed} lines were refused, {most} are allowed")
        return True

    async def _patiently(self, entries: Sequence[Entry]) -> None:
        """Do a batch; where somebody else is at work on its records, some moments later again."""
        for _ in range(BUSY_TRIES):
            try:
                await self._do(entries, is_patient=True)
            except Locked:
                await asyncio.sleep(BUSY_SECONDS)
            else:
                return
        await self._do(entries)

    async def _alone(self, entry: Entry) -> None:
        """Do one row; if even that is refused at its end, by what it comes to, it is refused."""
        try:
            await self._do([entry])
        except (Refusal, Refusals) as refusal:
            entry.reason = reason_of(refusal)
            await self._do([entry])

    async def _do(self, entries: Sequence[Entry], *, is_patient: bool = False) -> None:
        sound = [it for it in entries if not it.reason]
        async with self.run.batch(rehearsal=self.run.job.is_dry_run) as (work, progress):
            rows = await self._put(work, sound)
            refused = [
                (it, reason_of(*row.refusals))
                for it, row in zip(sound, rows, strict=True)
                if row.status is RowStatus.REFUSED
            ]
            _refuse_if_all_is_forbidden(rows, is_first=not self.behind)
            if is_patient:
                _refuse_if_locked(rows)
            failed = [(it, it.reason) for it in entries if it.reason] + refused
            progress.place = {"rows": self.behind + len(entries)}
            progress.done = len(entries)
            progress.failed = len(failed)
            statuses = [it.status for it in rows]
            progress.created = statuses.count(RowStatus.CREATED)
            progress.updated = statuses.count(RowStatus.UPDATED)
            progress.unchanged = statuses.count(RowStatus.UNCHANGED)
            if self.run.job.total is None:
                progress.more["total"] = await self.entries.counted()
            if failed:
                failed.sort(key=lambda it: it[0].line)
                progress.writings.append(partial(self._write_failed, failed, progress))
        self.behind += len(entries)

    async def _put(self, work: Work, entries: Sequence[Entry]) -> list[Row]:
        at, connection = self.run.job.created_at, await work.session.connection()
        rowwise = self.of.rowwise([it.item for it in entries])
        rows = await rowwise.rows(work, Reader(connection, work.actor, at, self.reckoning))
        await put_all(work, rowwise, rows)
        await rowwise.finish(work, rows)
        return rows

    async def _end(self) -> None:
        """Close the file of what was refused."""
        async with self.run.batch() as (work, _progress):
            if id := self.run.job.failed_file_id:
                file = await work.lock(File, id)
                if file.state is FileState.OPEN:
                    await files.close(work, file, sha256=None)

    async def _write_failed(
        self, failed: Sequence[tuple[Entry, str]], progress: Progress, work: Work
    ) -> None:
        job = self.run.job
        lines = [self.entries.refused(entry, why[:MAX_REASON]) for entry, why in failed]
        id = job.failed_file_id
        if id is None:
            media_type = FileFormat[self.options["format"]].value
            name = f"refused of {job.id}"
            file = await files.begin(work, self.run.limits, name=name, media_type=media_type)
            await work.flush()
            progress.more["failed_file_id"] = id = file.id
            lines.insert(0, self.entries.refused_header())
        await files.write(work.session, id, "".join(lines).encode())


def _refuse_if_all_is_forbidden(rows: Sequence[Row], *, is_first: bool) -> None:
    """Stop at the first batch when it is the person, not the rows, that may not."""
    refusals = [it.refusals[0] if it.refusals else None for it in rows]
    if is_first and refusals and all(isinstance(it, Forbidden) for it in refusals):
        raise NothingMayBe(str(refusals[0]))


def _refuse_if_locked(rows: Sequence[Row]) -> None:
    for row in rows:
        for it in row.refusals:
            if isinstance(it, Locked):
                raise it
