"""What one may be allowed to do at the service desk, and which role is allowed what."""

from services.chassis.permissions import Permission

READ_CASES = Permission("service_desk:case:read")
"""See cases."""
OPEN_CASES = Permission("service_desk:case:open")
"""Open a case for a customer."""
SUBMIT_CASES = Permission("service_desk:case:submit")
"""Open a case for oneself: what every guest of the portal may, and nobody else."""
EDIT_CASES = Permission("service_desk:case:edit")
"""Correct what a case says."""
ASSIGN_CASES = Permission("service_desk:case:assign")
"""Say who answers for a case."""
WORK_ON_CASES = Permission("service_desk:case:work")
"""Start a case, wait for the customer, resolve it."""
CLOSE_CASES = Permission("service_desk:case:close")
"""Close a resolved case, or open one again."""
PURGE_CASES = Permission("service_desk:case:purge")
"""Remove archived cases for ever."""
EXPLAIN_ACCESS = Permission("service_desk:access:explain")
"""See why somebody else may do something with a record, or may not."""
READ_AUDIT = Permission("service_desk:audit:read")
"""See who did what here, and who saw what is watched."""
READ_EVENTS = Permission("service_desk:event:read")
"""See which events wait, how far readers are, and what did not get through."""
MEND_EVENTS = Permission("service_desk:event:mend")
"""Have events that did not get through tried again, or step over them."""
IMPORT_HISTORY = Permission("service_desk:history:import")
"""Bring in cases that lived elsewhere, with the dates and states that they had there."""
RUN_JOBS = Permission("service_desk:job:run")
"""Bring files in and take them out: run jobs, together with what each of them needs."""
ADMINISTER_JOBS = Permission("service_desk:job:administer")
"""See, stop and resume the jobs of others, and read their files."""
EXPORT_RECORDS = Permission("service_desk:record:export")
"""Take the records that one may see out into a file."""

READING = frozenset({READ_CASES})
WORKING = READING | {OPEN_CASES, EDIT_CASES, ASSIGN_CASES, WORK_ON_CASES, CLOSE_CASES, RUN_JOBS}
ADMINISTERING = frozenset(
    {
        *(IMPORT_HISTORY, PURGE_CASES, ADMINISTER_JOBS, EXPORT_RECORDS),
        *(READ_EVENTS, MEND_EVENTS, READ_AUDIT, EXPLAIN_ACCESS),
    }
)
ASK_RESPONSIBILITIES = Permission("service_desk:responsibility:ask")
"""Ask, as another service, of how many records somebody is the owner."""

ROLES: dict[str, frozenset[Permission]] = {
    "ADMINISTRATOR": WORKING | ADMINISTERING,
    "SALES_MANAGER": READING | {OPEN_CASES, RUN_JOBS, EXPORT_RECORDS},
    "SALES_REPRESENTATIVE": READING | {OPEN_CASES},
    "SERVICE_AGENT": WORKING,
}
GUESTS: frozenset[Permission] = frozenset({SUBMIT_CASES})
"""What everybody may do who comes in by the portal, beside seeing what it shows."""
SERVICES = {"customers": frozenset({ASK_RESPONSIBILITIES})}
