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
SHARE_OPPORTUNITIES = Permission("sales:opportunity:share")
"""Share opportunities with colleagues and teams, as far as one may do oneself what is shared."""
READ_PRICE_LISTS = Permission("sales:price_list:read")
"""See price lists, and what each product costs by them."""
EDIT_PRICE_LISTS = Permission("sales:price_list:edit")
"""Open price lists, change them and their prices."""
READ_LEADS = Permission("sales:lead:read")
"""See leads: who may become a customer."""
EDIT_LEADS = Permission("sales:lead:edit")
"""Add leads, change them, contact, qualify and disqualify them."""
ASSIGN_LEADS = Permission("sales:lead:assign")
"""Say who works on a lead."""
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
PURGE_PRICE_LISTS = Permission("sales:price_list:purge")
"""Remove archived price lists and prices for ever."""
PURGE_LEADS = Permission("sales:lead:purge")
"""Remove archived leads for ever."""
PURGE_OPPORTUNITIES = Permission("sales:opportunity:purge")
"""Remove archived opportunities for ever."""
PURGE_ORDERS = Permission("sales:order:purge")
"""Remove archived drafts of orders for ever."""
EXPLAIN_ACCESS = Permission("sales:access:explain")
"""See why somebody else may do something with a record, or may not."""
READ_AUDIT = Permission("sales:audit:read")
"""See who did what here, and who saw what is watched."""
READ_EVENTS = Permission("sales:event:read")
"""See which events wait, how far readers are, and what did not get through."""
MEND_EVENTS = Permission("sales:event:mend")
"""Have events that did not get through tried again, or step over them."""
IMPORT_HISTORY = Permission("sales:history:import")
"""Bring in records with the dates and states that they had elsewhere."""
RUN_JOBS = Permission("sales:job:run")
"""Bring files in and take them out: run jobs, together with what each of them needs."""
ADMINISTER_JOBS = Permission("sales:job:administer")
"""See, stop and resume the jobs of others, and read their files."""
EXPORT_RECORDS = Permission("sales:record:export")
"""Take the records that one may see out into a file."""
ASK_RESPONSIBILITIES = Permission("sales:responsibility:ask")
"""Ask, as another service, of how many records somebody is the owner."""

_READ = {READ_PRODUCTS, READ_PRICE_LISTS, READ_ORDERS}
_SELL = {
    *_READ,
    *(READ_LEADS, EDIT_LEADS),
    *(READ_OPPORTUNITIES, EDIT_OPPORTUNITIES, CLOSE_OPPORTUNITY, SHARE_OPPORTUNITIES),
    *(EDIT_ORDERS, CONFIRM_ORDER, FULFIL_ORDER, RUN_JOBS),
}
_LEAD = {
    *_SELL,
    *(EDIT_PRODUCTS, EDIT_PRICE_LISTS, ASSIGN_LEADS, REVIEW_ORDER, CANCEL_ORDER),
    EXPORT_RECORDS,
}
_PURGE = {PURGE_PRODUCTS, PURGE_PRICE_LISTS, PURGE_LEADS, PURGE_OPPORTUNITIES, PURGE_ORDERS}
_ADMINISTER = {
    *(IMPORT_HISTORY, ADMINISTER_JOBS, READ_EVENTS, MEND_EVENTS),
    *(READ_AUDIT, EXPLAIN_ACCESS),
}

ROLES: dict[str, frozenset[Permission]] = {
    "ADMINISTRATOR": frozenset(_LEAD | _PURGE | _ADMINISTER),
    "SALES_MANAGER": frozenset(_LEAD),
    "SALES_REPRESENTATIVE": frozenset(_SELL),
    "SERVICE_AGENT": frozenset(_READ),
}
GUESTS: frozenset[Permission] = frozenset()
"""Who comes in by the portal sees here what that shows, and does nothing."""
SERVICES = {"customers": frozenset({ASK_RESPONSIBILITIES})}
