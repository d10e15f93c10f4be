"""What one may be allowed to do in customers."""

from services.chassis.permissions import Permission

READ_COMPANY = Permission("customers:company:read")
"""See how the company is called, and how it counts: currency, exchange rates, time."""
EDIT_COMPANY = Permission("customers:company:edit")
"""Change the company's settings."""
EDIT_EXCHANGE_RATES = Permission("customers:exchange_rate:edit")
"""Add, correct and archive the rates by which money is counted in the company's currency."""
READ_STAFF = Permission("customers:staff:read")
"""See who works here, in which roles, teams and units, and what roles may do."""
EDIT_STAFF = Permission("customers:staff:edit")
"""Add staff users, change their roles, set their passwords."""
ACT_AS = Permission("customers:staff:act_as")
"""Act as somebody else, for support: they see it, and it is told."""
READ_API_KEYS = Permission("customers:api_key:read")
"""See which API keys there are, and when each was used last."""
EDIT_API_KEYS = Permission("customers:api_key:edit")
"""Add API keys, and revoke them."""
EDIT_ROLES = Permission("customers:role:edit")
"""Add roles, and say what each may do, in every service."""
EDIT_POLICIES = Permission("customers:policy:edit")
"""Say which fields only some roles may see, and which reads are written down, in every service."""
READ_AUDIT = Permission("customers:audit:read")
"""See who did what here, who saw what is watched, and who came in."""
EDIT_ORGANISATION = Permission("customers:organisation:edit")
"""Add and change organisation units, teams and their members, positions and reporting lines."""
READ_CUSTOMERS = Permission("customers:customer:read")
"""See customers, their contacts, and what passed between them and us."""
EDIT_CUSTOMERS = Permission("customers:customer:edit")
"""Add and change customers and their contacts."""
HOLD_CUSTOMERS = Permission("customers:customer:hold")
"""Put a customer on hold, so that it cannot order, and release it."""
SHARE_CUSTOMERS = Permission("customers:customer:share")
"""Share customers with colleagues and teams, as far as one may do oneself what is shared."""
ASSIGN_CUSTOMERS = Permission("customers:customer:assign")
"""Say who answers for a customer."""
PURGE_CUSTOMERS = Permission("customers:customer:purge")
"""Remove archived customers for ever."""
PURGE_CONTACTS = Permission("customers:contact:purge")
"""Remove archived contacts for ever."""
READ_PORTAL_IDENTITIES = Permission("customers:portal_identity:read")
"""See who comes in by the portal, of the customers that one may see."""
EDIT_PORTAL_IDENTITIES = Permission("customers:portal_identity:edit")
"""Invite contacts to the portal, let them in no more, end their sessions."""
EDIT_OWN_CONTACT = Permission("customers:own_contact:edit")
"""Change what is one's own as a contact: what every guest of the portal may, and nobody else."""
LOG_INTERACTIONS = Permission("customers:interaction:log")
"""Note what passed between a customer and us."""
READ_TASKS = Permission("customers:task:read")
"""See what is to be done, and by whom."""
EDIT_TASKS = Permission("customers:task:edit")
"""Add tasks, change them, do them, and give them to others."""
PURGE_TASKS = Permission("customers:task:purge")
"""Remove archived tasks for ever."""
EXPLAIN_ACCESS = Permission("customers:access:explain")
"""See why somebody else may do something with a record, or may not."""
READ_EVENTS = Permission("customers:event:read")
"""See which events wait, how far readers are, and what did not get through."""
FOLLOW_EVENTS = Permission("customers:event:follow")
"""Follow what is told of all records of the company, in all services, whoever may see these."""
MEND_EVENTS = Permission("customers:event:mend")
"""Have events that did not get through tried again, or step over them."""
IMPORT_HISTORY = Permission("customers:history:import")
"""Bring in records with the dates and states that they had elsewhere."""
RUN_JOBS = Permission("customers:job:run")
"""Bring files in and take them out: run jobs, together with what each of them needs."""
ADMINISTER_JOBS = Permission("customers:job:administer")
"""See, stop and resume the jobs of others, and read their files."""
EXPORT_RECORDS = Permission("customers:record:export")
"""Take the records that one may see out into a file."""
ASK_STANDING = Permission("customers:standing:ask")
"""Ask, as another service, whether customers may order."""

_READ = {READ_COMPANY, READ_STAFF, READ_CUSTOMERS, READ_TASKS}
_SERVE = _READ | {LOG_INTERACTIONS, EDIT_TASKS}
_WORK = _SERVE | {
    *(EDIT_CUSTOMERS, SHARE_CUSTOMERS),
    *(READ_PORTAL_IDENTITIES, EDIT_PORTAL_IDENTITIES),
}

ROLES = {
    "ADMINISTRATOR": frozenset(
        _WORK
        | {
            EDIT_COMPANY,
            EDIT_EXCHANGE_RATES,
            EDIT_STAFF,
            EDIT_ROLES,
            EDIT_POLICIES,
            READ_AUDIT,
            ACT_AS,
            READ_API_KEYS,
            EDIT_API_KEYS,
            EDIT_ORGANISATION,
            HOLD_CUSTOMERS,
            ASSIGN_CUSTOMERS,
            EXPLAIN_ACCESS,
            IMPORT_HISTORY,
            PURGE_CUSTOMERS,
            PURGE_CONTACTS,
            PURGE_TASKS,
            RUN_JOBS,
            ADMINISTER_JOBS,
            EXPORT_RECORDS,
            READ_EVENTS,
            MEND_EVENTS,
            FOLLOW_EVENTS,
        }
    ),
    "SALES_MANAGER": frozenset(
        _WORK | {HOLD_CUSTOMERS, ASSIGN_CUSTOMERS, RUN_JOBS, EXPORT_RECORDS}
    ),
    "SALES_REPRESENTATIVE": frozenset(_WORK | {RUN_JOBS}),
    "SERVICE_AGENT": frozenset(_SERVE),
}
GUESTS: frozenset[Permission] = frozenset({EDIT_OWN_CONTACT})
"""What everybody may do who comes in by the portal, beside seeing what it shows."""
SERVICES = {"sales": frozenset({ASK_STANDING})}
