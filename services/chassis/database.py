"""Tables: what a column says of itself, what every record carries, and how one connects."""

import asyncio
import enum
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar
from weakref import WeakKeyDictionary

import asyncpg
from pydantic.alias_generators import to_camel
from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Enum,
    MetaData,
    Numeric,
    String,
    Text,
    event,
    exists,
    false,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedColumn,
    aliased,
    declared_attr,
    mapped_column,
)
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.elements import True_

from services.chassis import indexing, scoping
from services.chassis.actor import Actor
from services.chassis.events import Event
from services.chassis.permissions import Permission
from services.chassis.watching import Watched

F = TypeVar("F", bound=Event)

ID = Text(collation="C")
"""Ids are text in one spelling, compared byte by byte."""
TENANT_NOW = "current_setting('app.tenant')"
STATEMENT_SECONDS, LOCK_SECONDS, IDLE_SECONDS = 30, 5, 30


class Personal(enum.Enum):
    """Whether a column tells something of a person, and what; events never carry it."""

    NONE = "none"
    NAME = "name"
    CONTACT = "contact"
    ADDRESS = "address"
    BIRTH = "birth"
    CREDENTIAL = "credential"
    FREE_TEXT = "free text"
    COPIED = "values of other columns"


def column(tag: Personal = Personal.NONE, *args: Any, **options: Any) -> MappedColumn[Any]:
    """Declare a column with its personal-data tag; the rest is `mapped_column`'s."""
    return mapped_column(*args, info={"personal": tag, **options.pop("info", {})}, **options)


def belongs_to(table: str, **options: Any) -> MappedColumn[Any]:
    """Declare a column that refers to a record of the same tenant, indexed by it."""
    return column(Personal.NONE, ID, info={"belongs_to": table}, **options)


class Entity(DeclarativeBase):
    """A row of one tenant, of one service.

    Each service's tables stand in a `MetaData` of their own, found by the module's name, so that
    several services may live in one process and know nothing of each other's tables.
    """

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: String(200),  # a longer text says so: every input has a limit
        datetime: DateTime(timezone=True),
        Decimal: Numeric(18, 4),
        enum.Enum: Enum(enum.Enum, native_enum=False, length=40, create_constraint=True),
    }
    __prefix__: ClassVar[str] = ""
    __sorts__: ClassVar[tuple[str, ...]] = ()
    """The sorts that lists offer, each served by an index."""
    __lists__: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Columns filtered by what they equal, and last the sort: each pair is served by an index."""
    __searched__: ClassVar[tuple[str, ...]] = ()
    """Texts that are found by any part of them, served by an index."""
    __part_of__: ClassVar[tuple[str, type["Entity"]] | None] = None
    """The column that names the record which this one is a part of, and is seen with."""
    __read_by__: ClassVar[Permission | None] = None
    """The permission by which its rows are read; its `Reading` says so."""
    __scoped__: ClassVar[bool] = True
    """Whether permissions may reach less than all of its rows, by who answers for them."""
    __shared__: ClassVar[bool] = False
    """Whether single ones of its rows may be shared with people and teams."""
    __territory__: ClassVar[scoping.Located | None] = None
    """By what its rows lie in territories; nothing, unless it says so."""
    __portal__: ClassVar[scoping.Shown | None] = None
    """Which of its rows the portal shows; none, unless it says so."""
    __owned_by_maker__: ClassVar[bool] = True
    """Whether the staff user who makes one answers for it, unless another is named."""

    def __init_subclass__(cls, **options: Any) -> None:
        if "__tablename__" in vars(cls):
            cls.metadata = metadata_of(cls.__module__.split(".")[1])
            made = [*indexing.relations_of(cls), *indexing.lists_of(cls)]
            made += indexing.scope_of(cls) if issubclass(cls, RecordColumns) else ()
            cls.__table_args__ = (*vars(cls).get("__table_args__", ()), *made)
        super().__init_subclass__(**options)
        if untagged := [it.name for it in _columns(cls) if "personal" not in it.info]:
            raise TypeError(
                f"{cls.__name__} says no personal-data tag of {untagged}: use column()"
            )

    tenant: Mapped[str] = column(
        Personal.NONE, ID, primary_key=True, server_default=text(TENANT_NOW), sort_order=-2
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Say which rows an actor may read or touch; every list, count and command asks it.

        It is as many as the permission reaches by which the actor acts. A part is seen with the
        record that it is a part of.
        """
        if cls.__part_of__ is None:
            return scoping.within(cls, actor)
        if actor.is_guest and cls.__portal__ is None:
            return false()
        key, kind = cls.__part_of__
        whole: Any = aliased(kind)
        seen = whole.visible_to(actor)
        if isinstance(seen, True_):  # nothing is hidden: no row is looked up
            return seen
        there = (whole.tenant == cls.tenant, whole.id == getattr(cls, key))
        return exists(select(whole.id).where(*there, seen))


