"""Who runs the machine makes companies and tokens from its terminal."""

import json
from pathlib import Path

import pytest

from deploy.local import keys
from services.chassis.actor import ActorKind
from services.chassis.tokens import PUBLIC_AUDIENCE, Verifier

from .runs import Run, crm, free_ports


@pytest.fixture(scope="module")
def founded(tmp_path_factory):
    """A system with real tables, on which a company has been made."""
    run = Run(tmp_path_factory.mktemp("founded"), **free_ports(), MIGRATES="yes")
    try:
        run.up()
        said = create(run, "Acme & Sons")
        assert (said.returncode, said.stderr) == (0, "")
        assert said.stdout == "Acme & Sons is there: ann@acme.example signs in to acme-sons\n"
        yield run
    finally:
        run.kill()


def create(run, name, *options):
    arguments = ["tenant", "create", name, "--administrator", "ann@acme.example", *options]
    return crm(*arguments, folder=run.checkout.run, CRM_PASSWORD="a long enough sentence")


def gateway_verifier(run):
    made = keys.make(run.checkout.keys)
    trusted = {name: Path(path) for name, path in keys.trusted("gateway", made).items()}
    return Verifier.from_files(PUBLIC_AUDIENCE, trusted)


def test_a_token_of_its_administrator_is_one_that_the_gateway_believes(founded):
    arguments = ["--as", "Ann@acme.example", "--tenant", "acme-sons"]
    said = crm("token", *arguments, folder=founded.checkout.run)
    assert said.returncode == 0, said
    identity = gateway_verifier(founded).verify(said.stdout.strip())
    assert (identity.tenant, identity.kind) == ("acme-sons", ActorKind.USER)


@pytest.mark.parametrize(
    ("email", "tenant"), [("bob@acme.example", "acme-sons"), ("ann@acme.example", "other")]
)
def test_nobody_gets_a_token_who_is_not_there(founded, email, tenant):
    said = crm("token", "--as", email, "--tenant", tenant, folder=founded.checkout.run)
    assert said.returncode == 1
    assert said.stdout == ""
    assert said.stderr == f"crm: {tenant} has no active staff user {email}\n"


@pytest.mark.parametrize("slug", ["acme-sons", "Not a short name"])
def test_a_company_that_cannot_be_is_refused_in_one_sentence(founded, slug):
    said = create(founded, "Another", "--slug", slug)
    assert said.returncode == 1
    assert said.stdout == ""
    assert said.stderr.startswith("crm: ")
    assert len(said.stderr.splitlines()) == 1


def test_migrating_again_changes_nothing(founded):
    said = crm("migrate", folder=founded.checkout.run)
    assert said.returncode == 0, said
    assert said.stdout.count("is in its newest form") == 3


def test_one_database_is_migrated_by_its_owners_url(founded):
    place = json.loads((founded.checkout.run / "state.json").read_text())[0]["address"]
    password = (founded.checkout.keys / "sales_owner.password").read_text()
    url = f"postgresql://sales_owner:{password}@{place}/sales"
    said = crm("migrate", "sales", OWNER_DATABASE_URL=url)
    assert (said.returncode, said.stdout) == (0, "sales is in its newest form\n")
