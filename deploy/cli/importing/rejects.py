"""The file of refused rows: each with its line and its reason, to be corrected and run again."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from deploy.cli.importing.rows import REFUSAL_COLUMNS, Row
from deploy.local.refusals import Refused


class Rejects:
    """Makes its file when the first row is refused; a run that refuses none leaves none."""

    def __init__(self, file: Path | None, columns: Sequence[str], delimiter: str) -> None:
        self.file = file
        self.columns = columns
        self.delimiter = delimiter
        self.stream: TextIO | None = None
        self.writer: Any = None

    def add(self, row: Row, reason: str) -> None:
        if self.file is None:
            return
        if self.writer is None:
            self.stream = self.file.open("w", encoding="utf-8", newline="")
            self.writer = csv.writer(self.stream, delimiter=self.delimiter)
            self.writer.writerow([*REFUSAL_COLUMNS, *self.columns])
        self.writer.writerow([row.line, reason, *row.cells])

    def close(self) -> None:
        if self.stream is not None:
            self.stream.close()


@contextmanager
def writing(file: Path | None, columns: Sequence[str], delimiter: str) -> Iterator[Rejects]:
    """Remove what an earlier run left; refuse to write over anything else."""
    if file is not None and file.exists():
        if not file.read_text("utf-8", errors="replace").startswith(REFUSAL_COLUMNS[0]):
            raise Refused(f"{file} is there already, and is no file of refused rows")
        file.unlink()
    rejects = Rejects(file, columns, delimiter)
    try:
        yield rejects
    finally:
        rejects.close()
