"""A file is read row by row, and a damaged row harms none but itself."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.cli.importing.rows import Row, Rows, Said, reading
from deploy.local.refusals import NotThere, Refused
from services.chassis.delimited import Dialect, Unreadable


@pytest.fixture
def read(tmp_path):
    def read(text, **said):
        file = tmp_path / "file.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        with reading(file, Said(**said).dialect_of(file)) as rows:
            return rows.columns, [(it.line, it.cells, it.damage) for it in rows]

    return read


def test_rows_come_with_the_line_on_which_they_begin(read):
    columns, rows = read('a,b\n1,"two\nlines"\n\n3,four\n')
    assert columns == ["a", "b"]
    assert rows == [(2, ["1", "two\nlines"], ""), (5, ["3", "four"], "")]


def test_a_mark_of_utf_8_and_windows_line_ends_are_no_part_of_the_cells(read):
    columns, rows = read(b"\xef\xbb\xbfa;b\r\n1;2\r\n")
    assert (columns, rows) == (["a", "b"], [(2, ["1", "2"], "")])


def test_a_quote_that_is_never_closed_takes_no_other_row_with_it(read):
    _, rows = read('a,b\n1,"open\n2,two\n3,"t""3"\n4,four\n')
    damage = "a quote is opened and not closed, or a column is missing"
    assert rows[0] == (2, ["1", "open"], damage)
    assert [it[:2] for it in rows[1:]] == [
        (3, ["2", "two"]),
        (4, ["3", 't"3']),
        (5, ["4", "four"]),
    ]
    assert not any(damage for _, _, damage in rows[1:])


def test_a_field_beyond_all_bounds_takes_no_other_row_with_it(read):
    _, rows = read(f'a,b\n1,"open\n{"2,two" + chr(10)}{"x" * 200_000},b\n4,four\n', quote='"')
    assert [it[0] for it in rows if not it[2]] == [3, 5]
    assert [it[0] for it in rows if it[2]] == [2, 4]


def test_what_an_earlier_run_wrote_beside_the_rows_is_left_out(read):
    columns, rows = read("refused_line,refused_reason,a,b\n7,because,1,2\n8,because,3\n")
    assert columns == ["a", "b"]
    assert rows == [(2, ["1", "2"], ""), (3, ["3"], "it has 1 columns, not 2")]


def test_a_file_in_another_encoding_gives_one_sentence(read):
    with pytest.raises(Refused, match="is not UTF-8, somewhere after line"):
        read("a\nMünchen\n".encode("latin-1"), encoding="utf-8")


def test_an_empty_file_and_none_at_all_give_one_sentence(read):
    with pytest.raises(Refused, match="it is empty: its first line names the columns"):
        read("")
    with pytest.raises(NotThere, match="there is no file"):
        Said().dialect_of(Path("nowhere.csv"))


def test_a_column_that_is_missing_or_there_twice_gives_one_sentence(tmp_path):
    file = tmp_path / "file.csv"
    file.write_text("a,b,b\n")
    with reading(file, Dialect()) as rows:
        rows.require({"a"})
        with pytest.raises(Unreadable, match="no column called c; its columns are a, b, b"):
            rows.require({"a", "c"})
        with pytest.raises(Unreadable, match="two columns called b"):
            rows.require({"b"})


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8)


@given(st.lists(st.tuples(CELL.filter(str.strip), CELL), max_size=8))
def test_what_a_csv_writer_wrote_is_what_is_read(tmp_path_factory, written):
    file = tmp_path_factory.mktemp("csv") / "file.csv"
    text = io.StringIO()
    csv.writer(text).writerows([("a", "b"), *written])
    file.write_bytes(text.getvalue().encode())
    with reading(file, Dialect()) as rows:
        assert [it.cells for it in rows] == [list(it) for it in written]
        assert rows.position == file.stat().st_size


def test_no_more_than_a_row_is_kept(tmp_path):
    file = tmp_path / "file.csv"
    file.write_text("a\n" + "1\n" * 10_000)
    with reading(file, Dialect()) as rows:
        assert isinstance(rows, Rows)
        first = next(iter(rows))
        assert first == Row(2, ["1"])
        assert rows.position < 10


LINE = st.sampled_from(["1,2", "a,b", '1,"x', '2,",y,"', 'a,"b"', '3,""', '"', ',",'])


@given(st.lists(LINE, max_size=12))
def test_whatever_is_damaged_the_sound_lines_are_read_in_their_place(tmp_path_factory, several):
    file = tmp_path_factory.mktemp("csv") / "file.csv"
    file.write_text("\n".join(["x,y", *several, ""]))
    lines = file.read_text().splitlines()
    with reading(file, Dialect()) as rows:
        found = list(rows)
    assert [it.line for it in found] == sorted({it.line for it in found})
    for row in found:
        line = lines[row.line - 1]
        if '"' not in line:
            assert row.cells == line.split(",")
