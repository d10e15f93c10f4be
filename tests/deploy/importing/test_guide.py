"""What docs/guides/import.md shows is what happens."""

import re
from pathlib import Path

import pytest

from deploy.cli.importing import mapping
from deploy.local.checkout import ROOT

GUIDE = (ROOT / "docs" / "guides" / "import.md").read_text("utf-8")
NORTHWIND = sorted((ROOT / "docs" / "examples" / "northwind").glob("*.toml"))
COMMAND = "import customers customers.csv --map customers.toml --rejects refused.csv"


def shown(language):
    """Give the guide's one example in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return found


@pytest.fixture(autouse=True)
def shop(tmp_path):
    (tmp_path / "customers.csv").write_text(shown("csv"), "utf-8")
    (tmp_path / "customers.toml").write_text(shown("toml"), "utf-8")


def without_time(text):
    return re.sub(r"in \d+\.\d s", "in … s", text)


async def test_the_example_ends_as_the_guide_says(crm, graph, tmp_path):
    done = await crm(COMMAND)
    assert without_time(done.stdout) == without_time(shown("text")), done.stderr
    assert done.returncode == 1
    columns = "name, email, revenue_value::text, status"
    assert await graph.rows(f"SELECT {columns} FROM customer ORDER BY name") == [
        ("Acme, Ltd", "office@acme.example", "1500.00", "ACTIVE"),
        ("Beta", None, None, "INACTIVE"),
    ]
    assert "GAMMA,Gamma,no address" in (tmp_path / "refused.csv").read_text("utf-8")


async def test_corrected_rows_go_in_and_the_first_file_changes_nothing(crm, tmp_path):
    await crm(COMMAND)
    refused = (tmp_path / "refused.csv").read_text("utf-8")
    (tmp_path / "corrected.csv").write_text(refused.replace("no address", "g@gamma.example"))
    done = await crm("import customers corrected.csv --map customers.toml")
    assert "1 created, 0 updated, 0 unchanged, 0 refused" in done.stdout
    assert done.returncode == 0
    done = await crm(COMMAND)
    assert "0 created, 0 updated, 2 unchanged, 1 refused" in done.stdout


@pytest.mark.parametrize("arguments", ["import customers nowhere.csv --map customers.toml"])
async def test_what_cannot_begin_gives_one_sentence(crm, arguments):
    done = await crm(arguments)
    assert done.returncode == 1
    assert done.stderr.strip() == "crm: there is no file nowhere.csv"


def test_the_guide_names_every_key_of_a_mapping():
    named = set(re.findall(r"`\[?([a-z]+)\]?(?: = [^`]*)?`", GUIDE))
    keys = {*mapping.Mapping.model_fields, *mapping.FieldRule.model_fields}
    assert keys <= named, keys - named


@pytest.mark.parametrize("file", NORTHWIND, ids=lambda it: it.stem)
def test_the_mappings_of_northwind_can_be_read(file):
    assert mapping.read(Path(file), file.stem).source == "northwind"
