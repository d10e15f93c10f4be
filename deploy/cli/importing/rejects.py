"""The file of refused rows: each with its line and its reason, to be corrected and run again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from deploy.cli.importing.rows import REFUSAL_COLUMNS, Row
from deploy.local.refusals import Refused
from services.chassis.delimited import Dialect, written


class Rejects:
    """Makes its file when the first row is refused; a run that refuses none leaves none."""

    def __init__(self, file: Path | None, columns: Sequence[str], dialect: Dialect) -> None:
        self.file = file
        self.columns = columns
        self.dialect = dialect
        self.stream: TextIO | None = None

    def add(self, row: Row, reason: str) -> None:
        if self.file is None:
            return
        if self.stream is None:
            self.stream = self.file.open("w", encoding="utf-8", newline="")
            headings = [*REFUSAL_COLUMNS, *self.columns]
            self.stream.write(written([headings], self.dialect))
        self.stream.write(written([[row.line, reason, *row.cells]], self.dialect))

    def close(self) -> None:
        if self.stream is not None:
            self.stream.close()


def cleared(file: Path | None) -> None:
    """Remove what an earlier run left; refuse to write over anything else."""
    if file is None or not file.exists():
        return
    with file.open("rb") as stream:
        head = stream.read(200)
    if not head.startswith(REFUSAL_COLUMNS[0].encode()) and b'"refused":' not in head:
        raise Refused(f"{file} is there already, and is no file of refused rows")
    file.unlink()


@contextmanager
def writing(file: Path | None, columns: Sequence[str], dialect: Dialect) -> Iterator[Rejects]:
    rejects = Rejects(file, columns, dialect)
    try:
        yield rejects
    finally:
        rejects.close()