class PersonalFactError(TypeError):
    """A fact has a field that would tell something of a person."""


class RecordColumns:
    """What every root record carries: identity, who answers for it, version, origin, its life.

    A part has no owner of its own: that of its whole answers for it.
    """

    id: Mapped[str] = column(Personal.NONE, ID, primary_key=True, sort_order=-1)
    owner_id: Mapped[str | None] = column(Personal.NONE, ID, sort_order=80)
    team_id: Mapped[str | None] = column(Personal.NONE, ID, sort_order=81)
    version: Mapped[int] = column(sort_order=90)
    created_at: Mapped[datetime] = column(sort_order=91)
    updated_at: Mapped[datetime] = column(sort_order=92)
    created_by_kind: Mapped[str] = column(Personal.NONE, String(20), sort_order=93)
    created_by_id: Mapped[str] = column(Personal.NONE, ID, sort_order=94)
    archived_at: Mapped[datetime | None] = column(sort_order=95)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}

    def told(self, fact: type[F], **more: Any) -> F:
        """Tell a fact with what is so now: each of its fields is this record's of that name.

        `more` is what the record does not know. What is personal is told by no fact.
        """
        own = f"{fact.aggregate()}_id"
        given = {
            it: self.id if it == own else _told(self, it) for it in fact.model_fields.keys() - more
        }
        return fact(**given, **more)


class Projected:
    """A copy of another service's record, kept by its events: key, and how far it has followed."""

    id: Mapped[str] = column(Personal.NONE, ID, primary_key=True, sort_order=-1)
    sequence: Mapped[int] = column(sort_order=90)


_metadata: dict[str, MetaData] = {}


def metadata_of(service: str) -> MetaData:
    """Give the tables of one service; `chassis` holds those that every service has."""
    names = {
        "pk": "%(table_name)s_pk",
        "ix": "%(table_name)s_%(column_0_N_name)s_ix",
        "uq": "%(table_name)s_%(column_0_N_name)s_uq",
        "fk": "%(table_name)s_%(referred_table_name)s_fk",
        "ck": "%(table_name)s_%(constraint_name)s_ck",
    }
    return _metadata.setdefault(service, MetaData(naming_convention=names))


def public_name(column: str) -> str:
    """Name a column as the graph does: `owner_id` is `owner`."""
    return to_camel(column.removesuffix("_id"))


def defaults_of(entity: type[Entity]) -> dict[str, Any]:
    """Give what a new row begins with, so that it can be read before it is written."""
    return {
        it.key: it.columns[0].default.arg
        for it in inspect(entity).column_attrs
        if getattr(it.columns[0].default, "is_scalar", False)
    }


def _told(record: RecordColumns, name: str) -> Any:
    columns = inspect(type(record)).columns
    if name in columns and columns[name].info["personal"] is not Personal.NONE:
        raise PersonalFactError(f"{type(record).__name__}.{name} is personal: no event carries it")
    value = getattr(record, name)
    return value.name if isinstance(value, enum.Enum) else value


def _columns(cls: type[Entity]) -> list[Column[Any]]:
    name = vars(cls).get("__tablename__")
    return list(cls.metadata.tables[name].columns) if name else []


def connect(
    url: str,
    *,
    pool_size: int = 10,
    name: str = "guanxi",
    pooled: bool = True,
    schema: str = "public",
    password: Watched[str] | None = None,
) -> AsyncEngine:
    """Make a pool whose every connection has time limits, says who it is, and sees one schema.

    A `password` that stands in a file is what it is when a connection is made.
    """
    sized: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": 10}
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        **(sized if pooled else {"poolclass": NullPool}),
        hide_parameters=True,  # an error's text is logged, and a parameter may be a secret
        connect_args={
            "connection_class": TenantConnection,
            "timeout": 10,
            "command_timeout": STATEMENT_SECONDS + 5,
            "server_settings": {
                "application_name": name,
                "statement_timeout": f"{STATEMENT_SECONDS}s",
                "lock_timeout": f"{LOCK_SECONDS}s",
                "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
                "timezone": "UTC",
                "standard_conforming_strings": "on",
                "search_path": schema,
            },
        },
    )

    if password is not None:

        @event.listens_for(engine.sync_engine, "do_connect")
        def know_password(_dialect: Any, _record: Any, _args: Any, given: dict[str, Any]) -> None:
            given["password"] = password.now()

    _tend(engine)
    return engine


