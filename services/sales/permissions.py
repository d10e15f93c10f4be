"""What one may be allowed to do in sales."""

from services.chassis.permissions import Permission

READ_PRODUCTS = Permission("sales:product:read")
"""See what is sold, and at what price."""
EDIT_PRODUCTS = Permission("sales:product:edit")
"""Add products, change them and their prices."""
READ_OPPORTUNITIES = Permission("sales:opportunity:read")
"""See opportunities, and what they may bring."""
EDIT_OPPORTUNITIES = Permission("sales:opportunity:edit")
"""Add opportunities, change them, and advance them stage by stage."""
CLOSE_OPPORTUNITY = Permission("sales:opportunity:close")
"""Win or lose an opportunity."""
READ_ORDERS = Permission("sales:order:read")
"""See orders and their lines."""
EDIT_ORDERS = Permission("sales:order:edit")
"""Write orders and their lines, and place them."""
REVIEW_ORDER = Permission("sales:order:review")
"""Review a placed order, without which it cannot be confirmed."""
CONFIRM_ORDER = Permission("sales:order:confirm")
"""Confirm a reviewed order to its customer."""
FULFIL_ORDER = Permission("sales:order:fulfil")
"""Say that a confirmed order was shipped, and close it."""
CANCEL_ORDER = Permission("sales:order:cancel")
"""Cancel an order that was not shipped."""
PURGE_PRODUCTS = Permission("sales:product:purge")
"""Remove archived products for ever."""
PURGE_OPPORTUNITIES = Permission("sales:opportunity:purge")
"""Remove archived opportunities for ever."""
PURGE_ORDERS = Permission("sales:order:purge")
"""Remove archived drafts of orders for ever."""
READ_EVENTS = Permission("sales:event:read")
"""See which events wait, how far readers are, and what did not get through."""
MEND_EVENTS = Permission("sales:event:mend")
"""Have events that did not get through tried again, or step over them."""
IMPORT_HISTORY = Permission("sales:history:import")
"""Bring in records with the dates and states that they had elsewhere."""

_READ = {READ_PRODUCTS, READ_ORDERS}
_SELL = {
    *_READ,
    *(READ_OPPORTUNITIES, EDIT_OPPORTUNITIES, CLOSE_OPPORTUNITY),
    *(EDIT_ORDERS, CONFIRM_ORDER, FULFIL_ORDER),
}
_LEAD = {*_SELL, EDIT_PRODUCTS, REVIEW_ORDER, CANCEL_ORDER}
_PURGE = {PURGE_PRODUCTS, PURGE_OPPORTUNITIES, PURGE_ORDERS}

ROLES: dict[str, frozenset[Permission]] = {
    "ADMINISTRATOR": frozenset(_LEAD | _PURGE | {IMPORT_HISTORY, READ_EVENTS, MEND_EVENTS}),
    "SALES_MANAGER": frozenset(_LEAD),
    "SALES_REPRESENTATIVE": frozenset(_SELL),
    "SERVICE_AGENT": frozenset(_READ),
}
SERVICES: dict[str, frozenset[Permission]] = {}
"""No program signs in here as itself yet, so none may anything."""
