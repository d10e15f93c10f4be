"""Each service has a database and three roles, and none reaches another's."""

import itertools

import asyncpg
import pytest

from deploy.local import databases
from deploy.local.databases import ROLES, SERVICES
from deploy.local.postgres import Postgres
from deploy.local.refusals import Refused

EACH = list(itertools.product(SERVICES, ROLES))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Postgres(tmp_path_factory.mktemp("server"), durable=False) as url:
        yield url


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
async def made(server, keys):
    await databases.seclude(server)
    return await databases.make(server, keys)


async def answer(url, question="SELECT current_user || ' in ' || current_database()"):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def at(url, other):
    """The same role, at another database."""
    return f"{url.rpartition('/')[0]}/{other}"


@pytest.mark.parametrize(("name", "role"), EACH)
async def test_a_role_reaches_its_own_database(made, name, role):
    url = getattr(made[name], f"{role}_url")
    assert await answer(url) == f"{name}_{role} in {name}"


@pytest.mark.parametrize(("name", "role"), EACH)
async def test_a_role_reaches_no_other_database(made, name, role):
    url = getattr(made[name], f"{role}_url")
    for other in {*SERVICES, "postgres", "template1"} - {name}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="CONNECT"):
            await answer(at(url, other))


@pytest.mark.parametrize("role", ROLES)
async def test_no_role_can_do_what_an_administrator_can(made, role):
    url = getattr(made["sales"], f"{role}_url")
    rights = (
        "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication "
        "FROM pg_roles WHERE rolname = current_user"
    )
    assert await answer(url, rights) is False


async def test_only_the_owner_makes_tables(made):
    for url in (made["sales"].app_url, made["sales"].worker_url):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await answer(url, "CREATE TABLE mine (it text)")
    await answer(made["sales"].owner_url, "CREATE TABLE ours (it text)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await answer(made["sales"].app_url, "SELECT count(*) FROM ours")


async def test_the_owner_may_add_the_extensions_that_we_use(made):
    for extension in ("pg_trgm", "btree_gin", "btree_gist", "unaccent"):
        await answer(made["customers"].owner_url, f"CREATE EXTENSION {extension}")


TRUSTED = """
    SELECT bool_and(proleakproof) FROM pg_proc WHERE oid = ANY (
        '{"texticlike(text, text)", "numeric_gt(numeric, numeric)"}'::regprocedure[])
"""


async def test_a_pattern_may_be_looked_up_in_an_index(made):
    assert all([await answer(it.app_url, TRUSTED) for it in made.values()])


async def test_making_them_again_changes_nothing(server, keys, made):
    await answer(made["customers"].owner_url, "CREATE TABLE kept (it text)")
    assert await databases.make(server, keys) == made
    assert await answer(made["customers"].owner_url, "SELECT count(*) FROM kept") == 0


@pytest.mark.usefixtures("made")
def test_passwords_are_for_us_alone(keys):
    files = list(keys.glob("*.password"))
    assert len(files) == len(SERVICES) * len(ROLES)
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    assert len({file.read_text() for file in files}) == len(files)


@pytest.mark.usefixtures("made")
async def test_an_administrator_who_is_no_superuser_will_do(server, tmp_path):
    """As on a managed server."""
    await answer(server, "CREATE ROLE delegate LOGIN CREATEDB CREATEROLE PASSWORD 'delegate'")
    await answer(server, "GRANT CONNECT ON DATABASE postgres TO delegate")
    place = server.rpartition("@")[2]
    delegate = f"postgresql://delegate:delegate@{place}"
    for _ in range(2):
        hosted = (await databases.make(delegate, tmp_path, names=["hosted"]))["hosted"]
        assert await answer(hosted.app_url) == "hosted_app in hosted"
    assert not await answer(hosted.app_url, TRUSTED)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="CONNECT"):
        await answer(at(hosted.owner_url, "sales"))
    await databases.drop(delegate, names=["hosted"])
    with pytest.raises(asyncpg.InvalidPasswordError):
        await answer(hosted.app_url)


async def test_an_administrator_who_is_not_let_in_gives_one_sentence(server, tmp_path):
    stranger = server.replace("postgres:", "stranger:", 1)
    with pytest.raises(Refused, match=r"does not let the administrator in") as refused:
        await databases.make(stranger, tmp_path)
    assert "://" not in str(refused.value)
