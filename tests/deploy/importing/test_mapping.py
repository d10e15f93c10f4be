"""A mapping that cannot be is refused before the first row, in one sentence."""

from datetime import timedelta

import pytest

from deploy.cli.importing import mapping
from deploy.cli.importing.graph import Graph
from deploy.cli.importing.importer import Job, Watch, bring_in
from deploy.local.refusals import NotThere, Refused

HEAD = 'kind = "customers"\nmutation = "upsertCustomers"\nsource = "shop"\nid = "code"\n'


@pytest.fixture
def read(tmp_path):
    def read(text, kind="customers"):
        file = tmp_path / "mapping.toml"
        file.write_text(text)
        return mapping.read(file, kind)

    return read


def test_it_knows_every_column_that_it_needs(read):
    found = read(
        HEAD + '[fields]\nname = { text = "{first} {last}" }\n'
        'revenue = { column = "turnover", currency = "{currency}" }\n'
        '[history]\nstatus = { value = "ACTIVE" }\n'
    )
    assert found.columns() == {"code", "first", "last", "turnover", "currency"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kind = ", "is no TOML file"),
        (HEAD, "fields: Field required"),
        (HEAD + "[fields]\nname = { colum = 'x' }", "fields.name.colum: Extra inputs"),
        (HEAD + "[fields]\nname = {}", "either a column, a text or a value"),
        (HEAD + "[fields]\nname = { column = 'x', value = 1 }", "either a column, a text or a"),
        (HEAD + "[fields]\nname = { column = 'x', to = 'a { b }' }", "fields.name.to"),
        (HEAD.replace("upsertCustomers", "x{y}") + "[fields]", "mutation"),
        (HEAD.replace('"customers"', '"orders"') + "[fields]", "maps orders, not customers"),
    ],
)
def test_a_slip_of_the_pen_is_told(read, text, sentence):
    with pytest.raises(Refused, match=sentence):
        read(text)


def test_a_mapping_that_is_not_there_is_told(tmp_path):
    with pytest.raises(NotThere, match="there is no mapping file"):
        mapping.read(tmp_path / "nowhere.toml", "customers")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("upsertCustomers", "upsertCustomer", "its upserts are upsertContacts, upsertCustomers"),
        ("upsertCustomers", "createCustomer", "createCustomer is no bulk upsert"),
        ("name =", "nmae =", "the input of upsertCustomers has no field nmae; it has"),
        ("[fields]", "[fields]\nstatus = { value = 'ACTIVE' }", "has no field status"),
        ("name = {", "name = { currency = 'EUR',", "the mapping of name is no money"),
        ("name = {", "revenue = { column = 'code' }\nname = {", "revenue needs a currency"),
        ("'company'", "'firm'", "has no column called firm; its columns are code, company"),
    ],
)
async def test_a_mapping_that_does_not_fit_the_graph_is_told(graph, tmp_path, old, new, sentence):
    text = HEAD + "[fields]\nname = { column = 'company' }\n"
    (tmp_path / "customers.toml").write_text(text.replace(old, new))
    (tmp_path / "customers.csv").write_text("code,company\nACME,Acme\n")
    token = await graph.token("ADMINISTRATOR", life=timedelta(minutes=5))
    job = Job("customers", tmp_path / "customers.csv", tmp_path / "customers.toml")
    with pytest.raises(Refused, match=sentence):
        await bring_in(job, Graph(graph.url, lambda: token), Watch())
    assert await graph.rows("SELECT count(*) FROM customer") == [(0,)]


@pytest.mark.parametrize("rejects", ["customers.csv", "mapping.toml"])
async def test_refused_rows_are_written_over_nothing_else(graph, tmp_path, rejects):
    for name, text in {
        "mapping.toml": HEAD + "[fields]\nname = { column = 'company' }\n",
        "customers.csv": "code,company\nACME,\n",
    }.items():
        (tmp_path / name).write_text(text)
    before = (tmp_path / rejects).read_text()
    files = [tmp_path / it for it in ("customers.csv", "mapping.toml", rejects)]
    token = await graph.token("ADMINISTRATOR", life=timedelta(minutes=5))
    with pytest.raises(Refused, match="refused rows"):
        await bring_in(Job("customers", *files), Graph(graph.url, lambda: token), Watch())
    assert (tmp_path / rejects).read_text() == before
