"""How a file of rows is written, found in its first bytes: letters, delimiter, quotes, line ends.

What is right is what fits all lines alike: a delimiter that cuts every line into as many cells as
the headings, and quotes that stand at the edges of cells. csv.Sniffer guesses by frequency, and
takes the comma of `1,5;2,5` or the letter of a word for it.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from services.chassis.delimited import Dialect, Lines, Unreadable

HEAD = 262_144
"""So many bytes are looked at, and so many rows of them."""
ROWS, SAMPLE = 200, 65_536
DELIMITERS = (",", ";", "\t", "|", ":", "^", "~", "\x1f")
QUOTES = ('"', "'")
AROUND = "".join(map(re.escape, DELIMITERS))
QUOTED = {
    it: re.compile(
        rf"(?:^|[{AROUND}]){it}(?:[^{it}]|{it}{it})*{it}(?=[{AROUND}\r\n]|$)", re.MULTILINE
    )
    for it in QUOTES
}
"""A cell with quotes around it: without a single one, nothing in a file is quoted."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FEW = 0.1


def found_in(head: bytes, *, is_whole: bool = True, encoding: str | None = None) -> Dialect:
    """Find how a file is written, in an encoding that is known or not."""
    encoding = encoding or encoding_of(head, is_whole=is_whole)
    lines = Lines(encoding)
    lines.feed(head)
    if is_whole:
        lines.feed(b"")
    text = list(lines.ready)
    return _best(text, encoding)


def encoding_of(head: bytes, *, is_whole: bool = True) -> str:
    """Find an encoding: by its mark, by zeros in every other byte, or by what can be decoded."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    sample = head[: len(head) // 2 * 2]
    zeros = [sample[it::2].count(0) / max(1, len(sample) // 2) for it in (0, 1)]
    if max(zeros) > 1 / 3 and min(zeros) < FEW:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    for encoding in ("utf-8", "windows-1252"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(head, final=is_whole)
        except UnicodeDecodeError:
            continue
        return encoding
    return "iso-8859-1"


def checked_encoding(name: str) -> str:
    """Give an encoding by its common name, or say that there is none of that name."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        raise Unreadable(f"there is no encoding called {name}") from None
    if not found._is_text_encoding:  # noqa: SLF001  # base64 and the like have names too
        raise Unreadable(f"{name} is no encoding of text")
    return "utf-8-sig" if found.name == "utf-8" else found.name


@dataclass(frozen=True, order=True)
class Fit:
    """How well a dialect fits the lines; the larger, the better."""

    alike: float
    tidy: float
    width: int
    preference: int


def _best(lines: list[str], encoding: str) -> Dialect:
    ends = [_end_of(it) for it in lines if _end_of(it)]
    line_end = max(("\r\n", "\n", "\r"), key=ends.count) if ends else "\n"
    text = "".join(lines)
    escapes = (None, "\\") if '\\"' in text or "\\'" in text else (None,)
    quotes: list[str | None] = [it for it in QUOTES if QUOTED[it].search(text, 0, SAMPLE)]
    delimiters = [it for it in DELIMITERS if it in lines[0]] if lines else []
    tried = list(product(delimiters, quotes or [None]))
    fits = {
        Dialect(delimiter, quote, escape, encoding, line_end): fit
        for escape in escapes
        for preference, (delimiter, quote) in enumerate(reversed(tried))
        if (fit := _fit(lines, Dialect(delimiter, quote, escape), preference)) is not None
    }
    plain = Dialect(encoding=encoding, line_end=line_end)
    found = max(fits, key=fits.__getitem__, default=plain)
    # where no quote stands at all, a cell that needs one later is still to be read
    return found if found.quote or '"' in text else replace(found, quote='"')


def _fit(lines: list[str], dialect: Dialect, preference: int) -> Fit | None:
    rows = list(_rows(lines, dialect))
    if not rows or rows[0] is None or len(rows[0]) < 2:  # noqa: PLR2004  # else it cuts nothing
        return None
    width = len(rows[0])
    alike = sum(it is not None and len(it) == width for it in rows) / len(rows)
    cells = [cell for row in rows if row for cell in row]
    untidy = sum(_is_untidy(it) for it in cells)
    return Fit(round(alike, 2), 1 - untidy / max(1, len(cells)), width, preference)


def _rows(lines: list[str], dialect: Dialect) -> Iterator[list[str] | None]:
    """Read the first rows; None stands for one that cannot be read."""
    reader = csv.reader(iter(lines), strict=True, **dialect.options())
    for _ in range(ROWS):
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None
            continue
        if row:
            yield row


def _is_untidy(cell: str) -> bool:
    """Say whether quotes were left at the edges: they were not taken for quotes, and are."""
    return len(cell) > 1 and any(cell.startswith(it) and cell.endswith(it) for it in "\"'")


def _end_of(line: str) -> str:
    return next((it for it in ("\r\n", "\n", "\r") if line.endswith(it)), "")
