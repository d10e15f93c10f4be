"""The house keeps its own shape; each guard is seen to fail on a planted breach."""

import subprocess

import pytest

from tests.guards import imports, links, names, rooms, sizes, traces
from tests.guards.tree import ROOT, Source, sources, tracked


@pytest.fixture(scope="module")
def house():
    return sources()


@pytest.mark.parametrize("guard", [sizes, imports, names])
def test_every_module_keeps_the_house_rules(house, guard):
    assert [finding for source in house for finding in guard.findings(source)] == []


def test_every_file_of_a_service_stands_in_a_known_room():
    assert rooms.findings(tracked()) == []


def test_no_committed_file_carries_a_trace_of_where_it_was_written():
    assert [finding for path in tracked() for finding in traces.findings(ROOT, path)] == []


def test_no_link_of_a_document_is_dead():
    assert [finding for path in tracked() for finding in links.findings(ROOT, path)] == []


def module(path, text):
    return Source(path, f'"""A module."""\n\n{text}')


def function(lines, *, docstring=False):
    head = "async def win(work):\n" + ('    """Win.\n\n    It.\n    """\n' if docstring else "")
    return head + "    pass\n" * lines


SLICE = "services/sales/orders"


@pytest.mark.parametrize(
    ("path", "text", "is_fine"),
    [
        ("services/chassis/money.py", "x = 1\n" * 398, True),
        ("services/chassis/money.py", "x = 1\n" * 399, False),
        ("tests/test_money.py", "x = 1\n" * 598, True),
        ("tests/test_money.py", "x = 1\n" * 599, False),
        ("services/sales/migrations/versions/0001.py", "x = 1\n" * 999, True),
        ("gateway/plan.py", function(59), True),
        ("gateway/plan.py", function(60), False),
        (f"{SLICE}/graph.py", function(8, docstring=True), True),
        (f"{SLICE}/graph.py", function(9), False),
        (f"{SLICE}/graph/order.py", function(9), False),
        (f"{SLICE}/commands.py", function(20, docstring=True), True),
        (f"{SLICE}/commands.py", function(21), False),
        (f"{SLICE}/queries.py", function(21), True),
    ],
)
def test_a_thing_too_large_is_seen(path, text, is_fine):
    assert (sizes.findings(module(path, text)) == []) is is_fine


@pytest.mark.parametrize(
    ("room", "text"),
    [
        ("model", "from sqlalchemy.ext.asyncio import AsyncSession"),
        ("model", "from sqlalchemy import ext"),
        ("model", "import asyncio"),
        ("model", "from services.chassis.work import Work"),
        ("model", "from services.chassis import work"),
        ("rules", "import random"),
        ("events", "from uuid import uuid4"),
        ("commands", "from time import time"),
        ("commands/confirm", "import secrets"),
        ("__init__", "from .model import Order"),
        ("queries", "if TYPE_CHECKING:\n    from . import graph"),
        ("queries", "if typing.TYPE_CHECKING:\n    from . import graph"),
    ],
)
def test_an_import_that_its_room_forbids_is_seen(room, text):
    assert len(imports.findings(module(f"{SLICE}/{room}.py", text))) == 1


@pytest.mark.parametrize(
    ("room", "text"),
    [
        ("model", "from sqlalchemy.orm import Mapped"),
        ("rules", "from datetime import datetime"),
        ("queries", "from services.chassis.work import Work"),
        ("graph", "if TYPE_CHECKING:\n    from ..quotes.graph import Quote"),
    ],
)
def test_an_import_that_its_room_allows_is_let_be(room, text):
    assert imports.findings(module(f"{SLICE}/{room}.py", text)) == []


SERVICE = [
    *(f"services/sales/{name}.py" for name in ("__init__", "main", "schema", "permissions")),
    "services/sales/rpc.py",
    "services/sales/contract/schema.graphql",
    "services/sales/migrations/versions/0001_orders.py",
    f"{SLICE}/__init__.py",
    f"{SLICE}/commands/confirm.py",
    "services/chassis/money.py",
    "services/__init__.py",
]