def _tend(engine: AsyncEngine) -> None:
    """Keep a pool to connections that are alive, and that nobody has left something on."""

    @event.listens_for(engine.sync_engine, "checkout")
    def leave_the_dead(connection: Any, _record: Any, _proxy: Any) -> None:
        """Hand out no connection that was ended while nobody used it: the pool makes another."""
        if connection.driver_connection.is_closed():
            raise DisconnectionError

    @event.listens_for(engine.sync_engine, "checkin")
    def forget_tenant(connection: Any, _record: Any) -> None:
        """Leave nothing of whoever had the connection before, be it bound or not yet ended."""
        driver = connection and connection.driver_connection
        if driver is not None and not driver.is_closed():
            driver.next_tenant = None
            if driver.is_in_transaction():
                driver.terminate()

    @event.listens_for(engine.sync_engine, "handle_error")
    def forget_dead_connections(context: Any) -> None:
        """Empty the pool when the server went away, so that the next request connects anew."""
        if isinstance(context.original_exception, ConnectionError):
            context.is_disconnect = True


class TenantConnection(asyncpg.Connection):  # type: ignore[misc]  # the driver has no types
    """Binds its next transaction to a tenant in the round trip that begins it.

    It is bound for that transaction alone: one that nobody bound sees no row.
    """

    SETTING = "app.tenant"
    next_tenant: str | None = None

    async def execute(self, query: str, *values: Any, **options: Any) -> str:
        if self.next_tenant is not None and query.startswith("BEGIN"):
            return await self._begin(query, **options)
        told: str = await super().execute(query, *values, **options)
        return told

    async def _begin(self, query: str, **options: Any) -> str:
        """Begin and bind; if that fails nobody knows what began, and the connection goes."""
        tenant, self.next_tenant = str(self.next_tenant), None
        literal = tenant.replace("'", "''")  # in a simple query there are no parameters
        bound = f"{query} SELECT set_config('{self.SETTING}', '{literal}', true)"
        try:
            told: str = await super().execute(bound, **options)
        except asyncpg.PostgresError as error:
            self.terminate()
            raise ConnectionError("no transaction could be bound to its tenant") from error
        except asyncio.CancelledError:  # it may have begun: whoever comes next must not be in it
            self.terminate()
            raise
        return told


BIND_TENANT = text("SELECT set_config('app.tenant', :tenant, true)")


async def bind(connection: AsyncConnection, tenant: str) -> None:
    """Let this transaction see one tenant's rows: by its BEGIN, if that is still to come."""
    pooled = await connection.get_raw_connection()
    driver: Any = pooled.driver_connection
    if driver.is_in_transaction():
        await connection.execute(BIND_TENANT, {"tenant": tenant})
    else:
        driver.next_tenant = tenant


@asynccontextmanager
async def reading(engine: AsyncEngine, tenant: str) -> AsyncIterator[AsyncConnection]:
    """Open a read-only transaction that sees one tenant's rows.

    The driver begins and ends it: that is what SQLAlchemy's own way spends most of a read on.
    """
    async with _unbegun(engine).connect() as connection:
        driver = driver_of(connection)
        driver.next_tenant = tenant
        await driver.execute("BEGIN READ ONLY;")
        try:
            yield connection
        finally:
            if not driver.is_closed():
                await driver.execute("COMMIT;")


def driver_of(connection: AsyncConnection) -> Any:
    """Give the driver's own connection below this one."""
    pooled: Any = connection.sync_connection
    return pooled.connection.driver_connection


_engines: WeakKeyDictionary[AsyncEngine, AsyncEngine] = WeakKeyDictionary()


def _unbegun(engine: AsyncEngine) -> AsyncEngine:
    """Give the same pool, on whose connections SQLAlchemy begins no transaction."""
    if engine not in _engines:
        _engines[engine] = engine.execution_options(isolation_level="AUTOCOMMIT")
    return _engines[engine]
