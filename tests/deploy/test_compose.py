"""`crm compose` writes the gateway's file, and notices when it is stale."""

import pytest

from deploy.cli import composing
from deploy.local.refusals import NotThere, Refused

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key"])
type Query {{ {name}: {type} }}
type {type} @key(fields: "id") {{ id: ID! }}
"""


@pytest.fixture
def services(tmp_path):
    for name in ("customers", "sales", "service_desk"):
        write(tmp_path, name, SDL.format(name=name, type=name.title().replace("_", "")))
    return tmp_path


def write(services, name, sdl):
    file = services / name / "contract" / "schema.graphql"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(sdl)


def test_it_writes_a_supergraph_of_all_three(services, tmp_path, capsys):
    out = tmp_path / "supergraph.graphql"
    composing.compose(check=False, out=out, services=services)
    assert all(name in out.read_text() for name in ("CUSTOMERS", "SALES", "SERVICE_DESK"))
    composing.compose(check=True, out=out, services=services)
    assert capsys.readouterr().out == f"{out} is written\n{out} is fresh\n"


def test_a_stale_file_is_noticed_and_left_as_it_is(services, tmp_path):
    out = tmp_path / "supergraph.graphql"
    composing.compose(check=False, out=out, services=services)
    before = out.read_text()
    write(services, "sales", SDL.format(name="orders", type="Order"))
    with pytest.raises(Refused, match="is stale"):
        composing.compose(check=True, out=out, services=services)
    assert out.read_text() == before


def test_schemas_that_do_not_compose_are_refused_with_every_reason(services, tmp_path):
    write(services, "sales", "type Query { customers: Int }")
    out = tmp_path / "supergraph.graphql"
    with pytest.raises(Refused, match=r"do not compose:\n.*Query.customers"):
        composing.compose(check=False, out=out, services=services)
    assert not out.exists()


def test_a_schema_that_is_not_there_is_named(services, tmp_path):
    (services / "sales" / "contract" / "schema.graphql").unlink()
    with pytest.raises(NotThere, match=r"sales/contract/schema.graphql does not exist"):
        composing.compose(check=False, out=tmp_path / "out", services=services)
