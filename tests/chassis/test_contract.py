"""The contract writer: what is stale is named and what is fresh is left alone."""

import json
import shutil
import subprocess
import sys

import pytest

from services.chassis import contract

FILES = ("schema.graphql", "events.json", "permissions.json")
BREACHES = {
    "schema.graphql": lambda text: text.replace("type Query", "type Queries", 1),
    "events.json": lambda text: text.replace('"required"', '"desired"', 1),
    "permissions.json": lambda text: text.replace(":company:read", ":company:see", 1),
}


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the services, of which the writer takes the one for the other."""
    ignored = shutil.ignore_patterns("__pycache__", "migrations", "stubs")
    services = shutil.copytree(contract.SERVICES, tmp_path / "services", ignore=ignored)
    shutil.copytree(contract.SERVICES.parent / "docs" / "events", tmp_path / "docs" / "events")
    monkeypatch.setattr(contract, "SERVICES", services)
    return services


def contents(services):
    files = (*services.glob("*/contract/*"), *services.parent.glob("docs/events/*"))
    return {it: it.read_text() for it in files if it.is_file()}


def test_the_contracts_in_git_are_fresh():
    """As `make check` asks it, in a process of its own: it says nothing and ends well."""
    asked = [sys.executable, "-m", "services.chassis.contract", "--check"]
    done = subprocess.run(
        asked, cwd=contract.SERVICES.parent, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", FILES)
def test_a_stale_file_is_named_and_left_as_it_is(copied, capsys, name):
    stale = copied / "customers/contract" / name
    fresh = stale.read_text()
    stale.write_text(BREACHES[name](fresh))
    before = contents(copied)
    assert before[stale] != fresh
    assert contract.main(["--check"]) == 1
    assert capsys.readouterr().err == f"{stale} is stale: `make contracts` writes it anew\n"
    assert contents(copied) == before


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_stale(copied, capsys, name):
    missing = copied / "sales/contract" / name
    missing.unlink()
    assert contract.main(["--check"]) == 1
    assert str(missing) in capsys.readouterr().err
    assert not missing.exists()


def test_written_anew_they_are_as_they_were_and_what_is_written_by_hand_stays(copied, capsys):
    before = contents(copied)
    shutil.rmtree(copied.parent / "docs")
    for name in FILES:
        (copied / "service_desk/contract" / name).unlink()
        (copied / "customers/contract" / name).write_text("nonsense")
    assert contract.main([]) == 0
    assert contents(copied) == before
    assert contract.main(["--check"]) == 0
    assert capsys.readouterr().err == ""
    assert copied / "customers/contract/customers.proto" in before


def test_every_permission_is_listed_with_its_sentence(copied):
    for file in copied.glob("*/contract/permissions.json"):
        for sentence in json.loads(file.read_text())["permissions"].values():
            assert sentence[0].isupper()
            assert sentence.endswith(".")
