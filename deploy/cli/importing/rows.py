"""A file of rows on this machine: how it is written, and a stream of what it holds."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from deploy.local.refusals import NotThere, Refused
from services.chassis.delimited import REFUSAL_COLUMNS, Dialect, Lines, Row, Rows, Unreadable
from services.chassis.dialects import HEAD, checked_encoding, found_in

__all__ = ["REFUSAL_COLUMNS", "Row", "Rows"]
BLOCK = 65_536
NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
ENDS = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}


@dataclass(frozen=True)
class Said:
    """What somebody says of how a file is written; the rest is found."""

    delimiter: str | None = None
    quote: str | None = None
    encoding: str | None = None

    def dialect_of(self, file: Path) -> Dialect:
        """Find how a file is written, and put what is said in its place."""
        try:
            encoding = checked_encoding(self.encoding) if self.encoding else _encoding_of(file)
            head = _opened(file)
            found = found_in(head[:HEAD], is_whole=len(head) <= HEAD, encoding=encoding)
        except Unreadable as why:
            raise Refused(f"{file}: {why}") from None
        said = {} if self.delimiter is None else {"delimiter": _letter(self.delimiter)}
        if self.quote is not None:
            said["quote"] = _letter(self.quote) if self.quote else None  # type: ignore[assignment]  # none quotes nothing
        return replace(found, **said)


def told(dialect: Dialect) -> str:
    """Say how a file is written, before anything is done with it."""
    between = NAMES.get(dialect.delimiter, repr(dialect.delimiter))
    around = f"quotes {dialect.quote}" if dialect.quote else "no quotes"
    encoding = dialect.encoding.removesuffix("-sig").upper()
    return f"{encoding}, {between} between cells, {around}, {ENDS[dialect.line_end]} line ends"


@contextmanager
def reading(file: Path, dialect: Dialect) -> Iterator[Rows]:
    """Read a file as a stream; what is no table, or no text, is told in one sentence."""
    try:
        with file.open("rb") as stream:
            yield Rows(Lines(dialect.encoding, partial(stream.read, BLOCK)), dialect)
    except (FileNotFoundError, IsADirectoryError):
        raise NotThere(f"there is no file {file}") from None
    except Unreadable as why:
        raise Refused(f"{file}: {why}") from None


def _opened(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(HEAD + 1)
    except (FileNotFoundError, IsADirectoryError):
        raise NotThere(f"there is no file {file}") from None


def _encoding_of(file: Path) -> str | None:
    """Look through all of a file that begins as plain ASCII: its first umlaut may come late."""
    if not _opened(file).isascii():
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with file.open("rb") as stream:
            while block := stream.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _letter(text: str) -> str:
    text = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(text) != 1 or text in "\r\n":
        raise Refused(f"{text!r} is no single letter")
    return text
