"""What can be done with field policies."""

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.changes import Changes
from services.chassis.permissions import requires
from services.chassis.refusals import LimitExceeded, NotFound
from services.chassis.work import Work
from services.customers.permissions import EDIT_POLICIES
from services.customers.policies import rules
from services.customers.policies.events import (
    FieldPolicyArchived,
    FieldPolicyCreated,
    FieldPolicyPurged,
    FieldPolicyRestored,
    FieldPolicyUpdated,
)
from services.customers.policies.model import FieldPolicy
from services.customers.roles import queries as roles
from services.customers.roles import rules as standard

MOST_ROLES = 50

archive = archiving(FieldPolicy, EDIT_POLICIES, FieldPolicyArchived)
restore = restoring(FieldPolicy, EDIT_POLICIES, FieldPolicyRestored)
purge = purging(FieldPolicy, EDIT_POLICIES, FieldPolicyPurged)


@requires(EDIT_POLICIES, publishes=[FieldPolicyCreated])
async def create(work: Work, values: Changes) -> FieldPolicy:
    policy = work.add(FieldPolicy, await _with_keys(work, values))
    _check(policy)
    await work.publish(policy.told(FieldPolicyCreated))
    return policy


@requires(EDIT_POLICIES, publishes=[FieldPolicyUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> FieldPolicy:
    policy = await work.get(FieldPolicy, id, version=version)
    if work.change(policy, await _with_keys(work, changes)):
        _check(policy)
        await work.publish(policy.told(FieldPolicyUpdated))
    return policy


def _check(policy: FieldPolicy) -> None:
    hides = policy.readable_by is not None
    rules.check(rules.catalogue(), policy.record_type, policy.field, hides=hides)
    policy.refuse_if_idle()


async def _with_keys(work: Work, values: Changes) -> Changes:
    """Name roles as staff users hold them: standard ones by their names, others by their ids."""
    wanted = values.get(FieldPolicy.readable_by, None)
    if wanted is None:
        return values
    if len(wanted) > MOST_ROLES:
        raise LimitExceeded(f"at most {MOST_ROLES} roles", path=("readableBy",))
    keys = {it: it for it in standard.catalogue().standard}
    keys |= await roles.keys(work.session, wanted)
    if missing := [place for place, it in enumerate(wanted) if it not in keys]:
        raise NotFound("there is no such role", path=("readableBy", missing[0]))
    named = list(dict.fromkeys(keys[it] for it in wanted))
    return values.having(FieldPolicy.readable_by, named)
