"""`crm config`: how a company is set up goes out into files, and into another company."""

import json
from datetime import timedelta

import pytest

from deploy.cli.importing.graph import Graph
from services.chassis.actor import Actor
from services.chassis.changes import Changes
from services.chassis.ids import new_id
from services.chassis.work import Works
from services.customers.company.commands import company
from services.customers.roles import commands as roles
from tests.deploy.importing.served import Served
from tests.support.databases import connected

SETTINGS = {"name": "Acme", "base_currency": "EUR", "time_zone": "UTC", "languages": ["en"]}
CREATE = """mutation($unit: CreateOrgUnitInput!, $team: CreateTeamInput!,
    $format: CreateNumberFormatInput!, $rate: CreateExchangeRateInput!,
    $role: CreateStaffRoleInput!) {
  createOrgUnit(input: $unit) { orgUnit { id } userErrors { message } }
  createTeam(input: $team) { userErrors { message } }
  createNumberFormat(input: $format) { userErrors { message } }
  createExchangeRate(input: $rate) { userErrors { message } }
  createStaffRole(input: $role) { staffRole { id } userErrors { message } } }"""
FILES = {
    *("company.json", "exchange_rates.json", "number_formats.json", "org_units.json"),
    *("roles.json", "teams.json"),
}


@pytest.fixture
async def founded(customers_database):
    """Make companies that have settings and the standard roles, each with its graph."""
    async with connected(customers_database) as engine:
        made = []

        async def found():
            served = Served(customers_database, engine, new_id("company"))
            made.append(served)
            await served.start()
            system = Actor.system(served.tenant, "maintenance")
            async with Works(engine, "customers").begin(system) as work:
                await company.create(work, Changes(SETTINGS))
                await roles.seed(work)
            token = await served.token("ADMINISTRATOR", life=timedelta(minutes=5))
            return Founded(served, token)

        yield found
        for served in made:
            await served.stop()


class Founded:
    def __init__(self, served, token):
        self.served, self.token = served, token

    async def crm(self, arguments, folder):
        return await self.served.crm(self.token, folder, arguments)

    async def ask(self, document, **variables):
        async with Graph(self.served.url, lambda: self.token) as graph:
            return await graph.ask(document, **variables)

    async def told(self):
        return await self.served.rows("SELECT count(*) FROM event")


@pytest.fixture
async def set_up(founded, tmp_path):
    """A company that is set up in all ways, written down in the folder `setup`."""
    acme = await founded()
    done = await acme.ask(
        CREATE,
        unit={"name": "Europe", "kind": "BRANCH"},
        team={"name": "Harbour"},
        format={"document": "ORDER", "pattern": "{year}/{number:6}"},
        rate={"currency": "USD", "validOn": "2026-01-01", "rate": "0.91"},
        role={"name": "Night shift"},
    )
    assert all(it["userErrors"] == [] for it in done.values())
    more = """mutation($u: CreateOrgUnitInput!, $id: ID!, $g: GrantStaffRoleInput!) {
        createOrgUnit(input: $u) { userErrors { message } }
        grantStaffRole(id: $id, input: $g) { userErrors { message } } }"""
    unit = {"name": "Munich", "code": "M", "parentId": done["createOrgUnit"]["orgUnit"]["id"]}
    role = done["createStaffRole"]["staffRole"]["id"]
    grants = {"own": ["customers:customer:edit"], "all": ["customers:customer:read"]}
    done = await acme.ask(more, u=unit, id=role, g=grants)
    assert all(it["userErrors"] == [] for it in done.values())
    done = await acme.crm("config export setup", tmp_path)
    assert done.returncode == 0, done
    return acme


def read(folder, name):
    return json.loads((folder / "setup" / name).read_text("utf-8"))


