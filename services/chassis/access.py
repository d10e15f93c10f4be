"""Access: what the bearer of a token may do here, by the roles that this service knows of."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, any_, exists, func, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import Mapped

from services.chassis import policies
from services.chassis.actor import Actor, ActorKind, Portal
from services.chassis.clock import utc_now
from services.chassis.database import ID, Personal, column, reading
from services.chassis.exchange import Reckoning
from services.chassis.lasting import holds_on
from services.chassis.permissions import Permission, Scope
from services.chassis.policies import Staying
from services.chassis.scoping import SHARES
from services.chassis.sight import Sight
from services.chassis.tokens import Identity

ByRole = Mapping[str, frozenset[Permission]]
Grants = Mapping[str, str]
"""Scopes by permissions, both as texts."""


class Employed:
    """The columns of a staff user, or of a copy of one, that say what it may do."""

    roles: Mapped[list[str]] = column(Personal.NONE, ARRAY(String(40)))
    is_active: Mapped[bool] = column(default=True)
    unit_id: Mapped[str | None] = column(Personal.NONE, ID)
    team_ids: Mapped[list[str]] = column(Personal.NONE, ARRAY(ID), server_default="{}")

    @classmethod
    def held(cls) -> ColumnElement[Any]:
        """Give the keys of all the roles that it has."""
        held: ColumnElement[Any] = cls.roles  # type: ignore[assignment]  # a column, on the class
        return held


class Granting:
    """The columns of a role, or of a copy of one: what it grants.

    A standard role grants what each service says of it until somebody says otherwise; then, and
    for any other role, `grants` says it for all services.
    """

    standard: Mapped[str | None] = column(Personal.NONE, String(40))
    grants: Mapped[dict[str, Any] | None] = column(Personal.NONE, JSONB(none_as_null=True))


@dataclass(frozen=True)
class Portals:
    """A service's own table of who comes in by the portal: of which party, and who there.

    Where their sessions are kept they have an `ended_at`, elsewhere copies are `Staying`.
    """

    identities: type[Any]
    party: Any
    person: Any
    sessions: type[Any] | None = None


@dataclass(frozen=True)
class Territories:
    """A service's own tables of territories, and of who works them: from when to when.

    A territory names its `parent_id`; days are those of the company's calendar.
    """

    areas: type[Any]
    members: type[Any]
    company: type[Any]


@dataclass(frozen=True)
class Directory:
    """A service's own tables of those who work here: staff users, roles, organisation units.

    Staff are `Employed`, roles `Granting`, policies `Policing`, a unit names its `parent_id`. A
    token of a session that ended permits nothing: where sessions are kept they have an `ended_at`,
    elsewhere copies of staff are `Staying`.
    """

    staff: type[Any]
    roles: type[Any]
    units: type[Any]
    policies: type[Any]
    sessions: type[Any] | None = None
    portal: Portals | None = None
    territories: Territories | None = None


def access_by(
    directory: Directory,
    by_role: ByRole,
    services: ByRole,
    guests: frozenset[Permission] = frozenset(),
) -> Callable[[AsyncEngine], Callable[[Identity], Awaitable[Actor]]]:
    """Say whose roles count and what they permit, before there is a database to read them from."""
    return lambda engine: Access(engine, directory, by_role, services, guests).actor


class Access:
    """Turns an identity into an actor, beside the data.

    `by_role` says what standard roles grant unless their record says otherwise, `services` what a
    program may do that signs in as itself, `guests` what all may that come in by the portal.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        directory: Directory,
        by_role: ByRole,
        services: ByRole,
        guests: frozenset[Permission] = frozenset(),
    ) -> None:
        self.engine = engine
        self.directory = directory
        self.by_role = by_role
        self.services = services
        self.guests = guests
        self.known: frozenset[Permission] = frozenset().union(*by_role.values())

    async def actor(self, identity: Identity) -> Actor:
        """Read what the actor may; somebody who is not active, or not known yet, may nothing."""
        actor = Actor(identity.tenant, identity.subject, identity.kind, acted_by=identity.acted_by)
        if identity.kind is ActorKind.SERVICE:
            return actor.permitted(self.services.get(identity.subject, frozenset()))
        if identity.kind not in (ActorKind.USER, ActorKind.PORTAL):
            return actor
        async with reading(self.engine, identity.tenant) as connection:
            if identity.kind is ActorKind.PORTAL:
                return await self._invited(connection, actor, identity)
            return await self._employed(connection, actor, identity.session)

    async def _invited(
        self, connection: AsyncConnection, actor: Actor, identity: Identity
    ) -> Actor:
        """Read of which party a guest is by now: a token that says another lets nobody in."""
        portals = self.directory.portal
        if portals is None:
            return actor
        guest = portals.identities
        told = policies.told_of(self.directory.policies).scalar_subquery()
        asked = select(portals.party, portals.person, told)
        asked = asked.where(guest.id == actor.id, guest.is_active)
        if identity.session is not None:
            asked = asked.where(_goes_on(guest, portals.sessions, identity.session))
        found = (await connection.execute(asked)).one_or_none()
        if found is None or identity.portal not in (None, Portal(found[0], found[1])):
            return actor
        made = replace(actor, portal=Portal(found[0], found[1]), permissions=self.guests)
        return replace(made, sight=Sight.of(found[2] or (), ()))

    async def _employed(
        self, connection: AsyncConnection, actor: Actor, session: str | None
    ) -> Actor:
        asked = self._asked(actor.id)
        if session is not None:
            kept = self.directory
            asked = asked.where(_goes_on(kept.staff, kept.sessions, session))
        found = (await connection.execute(asked)).one_or_none()
        if found is None:
            return actor
        granted = self.granted(found.held, found.records or ())
        scopes = {it: scope for it, (scope, _role) in granted.items() if scope is not Scope.ALL}
        made = replace(
            actor,
            permissions=frozenset(granted),
            scopes=scopes,
            roles={it: role for it, (_scope, role) in granted.items()},
            teams=tuple(found.team_ids),
            is_shared_with=found.is_shared_with,
            sight=Sight.of(found.policies or (), _keys(found.held, found.records or ())),
        )
        farthest = max(scopes.values(), default=Scope.OWN)
        if found.unit_id is not None and farthest >= Scope.UNIT:
            made = replace(made, colleagues=await self._colleagues(connection, found.unit_id))
        if farthest is Scope.TERRITORY:
            made = replace(made, territories=await self._territories(connection, actor.id))
        return made

    def granted(
        self, held: Iterable[str], records: Iterable[Any]
    ) -> dict[Permission, tuple[Scope, str]]:
        """Join what these roles grant: of each permission the widest scope, and whose it is.

        `records` are those of them that are kept here, each an id, a standard role, its grants.
        """
        joined: dict[Permission, tuple[Scope, str]] = {}
        granted = {key: grants for id, standard, grants in records for key in (id, standard)}
        named = {id: standard for id, standard, _grants in records}
        for key in held:
            for it, scope in self._granted(granted.get(key), named.get(key) or key):
                if it in self.known and (it not in joined or scope > joined[it][0]):
                    joined[it] = scope, key
        return joined

    def _granted(self, grants: Grants | None, standard: str) -> Iterable[tuple[Permission, Scope]]:
        if grants is None:
            return ((it, Scope.ALL) for it in self.by_role.get(standard, ()))
        return ((Permission(it), Scope[scope]) for it, scope in grants.items())

    def _asked(self, id: str) -> Any:
        """Ask for a staff user and the records of its roles, in one statement."""
        staff, roles = self.directory.staff, self.directory.roles
        held = staff.held()
        each = func.jsonb_build_array(roles.id, roles.standard, roles.grants)
        records = (
            select(func.jsonb_agg(each, type_=JSONB))
            .where(or_(roles.id == any_(held), roles.standard == any_(held)), *_live(roles))
            .correlate(staff)
            .scalar_subquery()
        )
        principals = func.array_append(staff.team_ids, staff.id, type_=ARRAY(ID))
        shared = exists().where(SHARES.c.principal_id == any_(principals)).correlate(staff)
        columns = (
            held.label("held"),
            staff.team_ids,
            staff.unit_id,
            records.label("records"),
            policies.told_of(self.directory.policies).scalar_subquery().label("policies"),
            shared.label("is_shared_with"),
        )
        return select(*columns).where(staff.id == id, staff.is_active)

    async def _colleagues(self, connection: AsyncConnection, unit_id: str) -> tuple[str, ...]:
        """Give who works in a unit or below it."""
        staff, units = self.directory.staff, self.directory.units
        below = _below(units, units.id == unit_id)
        found = select(staff.id).where(staff.unit_id.in_(below), staff.is_active)
        return tuple(await connection.scalars(found))

    async def _territories(self, connection: AsyncConnection, id: str) -> tuple[str, ...]:
        """Give the territories that somebody works today, and all below them."""
        kept = self.directory.territories
        if kept is None:
            return ()
        areas, members = kept.areas, kept.members
        calendar = await Reckoning(kept.company).calendar(connection)
        today = holds_on(members, calendar.today(utc_now()))
        worked = select(members.territory_id).where(
            members.staff_user_id == id, today, *_live(members)
        )
        found = _below(areas, areas.id.in_(worked), *_live(areas))
        return tuple(await connection.scalars(found))


def _below(tree: type[Any], top: ColumnElement[bool], *live: ColumnElement[bool]) -> Any:
    """Select what is at the top and all below; a circle that copies pass through ends here."""
    below = select(tree.id).where(top, *live).cte("below", recursive=True)
    below = below.union(select(tree.id).where(tree.parent_id == below.c.id, *live))
    return select(below.c.id)


def _goes_on(whose: type[Any], kept: type[Any] | None, session: str) -> ColumnElement[bool]:
    """Say that a session has not ended, as far as is known here."""
    if kept is not None:
        return exists().where(kept.id == session, kept.ended_at.is_(None))
    return policies.goes_on(whose, session) if issubclass(whose, Staying) else true()


def _keys(held: Iterable[str], records: Iterable[Any]) -> Iterable[str]:
    """Name the roles that somebody has by all their names: standard ones have two."""
    return {*held, *(it for id, standard, _grants in records for it in (id, standard) if it)}


def _live(entity: Any) -> Iterable[ColumnElement[bool]]:
    """Leave out what was put away; a copy of that is not kept."""
    return (entity.archived_at.is_(None),) if hasattr(entity, "archived_at") else ()