def test_a_service_with_the_known_rooms_is_let_be():
    assert rooms.findings(SERVICE) == []


@pytest.mark.parametrize(
    "path",
    [
        f"{SLICE}/handlers.py",
        f"{SLICE}/service/model.py",
        f"{SLICE}/graph.sql",
        "services/sales/settings.py",
        "services/sales/main.txt",
    ],
)
def test_a_room_of_its_own_kind_is_seen(path):
    assert [finding.split(":")[0] for finding in rooms.findings([*SERVICE, path])] == [path]


@pytest.mark.parametrize("path", ["services/sales/main.py", f"{SLICE}/__init__.py"])
def test_a_room_that_is_left_out_is_seen(path):
    without = [each for each in SERVICE if each != path]
    assert rooms.findings(without) == [f"{path} is missing"]


@pytest.mark.parametrize(
    "source",
    [
        Source("gateway/plan.py", "x = 1\n"),
        Source("gateway/plan.py", '"""How a query is planned"""\n'),
        Source("gateway/plan_helpers.py", '"""How a query is planned."""\n'),
        Source("gateway/common/plan.py", '"""How a query is planned."""\n'),
        Source("gateway/plan.py", '"""How."""\nclass PlanManager: ...\n'),
        Source("gateway/plan.py", '"""How."""\nclass AbstractPlan: ...\n'),
    ],
)
def test_a_name_or_caption_that_says_nothing_is_seen(source):
    assert len(names.findings(source)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "see " + "/" + "work/notes.md",
        'open("' + "/" + 'tmp/x")',
        "cd " + "/" + "home/ada",
        "https://files." + "pythonhosted" + ".org/packages",
        "image: " + "quay" + ".io/nats",
    ],
)
def test_a_trace_of_where_it_was_written_is_seen(tmp_path, line):
    (tmp_path / "notes.md").write_text(f"fine\n{line}\n")
    assert [found[:10] for found in traces.findings(tmp_path, "notes.md")] == ["notes.md:2"]


@pytest.mark.parametrize(
    "line", ["mountPath: /tmp", "services/chassis/work/unit.py", "https://crm.example/home/x"]
)
def test_what_only_looks_like_a_trace_is_let_be(tmp_path, line):
    (tmp_path / "notes.md").write_text(line)
    assert list(traces.findings(tmp_path, "notes.md")) == []


@pytest.mark.parametrize(
    ("link", "is_fine"),
    [
        ("[a guide](guides/graph.md)", True),
        ("[its folder](guides)", True),
        ("[a part of it](guides/graph.md#lists)", True),
        ("[this](#words)", True),
        ("[versions](https://versions.example/)", True),
        ("[gone](guides/events.md)", False),
        ("[gone in part](guides/events.md#envelope)", False),
    ],
)
def test_a_dead_link_is_seen(tmp_path, link, is_fine):
    (tmp_path / "guides").mkdir()
    (tmp_path / "guides/graph.md").write_text("# The graph\n")
    (tmp_path / "notes.md").write_text(f"See\n{link}.\n")
    found = list(links.findings(tmp_path, "notes.md"))
    assert [it.split(": ")[0] for it in found] == ([] if is_fine else ["notes.md:2"])


def test_a_file_that_is_new_and_not_ignored_is_read_and_an_ignored_one_is_not(tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    for name in ("new.py", "ignored.py"):
        (tmp_path / name).write_text('"""A module."""\n')
    assert tracked(tmp_path) == [".gitignore", "new.py"]


def test_a_tree_without_git_is_read_too(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / ".venv").mkdir()
    for name in ("a.py", ".venv/b.py"):
        (tmp_path / name).write_text('"""A module."""\n')
    assert tracked(tmp_path) == ["a.py"]