@pytest.mark.usefixtures("set_up")
async def test_a_company_is_written_down_without_people_or_ids(tmp_path):
    assert {it.name for it in (tmp_path / "setup").iterdir()} == FILES
    assert read(tmp_path, "company.json")["languages"] == ["en"]
    assert read(tmp_path, "org_units.json") == [
        {"path": ["Europe"], "kind": "BRANCH", "code": None},
        {"path": ["Europe", "Munich"], "kind": "DEPARTMENT", "code": "M"},
    ]
    rate = {"currency": "USD", "validOn": "2026-01-01", "rate": "0.91"}
    assert read(tmp_path, "exchange_rates.json") == [rate]
    by_name = {it["name"]: it for it in read(tmp_path, "roles.json")}
    assert by_name["Night shift"]["grants"] == {
        "all": ["customers:customer:read"],
        "own": ["customers:customer:edit"],
    }
    assert {it["grants"] for it in by_name.values() if it["standard"]} == {None}


async def test_what_was_written_down_sets_up_another_company_and_then_changes_nothing(
    set_up, founded, tmp_path
):
    other = await founded()
    before = await other.told()
    tried = await other.crm("config import setup --dry-run", tmp_path)
    assert "+ OrgUnit Europe / Munich" in tried.stdout, tried
    assert "+ StaffRole Night shift" in tried.stdout
    assert tried.stdout.endswith("6 would be different, 5 as they are\n")
    assert await other.told() == before
    done = await other.crm("config import setup", tmp_path)
    assert done.stdout.endswith("6 different, 5 as they are\n"), done
    again = await other.crm("config import setup", tmp_path)
    assert again.stdout == "0 different, 11 as they are\n"
    (tmp_path / "other").mkdir()
    assert (await other.crm("config export setup", tmp_path / "other")).returncode == 0
    for name in FILES:
        assert read(tmp_path / "other", name) == read(tmp_path, name), name
    assert (await set_up.crm("config import setup", tmp_path)).stdout == again.stdout


async def test_a_difference_is_told_and_made_and_what_no_file_says_stays(set_up, tmp_path):
    for name in FILES - {"company.json", "roles.json"}:
        (tmp_path / "setup" / name).unlink()
    settings = read(tmp_path, "company.json") | {"timeZone": "Europe/Berlin"}
    (tmp_path / "setup" / "company.json").write_text(json.dumps(settings))
    standard = next(it for it in read(tmp_path, "roles.json") if it["standard"] == "SERVICE_AGENT")
    standard |= {"grants": {"all": ["customers:customer:read"]}}
    (tmp_path / "setup" / "roles.json").write_text(json.dumps([standard]))
    done = await set_up.crm("config import setup", tmp_path)
    assert '~ Company company: timeZone "UTC" -> "Europe/Berlin"' in done.stdout, done
    assert done.stdout.endswith("2 different, 0 as they are\n")
    (tmp_path / "setup" / "roles.json").write_text(json.dumps([standard | {"grants": None}]))
    done = await set_up.crm("config import setup", tmp_path)
    assert done.stdout.endswith("1 different, 1 as they are\n"), done
    assert await set_up.served.rows("SELECT name FROM team") == [("Harbour",)]


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("company.json", '{"timeZone": "Mars"}', "timeZone this is no time zone"),
        ("company.json", '{"colour": "red"}', "an entry has no colour"),
        ("company.json", "[", "is no JSON"),
        ("teams.json", '{"name": "A"}', "is no list of entries"),
        ("teams.json", '[{"name": "A"}, {"name": "A"}]', "says A twice"),
        (
            "exchange_rates.json",
            '[{"currency": "CHF", "validOn": "2026-01-01"}]',
            "lacks a number",
        ),
        ("roles.json", '[{"name": "X", "standard": "KING"}]', "there is no standard role KING"),
    ],
)
async def test_files_that_cannot_be_are_refused_and_nothing_is_changed(
    set_up, tmp_path, file, text, why
):
    (tmp_path / "setup" / file).write_text(text)
    (tmp_path / "setup" / "org_units.json").write_text('[{"path": ["New"], "kind": "BRANCH"}]')
    before = await set_up.told()
    done = await set_up.crm("config import setup", tmp_path)
    assert done.returncode == 1
    assert why in done.stderr, done
    assert await set_up.told() == before


async def test_a_folder_without_files_is_refused(set_up, tmp_path):
    done = await set_up.crm("config import elsewhere", tmp_path)
    assert (done.returncode, done.stderr.strip()) == (
        1,
        (
            "crm: elsewhere holds none of company.json, number_formats.json, "
            "exchange_rates.json, org_units.json, teams.json, roles.json"
        ),
    )
