"""How a file is written is found by what fits all of its lines, however nasty it is."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.delimited import Dialect, Lines, Rows, Unreadable
from services.chassis.dialects import checked_encoding, encoding_of, found_in

FILES = {
    "commas": ("id,name\n1,Ann\n2,Bea\n", (",", '"', "\n")),
    "decimal commas": ("name;net;tax\nAnn;1,5;2,5\nBea;3,25;4,0\n", (";", '"', "\n")),
    "a comma in a heading": ("name;price, net;qty\nA;1,5;3\nB;2,5;4\n", (";", '"', "\n")),
    "tabs and texts with commas": ("a\tb\r\n1, 2\tx\r\n3, 4\ty\r\n", ("\t", '"', "\r\n")),
    "bars": ("a|b|c\n1|2,2|3\n4|5,5|6\n", ("|", '"', "\n")),
    "quoted delimiters": ('a,b\n"x;y;z",1\n"p,q",2\n', (",", '"', "\n")),
    "quoted lines": ('a;b\n"one\ntwo, three";1\n"x;y";2\n', (";", '"', "\n")),
    "apostrophes around": ("a;b\n'x;y';1\n'p;q';2\n", (";", "'", "\n")),
    "apostrophes within": ("a,b\nO'Brien,1\nD'Arcy,2\n", (",", '"', "\n")),
    "inches": ('a,b\n5" pipe,1\n7" pipe,2\n', (",", None, "\n")),
    "times and commas": ("at,who\n10:15,Ann\n11:20,Bea\n", (",", '"', "\n")),
    "old line ends": ("a,b\r1,2\r3,4\r", (",", '"', "\r")),
    "control letters": ("a\x1fb\n1,1\x1f2\n", ("\x1f", '"', "\n")),
    "one column": ("name\nAnn\nBea, too\n", (",", '"', "\n")),
    "headings alone": ("a;b;c", (";", '"', "\n")),
    "a damaged row": ("a;b\n1;2\n3;4;5\n6;7\n", (";", '"', "\n")),
}


@pytest.mark.parametrize("case", FILES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_delimiter_quote_and_line_end_are_found(case, encoding):
    text, wanted = FILES[case]
    found = found_in(text.encode(encoding))
    assert (found.delimiter, found.quote, found.line_end) == wanted


def test_a_backslash_before_quotes_is_found():
    text = 'a,b\n"she said \\"no\\", twice",1\n"x",2\n'
    dialect = found_in(text.encode())
    lines = Lines(dialect.encoding)
    lines.feed(text.encode())
    lines.feed(b"")
    assert [it.cells for it in Rows(lines, dialect)] == [
        ['she said "no", twice', "1"],
        ["x", "2"],
    ]


@pytest.mark.parametrize(
    ("encoding", "wanted"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16-be"),
        ("utf-16-le", "utf-16-le"),
        ("utf-32", "utf-32"),
        ("windows-1252", "windows-1252"),
    ],
)
def test_an_encoding_is_found_by_its_mark_or_by_what_can_be_decoded(encoding, wanted):
    text = "name,stadt\nZoë,Köln\nBjörk,Málaga “x”\n"
    assert encoding_of(text.encode(encoding)) == wanted


def test_letters_that_windows_1252_has_not_are_latin_1():
    assert encoding_of("Zo\xeb\x81".encode("latin-1")) == "iso-8859-1"


def test_a_letter_that_is_cut_at_the_end_of_the_head_is_no_other_encoding():
    assert encoding_of("Zoë".encode()[:-1], is_whole=False) == "utf-8"
    assert encoding_of("Zoë".encode()[:-1]) == "windows-1252"


def test_encodings_go_by_their_common_names():
    assert checked_encoding("UTF-8") == "utf-8-sig"
    assert checked_encoding("Latin-1") == "iso8859-1"
    for unknown in ("klingon", "base64", "a\x00b"):
        with pytest.raises(Unreadable):
            checked_encoding(unknown)


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=6)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=6), st.sampled_from(",;\t|"))
def test_whatever_a_csv_writer_wrote_all_quoted_is_read_as_it_was(written, delimiter):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["one", "two", "three"], *written])
    content = text.getvalue().encode()
    dialect = found_in(content)
    assert (dialect.delimiter, dialect.quote) == (delimiter, '"')


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_something_is_found_or_said(content):
    with suppress(Unreadable):
        assert isinstance(found_in(content), Dialect)


@given(st.lists(st.sampled_from(["a", "\r", "\n", "\r\n", "é", ","]), max_size=20), st.data())
def test_lines_are_the_same_however_the_bytes_come(pieces, data):
    content = "".join(pieces).encode()
    cut = data.draw(st.integers(0, len(content)))
    lines, whole = Lines("utf-8"), Lines("utf-8")
    for part in filter(None, (content[:cut], content[cut:])):
        lines.feed(part)
    if content:
        whole.feed(content)
    for it in (lines, whole):
        it.feed(b"")
    assert list(lines.ready) == list(whole.ready)
    assert "".join(whole.ready) == content.decode()
