"""`crm import` without a mapping and `crm export`: what comes out goes in again."""

import csv
import json
from datetime import timedelta

from deploy.cli.importing.graph import Graph
from deploy.cli.importing.importer import Job, Watch, bring_in

HEADINGS = ("externalRef.id", "kind", "name", "email")
ROWS = (("1", "ORGANISATION", "Zoë, Ltd", "z@zoe.example"), ("2", "ORGANISATION", "Äß", ""))
NAMES = "SELECT name FROM customer ORDER BY name"


def written(file, rows=ROWS, *, encoding="utf-8", **dialect):
    with file.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, **dialect).writerows([HEADINGS, *rows])


def counted(created=0, updated=0, unchanged=0, refused=0):
    return f"{created} created, {updated} updated, {unchanged} unchanged, {refused} refused"


async def test_a_dry_run_says_what_would_be_and_keeps_no_record(crm, graph, tmp_path):
    written(tmp_path / "c.csv", [*ROWS, ("3", "ORGANISATION", "", "")])
    done = await crm("import customers c.csv --source shop --dry-run")
    assert done.returncode == 1
    assert "customers: 3 rows tried and not kept in" in done.stdout
    assert counted(created=2, refused=1) in done.stdout
    assert "line 4: name: this cannot be empty" in done.stdout
    assert await graph.rows("SELECT count(*) FROM customer") == [(0,)]
    assert await graph.rows("SELECT count(*) FROM external_ref") == [(0,)]
    done = await crm("import customers c.csv --source shop --rejects refused.csv")
    assert counted(created=2, refused=1) in done.stdout
    assert await graph.rows(NAMES) == [("Zoë, Ltd",), ("Äß",)]
    refused = (tmp_path / "refused.csv").read_text("utf-8")
    assert "4,name: this cannot be empty,3,ORGANISATION,," in refused


async def test_how_a_file_is_written_is_found_and_shown(crm, graph, tmp_path):
    said = {"delimiter": ";", "quotechar": "'", "quoting": csv.QUOTE_ALL}
    written(tmp_path / "c.csv", encoding="cp1252", **said)
    done = await crm("import customers c.csv --source shop")
    found = "c.csv: WINDOWS-1252, semicolons between cells, quotes ', CRLF line ends;"
    assert done.stdout.startswith(f"{found} columns {', '.join(HEADINGS)}\n"), done
    assert counted(created=2) in done.stdout
    assert await graph.rows(NAMES) == [("Zoë, Ltd",), ("Äß",)]


async def test_how_a_file_is_written_can_be_said(crm, graph, tmp_path):
    said = {"delimiter": "^", "quotechar": "%", "lineterminator": "\n", "quoting": csv.QUOTE_ALL}
    written(tmp_path / "c.csv", encoding="cp850", **said)
    done = await crm(
        "import customers c.csv --source shop --delimiter ^ --quote % --encoding cp850"
    )
    assert "c.csv: CP850, '^' between cells, quotes %, LF line ends" in done.stdout, done
    assert counted(created=2) in done.stdout
    assert await graph.rows(NAMES) == [("Zoë, Ltd",), ("Äß",)]


async def test_what_was_exported_is_imported_again_and_changes_nothing(crm, graph, tmp_path):
    written(tmp_path / "c.csv")
    await crm("import customers c.csv --source shop")
    before = await graph.rows("SELECT count(*) FROM event")
    for name, options in (("out.csv", ""), ("out.jsonl", "--format jsonl")):
        done = await crm(f"export customers {name} {options}")
        assert done.stdout == f"customers: 2 records are in {name}\n", done
        done = await crm(f"import customers {name}")
        assert counted(unchanged=2) in done.stdout, done
    assert await graph.rows("SELECT count(*) FROM event") == before
    done = await crm("export customers out.csv")
    assert (done.returncode, done.stderr.strip()) == (1, "crm: out.csv is there already")


async def test_a_filter_and_columns_say_what_is_exported_and_how(crm, tmp_path):
    written(tmp_path / "c.csv", [*ROWS, ("3", "ORGANISATION", "=1+1", "")])
    await crm("import customers c.csv --source shop")
    where = json.dumps({"email": {"isNull": True}})
    done = await crm(
        f"export customers out.csv --where '{where}' --columns name,email"
        " --delimiter ; --spreadsheet".replace(" ; ", " ';' ")
    )
    assert done.returncode == 0, done
    lines = (tmp_path / "out.csv").read_text("utf-8").splitlines()
    assert (lines[0], sorted(lines[1:])) == ("name;email", ["'=1+1;", "Äß;"])


async def test_whoever_looks_on_is_told_how_far_it_is_of_how_much(graph, tmp_path):
    file = tmp_path / "c.csv"
    written(file)
    token = await graph.token("ADMINISTRATOR", life=timedelta(minutes=5))
    moved = []
    watch = Watch(move=lambda *told: moved.append(told))
    await bring_in(Job("customers", file, source="shop"), Graph(graph.url, lambda: token), watch)
    assert moved[0] == (file.stat().st_size, file.stat().st_size, "sent")
    assert moved[-1] == (2, 3, "2 rows done"), "a CSV file has as many lines as rows and one"
