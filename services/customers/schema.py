"""The subgraph of customers, assembled from its slices."""

from strawberry.tools import merge_types

from services.chassis.graph import Jobs, Spine, Subgraph, explaining
from services.customers.api_keys import graph as api_keys
from services.customers.api_keys.events import ApiKeyCreated
from services.customers.company import graph as company
from services.customers.company.events import (
    CompanyCreated,
    ExchangeRateCreated,
    NumberFormatCreated,
)
from services.customers.contacts import graph as contacts
from services.customers.contacts.events import ContactCreated
from services.customers.customers import graph as customers
from services.customers.customers.events import CustomerCreated
from services.customers.feed import graph as feed
from services.customers.interactions import graph as interactions
from services.customers.interactions.events import InteractionLogged
from services.customers.permissions import (
    EXPLAIN_ACCESS,
    EXPORT_RECORDS,
    MEND_EVENTS,
    READ_AUDIT,
    READ_EVENTS,
    RUN_JOBS,
)
from services.customers.policies import graph as policies
from services.customers.policies.events import FieldPolicyCreated
from services.customers.portal import graph as portal
from services.customers.portal.events import PortalIdentityInvited
from services.customers.positions import graph as positions
from services.customers.positions.events import PositionCreated
from services.customers.roles import graph as roles
from services.customers.roles.events import StaffRoleCreated
from services.customers.sessions import graph as sessions
from services.customers.staff import graph as staff
from services.customers.staff.events import StaffUserCreated
from services.customers.tasks import graph as tasks
from services.customers.tasks.events import TaskCreated
from services.customers.teams import graph as teams
from services.customers.teams.events import TeamCreated
from services.customers.timeline import graph as timeline
from services.customers.units import graph as units
from services.customers.units.events import OrgUnitCreated

TOLD = (
    *(CompanyCreated, ExchangeRateCreated, StaffUserCreated, CustomerCreated, ContactCreated),
    *(InteractionLogged, TaskCreated, StaffRoleCreated, OrgUnitCreated, TeamCreated),
    *(ApiKeyCreated, PositionCreated, NumberFormatCreated, FieldPolicyCreated),
    PortalIdentityInvited,
)
SLICES = (
    *(company, roles, policies, units, staff, sessions, api_keys, teams, positions),
    *(customers, contacts, interactions, tasks, portal),
)
QUERIES = tuple(it.Query for it in (*SLICES, feed))


def schema() -> Subgraph:
    return Subgraph(
        merge_types("Query", (*QUERIES, explaining("customers", EXPLAIN_ACCESS))),
        merge_types("Mutation", tuple(it.Mutation for it in SLICES)),
        [
            company.Company,
            company.ExchangeRate,
            company.NumberFormat,
            roles.StaffRole,
            policies.FieldPolicy,
            units.OrgUnit,
            staff.StaffUser,
            api_keys.ApiKey,
            positions.Position,
            teams.Team,
            teams.TeamMember,
            customers.Customer,
            customers.PartyRole,
            contacts.Contact,
            interactions.Interaction,
            tasks.Task,
            timeline.TimelineEntry,
            portal.PortalIdentity,
            portal.Viewer,
        ],
        subscription=feed.Subscription,
        jobs=Jobs("customers", run=RUN_JOBS, export=EXPORT_RECORDS),
        spine=Spine("customers", read=READ_EVENTS, mend=MEND_EVENTS, audit=READ_AUDIT, told=TOLD),
    )
