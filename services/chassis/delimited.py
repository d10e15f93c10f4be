"""Delimited text: the rows of a CSV file as a stream; a damaged one is told, the next is read."""

import csv
import re
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

REFUSAL_COLUMNS = ["refused_line", "refused_reason"]
"""What a file of refused rows has before its own columns; when it is read they are left out."""
LINE_END = re.compile(r"(\r\n|\n|\r)")
MAX_LINE, MAX_REST, MAX_COLUMNS = 131_072, 1 << 20, 500
"""In characters: of a row's lines together (csv bounds a cell by the same), and of one line."""
UNCLOSED = "a quote is opened and not closed, or a column is missing"


class Unreadable(Exception):
    """Why a file as a whole is none that can be read, in words."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file writes its cells; no quote means that nothing is quoted."""

    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None
    encoding: str = "utf-8-sig"
    line_end: str = "\n"

    def options(self) -> dict[str, Any]:
        """Give it as the csv module takes it."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote or '"',
            "quoting": csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            "escapechar": self.escape,
            "doublequote": self.escape is None,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line on which it begins, its cells as they stand, and why it cannot be read."""

    line: int
    cells: list[str]
    damage: str = ""


class Lines:
    """Bytes in, whole lines out, their ends included; whoever feeds it decides how much it holds.

    `more` is asked for the next bytes when no whole line is left, and gives none at the end.
    `held` counts the characters of the lines that can be had without it.
    """

    def __init__(self, encoding: str, more: Callable[[], bytes] | None = None) -> None:
        self.encoding = encoding
        self.more = more
        self.ready: deque[str] = deque()
        self.held = self.taken = 0
        self._decoder = getincrementaldecoder(encoding)()
        self._rest = ""
        self.is_over = False

    def feed(self, content: bytes) -> None:
        """Take in more bytes; none says that there are no more."""
        try:
            text = self._rest + self._decoder.decode(content, final=not content)
        except UnicodeDecodeError:
            at = self.taken + len(self.ready)
            encoding = self.encoding.removesuffix("-sig")
            raise Unreadable(
                f"it is not {encoding.upper()}, somewhere after line {at}: say its encoding"
            ) from None
        # a carriage return at the end may be half of a line end
        half = "\r" if content and text.endswith("\r") else ""
        *parts, rest = LINE_END.split(text.removesuffix(half))
        found = [line + end for line, end in zip(parts[::2], parts[1::2], strict=True)]
        self._rest = rest + half
        if not content:
            self.is_over = True
            found += [self._rest] if self._rest else []
            self._rest = ""
        elif len(self._rest) > MAX_REST:
            line = self.taken + len(self.ready) + len(found) + 1
            raise Unreadable(f"line {line} is longer than {MAX_REST} characters")
        self.ready.extend(found)
        self.held += sum(map(len, found))

    def line(self) -> str:
        """Give the next line; an empty text at the end."""
        while not self.ready and not self.is_over and self.more:
            self.feed(self.more())
        if not self.ready:
            return ""
        self.taken += 1
        line = self.ready.popleft()
        self.held -= len(line)
        return line


class Rows:
    """Reads row by row, and keeps no more than one; `position` counts bytes."""

    def __init__(self, lines: Lines, dialect: Dialect) -> None:
        self.lines = lines
        self.dialect = dialect
        self.position = self.line = 0
        self.taken: list[str] = []
        self.put_back: list[str] = []
        self.width = self.skipped = 0
        self.records = self._records()
        header = next(self.records, None)
        if header is None:
            raise Unreadable("it is empty: its first line names the columns")
        self.skipped = 2 if header.cells[:2] == REFUSAL_COLUMNS else 0
        self.columns = [it.strip() for it in header.cells[self.skipped :]]
        self.width = len(header.cells)
        if self.width > MAX_COLUMNS:
            raise Unreadable(f"it has {self.width} columns, and {MAX_COLUMNS} are allowed")

    def __iter__(self) -> Iterator[Row]:
        return self

    def __next__(self) -> Row:
        row = next(self.records)
        return Row(row.line, row.cells[self.skipped :], row.damage)

    def require(self, columns: set[str]) -> None:
        """Refuse a file that lacks a column, or has two of one name."""
        there = ", ".join(self.columns)
        for name in sorted(columns):
            if self.columns.count(name) != 1:
                many = "two columns" if name in self.columns else "no column"
                raise Unreadable(f"it has {many} called {name}; its columns are {there}")

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
        return csv.reader(self._lines(), strict=True, **self.dialect.options())

    def _damaged(self, line: int, damage: str) -> Row:
        """Give up one line only: a quote that was never closed has swallowed those after it."""
        first, *rest = self.taken
        if rest:
            damage = UNCLOSED
            self.put_back += reversed(rest)
            self.line -= len(rest)
        try:
            text = first.rstrip("\r\n")
            cells = next(csv.reader([text], **self.dialect.options()), [])
        except csv.Error:
            cells = [first]
        return Row(line, cells, damage)

    def _lines(self) -> Iterator[str]:
        """Give lines for one record; one that goes on beyond all bounds has an unclosed quote."""
        while line := self._line():
            self.line += 1
            self.taken.append(line)
            if len(self.taken) > 1 and sum(map(len, self.taken)) > MAX_LINE:
                raise csv.Error(UNCLOSED)
            yield line

    def _line(self) -> str:
        if self.put_back:
            return self.put_back.pop()
        line = self.lines.line()
        self.position += len(line.encode(self.dialect.encoding.removesuffix("-sig")))
        return line


def written(rows: Sequence[Sequence[Any]], dialect: Dialect) -> str:
    """Write rows so that they are read as they are."""
    text = StringIO()
    options = dialect.options()
    # without quotes a cell may not hold a delimiter: what we write is then escaped
    options["escapechar"] = options["escapechar"] or (None if dialect.quote else "\\")
    csv.writer(text, lineterminator=dialect.line_end, **options).writerows(rows)
    return text.getvalue()
