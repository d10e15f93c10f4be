"""The rows of a CSV file, as a stream; a damaged one is told, and the next is read."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from deploy.local.refusals import NotThere, Refused

REFUSAL_COLUMNS = ["refused_line", "refused_reason"]
"""What a file of refused rows has before its own columns; when it is read they are left out."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line on which it begins, its cells as they stand, and why it cannot be read."""

    line: int
    cells: list[str]
    damage: str = ""


class Rows:
    """Reads row by row, and keeps no more than one; `position` counts bytes, of `size`."""

    def __init__(self, stream: TextIO, file: Path, delimiter: str) -> None:
        self.stream = stream
        self.file = file
        self.delimiter = delimiter
        self.size = file.stat().st_size
        self.position = 0
        self.line = 0
        self.taken: list[str] = []
        self.put_back: list[str] = []
        self.width = self.skipped = 0
        header = next(self._records(), None)
        if header is None:
            raise Refused(f"{file} is empty: its first line names the columns")
        self.skipped = 2 if header.cells[:2] == REFUSAL_COLUMNS else 0
        self.columns = [it.strip() for it in header.cells[self.skipped :]]
        self.width = len(header.cells)

    def __iter__(self) -> Iterator[Row]:
        for row in self._records():
            yield Row(row.line, row.cells[self.skipped :], row.damage)

    def require(self, columns: set[str]) -> None:
        """Refuse a file that lacks a column, or has two of one name."""
        there = ", ".join(self.columns)
        for name in sorted(columns):
            if self.columns.count(name) != 1:
                many = "two columns" if name in self.columns else "no column"
                raise Refused(f"{self.file} has {many} called {name}; its columns are {there}")

    def _records(self) -> Iterator[Row]:
        lines = self._reader()
        while True:
            self.taken.clear()
            line = self.line + 1
            try:
                cells = next(lines)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._damaged(line, str(error))
                lines = self._reader()
                continue
            if not cells:
                continue
            if self.width and len(cells) != self.width:
                found, wanted = (it - self.skipped for it in (len(cells), self.width))
                yield self._damaged(line, f"it has {found} columns, not {wanted}")
            else:
                yield Row(line, cells)

    def _reader(self) -> Iterator[list[str]]:
        """Read strictly: a stray quote is an error, not the beginning of a very long cell."""
        return csv.reader(self._lines(), delimiter=self.delimiter, strict=True)

    def _damaged(self, line: int, damage: str) -> Row:
        """Give up one line only: a quote that was never closed has swallowed those after it."""
        first, *rest = self.taken
        if rest:
            damage = "a quote is opened and not closed, or a column is missing"
            self.put_back += reversed(rest)
            self.line -= len(rest)
        try:
            cells = next(csv.reader([first.rstrip("\r\n")], delimiter=self.delimiter), [])
        except csv.Error:
            cells = [first]
        return Row(line, cells, damage)

    def _lines(self) -> Iterator[str]:
        while line := self._line():
            self.line += 1
            self.taken.append(line)
            yield line

    def _line(self) -> str:
        if self.put_back:
            return self.put_back.pop()
        try:
            line = self.stream.readline()
        except UnicodeDecodeError:
            raise Refused(
                f"{self.file} is not UTF-8, somewhere after line {self.line}: convert it first"
            ) from None
        self.position += len(line.encode())
        return line


@contextmanager
def reading(file: Path, delimiter: str) -> Iterator[Rows]:
    """Open a file; a mark of UTF-8 at its beginning is no part of the first column's name."""
    try:
        stream = file.open(encoding="utf-8-sig", newline="")
    except (FileNotFoundError, IsADirectoryError):
        raise NotThere(f"there is no file {file}") from None
    with stream:
        yield Rows(stream, file, delimiter)
