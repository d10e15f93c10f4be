"""What one may be allowed to do in customers."""

from services.chassis.permissions import Permission

READ_COMPANY = Permission("customers:company:read")
"""See the company's name, currency and time zone."""
EDIT_COMPANY = Permission("customers:company:edit")
"""Change the company's settings."""
READ_STAFF = Permission("customers:staff:read")
"""See who works here, and in which roles."""
EDIT_STAFF = Permission("customers:staff:edit")
"""Add staff users, change their roles, set their passwords."""
READ_CUSTOMERS = Permission("customers:customer:read")
"""See customers, their contacts, and what passed between them and us."""
EDIT_CUSTOMERS = Permission("customers:customer:edit")
"""Add and change customers and their contacts."""
HOLD_CUSTOMERS = Permission("customers:customer:hold")
"""Put a customer on hold, so that it cannot order, and release it."""
PURGE_CUSTOMERS = Permission("customers:customer:purge")
"""Remove archived customers for ever."""
PURGE_CONTACTS = Permission("customers:contact:purge")
"""Remove archived contacts for ever."""
LOG_INTERACTIONS = Permission("customers:interaction:log")
"""Note what passed between a customer and us."""
READ_EVENTS = Permission("customers:event:read")
"""See which events wait, how far readers are, and what did not get through."""
MEND_EVENTS = Permission("customers:event:mend")
"""Have events that did not get through tried again, or step over them."""
IMPORT_HISTORY = Permission("customers:history:import")
"""Bring in records with the dates and states that they had elsewhere."""
ASK_STANDING = Permission("customers:standing:ask")
"""Ask, as another service, whether customers may order."""

_READ = {READ_COMPANY, READ_STAFF, READ_CUSTOMERS}
_WORK = _READ | {EDIT_CUSTOMERS, LOG_INTERACTIONS}

ROLES = {
    "ADMINISTRATOR": frozenset(
        _WORK
        | {
            EDIT_COMPANY,
            EDIT_STAFF,
            HOLD_CUSTOMERS,
            IMPORT_HISTORY,
            PURGE_CUSTOMERS,
            PURGE_CONTACTS,
            READ_EVENTS,
            MEND_EVENTS,
        }
    ),
    "SALES_MANAGER": frozenset(_WORK | {HOLD_CUSTOMERS}),
    "SALES_REPRESENTATIVE": frozenset(_WORK),
    "SERVICE_AGENT": frozenset(_READ | {LOG_INTERACTIONS}),
}
SERVICES = {"sales": frozenset({ASK_STANDING})}
