"""`make demo-northwind` says what it lacks, and does not call a wrong figure right."""

import os
import subprocess
import sys
from decimal import Decimal

from deploy.cli.northwind import demonstration, truth
from deploy.cli.northwind.reading import Books, Order, Story


def northwind(*arguments, **settings):
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli.northwind", *map(str, arguments)],
        env={**os.environ, **{name: str(value) for name, value in settings.items()}},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_without_a_folder_of_its_files_it_says_what_to_name(tmp_path):
    said = northwind()
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.count("\n") == 1
    assert "make demo-northwind DATA=" in said.stderr
    said = northwind(tmp_path)
    assert said.returncode == 1
    assert said.stderr == f"northwind: there is no employees.csv in {tmp_path}\n"


def test_where_nothing_is_up_it_says_what_starts_it(tmp_path):
    for name in demonstration.FILES.values():
        (tmp_path / name).touch()
    said = northwind(tmp_path, RUN_FOLDER=tmp_path / "run")
    assert said.returncode == 1
    assert said.stderr == "northwind: this checkout is not up: `make run` starts it\n"


def order(net, *, lines="10.0000", year="1996"):
    amount = {"amount": net}
    node = {"gross": {"amount": lines}, "net": {"amount": lines}}
    page = {"nodes": [node], "pageInfo": {"hasNextPage": False}}
    told = {"placedOn": f"{year}-07-04", "owner": None, "lines": page}
    return Order.of(told | {"gross": amount, "net": amount})


def test_figures_that_differ_are_told_as_such():
    books = Books([order("10.0000"), order("10.0100")], customers=91)
    checks = {it.what: it for it in truth.of_books(books)}
    assert checks["customers"].is_so
    assert checks["orders"].row() == ("orders", "830", "2", "NO")
    assert checks["net of 1996"].row() == ("net of 1996", "208,083.97", "20.00", "NO")
    assert checks["orders that differ from their lines"].row()[2:] == ("1", "NO")
    story = Story("QUICK-Stop", ["Horst Kloss"], books, told=27)
    assert [it.is_so for it in truth.of_story(story)] == [True, True, False, False, False]


def test_cents_are_rounded_as_merchants_do():
    assert truth.cents(Decimal("110277.305")) == Decimal("110277.31")
