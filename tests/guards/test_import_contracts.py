"""Every import contract of pyproject.toml holds, and each is seen to fail on a planted breach."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.guards.tree import ROOT

SERVICES = ("customers", "sales", "service_desk")
ROOF = ("main", "schema", "rpc", "permissions")
ROOMS = ("model", "rules", "events", "commands", "queries", "graph", "subscribers")
GROUND = (
    "refusals",
    "actor",
    "permissions",
    "ids",
    "money",
    "clock",
    "calendars",
    "events",
    "pages",
    "positions",
    "process",
    "sight",
)

SQL = "import sqlalchemy"
GRAPHQL = "import strawberry"
BREACHES = [
    ("services-apart", {"services.sales.orders.queries": "from services.customers import schema"}),
    (
        "chassis-knows-nobody",
        {"services.chassis.money": "from services.sales.orders import rules"},
    ),
    ("chassis-knows-nobody", {"services.chassis.money": "import gateway.main"}),
    (
        "gateway-knows-the-chassis-alone",
        {"gateway.main": "from services.sales import permissions"},
    ),
    ("gateway-knows-the-chassis-alone", {"gateway.plan": "from services.stubs import sales_pb2"}),
    ("gateway-reaches-no-database", {"gateway.main": "from services.chassis import database"}),
    ("gateway-reaches-no-database", {"gateway.main": "import nats"}),
    ("product-knows-no-deployment", {"services.sales.main": "from deploy.cli import main"}),
    ("product-knows-no-deployment", {"gateway.main": "from tests import conftest"}),
    (
        "no-circles",
        {
            "services.sales.orders.commands": "from services.sales.products import queries",
            "services.sales.products.subscribers": "from services.sales.orders import rules",
        },
    ),
    (
        "no-circles",
        {
            "services.chassis.ids": "from services.chassis import clock",
            "services.chassis.clock": "from services.chassis import ids",
        },
    ),
    ("chassis-floors", {"services.chassis.money": "from services.chassis import database"}),
    ("chassis-floors", {"services.chassis.database": "from services.chassis.graph import fields"}),
    ("chassis-floors", {"services.chassis.newcomer": ""}),
    ("chassis-ground-is-bare", {"services.chassis.pages": SQL}),
    ("service-roof", {"services.sales.schema": "from services.sales import main"}),
    ("service-roof", {"services.sales.permissions": "from services.sales import rpc"}),
    ("slices-below-the-roof", {"services.sales.orders.graph": "from services.sales import rpc"}),
    ("rooms-of-a-slice", {"services.sales.orders.subscribers": "from . import graph"}),
    ("rooms-of-a-slice", {"services.sales.orders.rules": "from .model import Order"}),
    (
        "doors-are-the-top",
        {"services.sales.orders.queries": "from services.sales.products import graph"},
    ),
    (
        "models-ask-nobody",
        {"services.sales.orders.model": "from services.sales.products.commands import create"},
    ),
    (
        "rules-know-no-model",
        {"services.sales.orders.rules": "from services.sales.products import model"},
    ),
    ("rules-are-bare", {"services.sales.orders.rules": "from services.chassis import database"}),
    ("sql-in-queries", {"services.sales.orders.commands": SQL}),
    ("sql-in-queries", {"services.sales.orders.graph": "from sqlalchemy.orm import Session"}),
    ("sql-in-queries", {"services.sales.rpc": SQL}),
    ("graphql-in-graph", {"services.sales.orders.commands": GRAPHQL}),
    ("graphql-in-graph", {"services.sales.permissions": GRAPHQL}),
    ("slices-know-no-wire", {"services.sales.orders.subscribers": "import nats"}),
]
ALLOWED = {
    "services.sales.main": "from services.sales import rpc, schema",
    "services.sales.schema": "from services.sales.orders import graph, subscribers",
    "services.sales.rpc": "from services.sales.orders import queries",
    "services.sales.orders.graph": GRAPHQL,
    "services.sales.orders.subscribers": "from . import commands, events",
    "services.sales.orders.commands": "from . import model, queries\nfrom ..products import model",
    "services.sales.orders.queries": f"{SQL}\nfrom .model import Order",
    "services.sales.orders.model": f"{SQL}\nfrom services.chassis import database",
    "services.sales.orders.rules": "from services.chassis.money import Money",
    "services.sales.products.graph": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from services.sales.orders.graph import Order"
    ),
    "gateway.main": "from services.chassis import money",
    "deploy.cli.main": "from gateway import main",
}


def minimal_tree(root: Path) -> Path:
    """Lay out the smallest house in which every contract has something to hold."""
    modules = [f"services.chassis.{name}" for name in GROUND]
    for service in SERVICES:
        modules += [f"services.{service}.{name}" for name in ROOF]
        slices = [f"services.{service}.{name}" for name in ("orders", "products")]
        modules += [f"{name}.{room}" for name in slices for room in ROOMS]
    modules += ["services.chassis.graph.fields", "services.stubs.sales_pb2"]
    for module in [*modules, "gateway.main", "gateway.plan", "deploy.cli.main"]:
        plant(root, module, "")
    plant(root, "services.chassis.database", SQL)
    (root / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    return root


def plant(root: Path, module: str, line: str) -> None:
    path = root / f"{module.replace('.', '/')}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'"""A module."""\n\n{line}\n')
    for package in path.relative_to(root).parents[:-1]:
        (root / package / "__init__.py").touch()


def lint(root: Path, *args: str) -> subprocess.CompletedProcess[str]:
    program = "import sys; from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo", *args],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_house_keeps_every_contract():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


def test_a_house_in_order_breaks_no_contract(tmp_path):
    root = minimal_tree(tmp_path)
    for module, line in ALLOWED.items():
        plant(root, module, line)
    result = lint(root)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("contract", "breach"), BREACHES)
def test_a_planted_breach_is_seen(tmp_path, contract, breach):
    root = minimal_tree(tmp_path)
    for module, line in breach.items():
        plant(root, module, line)
    result = lint(root, "--contract", contract)
    assert (result.returncode, "1 broken" in result.stdout) == (1, True), result.stdout


def test_every_contract_has_a_planted_breach():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    contracts = {contract["id"] for contract in settings["contracts"]}
    assert contracts == {contract for contract, _ in BREACHES}
