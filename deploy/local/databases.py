"""A database for each service, with three roles that reach no other."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import asyncpg

from .binaries import OLDEST
from .passwords import password_in
from .refusals import Refused

SERVICES = ("customers", "sales", "service_desk")
ROLES = ("owner", "app", "worker")
MAKING = 0x6775616E7869  # one at a time on a server: roles belong to all of its databases

CREATE_ROLE = "CREATE ROLE %I"
# Said each time, so that a role that was changed by hand is put right.
DEFINE_ROLE = (
    "ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L"
)
DEFINE_ROLE_AS_A_DELEGATE = "ALTER ROLE %I LOGIN NOCREATEDB NOCREATEROLE PASSWORD %L"
CREATE_DATABASE = (
    "CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING 'UTF8' "
    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
)

COMPARED = ("eq", "lt", "le", "gt", "ge")
TRUSTED = ("texticlike(text, text)", *(f"numeric_{it}(numeric, numeric)" for it in COMPARED))
TRUST = "; ".join(f"ALTER FUNCTION pg_catalog.{it} LEAKPROOF" for it in TRUSTED)


@dataclass(frozen=True, slots=True)
class Database:
    """How each of its roles reaches it."""

    name: str
    owner_url: str
    app_url: str
    worker_url: str

    @classmethod
    def of(cls, name: str, admin_url: str, keys: Path) -> "Database":
        owner, app, worker = (
            url_for(admin_url, name, role, password_in(password_file(keys, name, role)))
            for role in ROLES
        )
        return cls(name, owner, app, worker)


def password_file(keys: Path, name: str, role: str) -> Path:
    return keys / f"{name}_{role}.password"


def url_for(admin_url: str, name: str, role: str, password: str) -> str:
    """Answer the same server, another door."""
    admin = urlsplit(admin_url)
    place = admin.netloc.rpartition("@")[2]
    return admin._replace(
        scheme="postgresql", netloc=f"{name}_{role}:{quote(password)}@{place}", path=f"/{name}"
    ).geturl()


async def make(
    admin_url: str, keys: Path, *, names: Iterable[str] = SERVICES
) -> dict[str, Database]:
    """Make what is missing and put right what differs; twice is as good as once.

    Tables and what may be done with them are the migrations' business: they also run on servers
    that were prepared by somebody else.
    """
    made = {name: Database.of(name, admin_url, keys) for name in names}
    async with administrator(admin_url) as admin:
        for name, database in made.items():
            for role in ROLES:
                password = password_in(password_file(keys, name, role))
                await make_role(admin, f"{name}_{role}", password)
            await make_database(admin, name)
            await open_schema(database)
            await trust_comparisons(admin, at(admin_url, name))
    return made


async def drop(admin_url: str, *, names: Iterable[str] = SERVICES) -> None:
    async with administrator(admin_url) as admin:
        for name in names:
            await run(admin, "DROP DATABASE IF EXISTS %I WITH (FORCE)", name)
            for role in ROLES:
                await run(admin, "DROP ROLE IF EXISTS %I", f"{name}_{role}")


async def seclude(admin_url: str) -> None:
    """Keep services out of the databases that every server has; only where it is all ours."""
    async with administrator(admin_url) as admin:
        for name in ("postgres", "template1"):
            await run(admin, "REVOKE ALL ON DATABASE %I FROM PUBLIC", name)


@asynccontextmanager
async def administrator(admin_url: str) -> AsyncIterator[asyncpg.Connection]:
    try:
        admin = await asyncpg.connect(admin_url)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        place = urlsplit(admin_url).netloc.rpartition("@")[2] or "its socket"
        raise Refused(
            f"PostgreSQL at {place} does not let the administrator in: {error}"
        ) from None
    try:
        if admin.get_server_version().major < OLDEST:
            version = await admin.fetchval("SHOW server_version")
            raise Refused(f"PostgreSQL {OLDEST} or newer is needed, and this one is {version}")
        await admin.execute("SELECT pg_advisory_lock($1)", MAKING)
        yield admin
    finally:
        await admin.close()


async def make_role(admin: asyncpg.Connection, role: str, password: str) -> None:
    if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await run(admin, CREATE_ROLE, role)
    if await admin.fetchval("SELECT current_setting('is_superuser') = 'on'"):
        await run(admin, DEFINE_ROLE, role, password)
        return
    # A managed server's administrator is none: it may not speak of what only a superuser has,
    # and it must belong to a role before it can make a database for it.
    await run(admin, DEFINE_ROLE_AS_A_DELEGATE, role, password)
    await run(admin, "GRANT %I TO CURRENT_USER", role)


async def make_database(admin: asyncpg.Connection, name: str) -> None:
    owner, app, worker = (f"{name}_{role}" for role in ROLES)
    if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await run(admin, CREATE_DATABASE, name, owner)
    await run(admin, "REVOKE ALL ON DATABASE %I FROM PUBLIC", name)
    await run(admin, "GRANT CONNECT ON DATABASE %I TO %I, %I", name, app, worker)


async def open_schema(database: Database) -> None:
    """Let the service's roles see the schema, and nobody else."""
    app, worker = f"{database.name}_app", f"{database.name}_worker"
    owner = await asyncpg.connect(database.owner_url)
    try:
        await owner.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        await run(owner, "GRANT USAGE ON SCHEMA public TO %I, %I", app, worker)
    finally:
        await owner.close()


async def trust_comparisons(admin: asyncpg.Connection, url: str) -> None:
    """Let an index serve `contains` and sorts by exact numbers under row-level security.

    PostgreSQL uses no index for what might tell of rows that one may not see, and takes ILIKE and
    comparisons of exact numbers for such: the one's error names a pattern, never a row, and the
    others have none (decision 0011). Only a superuser may say otherwise; elsewhere such lists
    read more, and find the same.
    """
    if not await admin.fetchval("SELECT current_setting('is_superuser') = 'on'"):
        return
    inside = await asyncpg.connect(url)
    try:
        await inside.execute(TRUST)
    finally:
        await inside.close()


def at(admin_url: str, name: str) -> str:
    """Answer the administrator's door to another database."""
    return urlsplit(admin_url)._replace(path=f"/{name}").geturl()


async def run(connection: asyncpg.Connection, template: str, *values: str) -> None:
    """Run a statement that takes no parameters; the server itself quotes the values."""
    await connection.execute(
        await connection.fetchval("SELECT format($1, VARIADIC $2::text[])", template, values)
    )
