"""What can be done with teams."""

from collections.abc import Sequence
from typing import Annotated

from services.chassis.archiving import archiving, restoring
from services.chassis.editing import creating, updating
from services.chassis.permissions import requires
from services.chassis.refusals import LimitExceeded, NotFound
from services.chassis.work import Work
from services.customers.permissions import EDIT_ORGANISATION
from services.customers.staff.events import StaffUserUpdated
from services.customers.staff.model import StaffUser
from services.customers.teams import queries
from services.customers.teams.events import (
    TeamArchived,
    TeamCreated,
    TeamMembersChanged,
    TeamRestored,
    TeamUpdated,
)
from services.customers.teams.model import Team, TeamMember

MOST_AT_ONCE = 200

create = creating(Team, EDIT_ORGANISATION, TeamCreated)
update = updating(Team, EDIT_ORGANISATION, TeamUpdated)
archive = archiving(Team, EDIT_ORGANISATION, TeamArchived)
restore = restoring(Team, EDIT_ORGANISATION, TeamRestored)


@requires(EDIT_ORGANISATION, publishes=[TeamMembersChanged, StaffUserUpdated])
async def add_members(
    work: Work, id: str, *, staff_user_ids: Annotated[list[str], "Who joins, by their ids."]
) -> Team:
    """Let people be of a team; who is already stays."""
    team = await work.lock(Team, id)
    joined = [it for it in await _people(work, staff_user_ids) if it.join(id)]
    for it in joined:
        work.add(TeamMember, member_of_id=id, staff_user_id=it.id)
    await _tell(work, team, joined=joined)
    return team


@requires(EDIT_ORGANISATION, publishes=[TeamMembersChanged, StaffUserUpdated])
async def remove_members(
    work: Work, id: str, *, staff_user_ids: Annotated[list[str], "Who leaves, by their ids."]
) -> Team:
    """Let people be of a team no more."""
    team = await work.lock(Team, id)
    left = [it for it in await _people(work, staff_user_ids) if it.leave(id)]
    for it in await queries.members_among(work.session, id, [each.id for each in left]):
        await work.session.delete(it)
    await _tell(work, team, left=left)
    return team


async def _people(work: Work, ids: list[str]) -> list[StaffUser]:
    if len(ids) > MOST_AT_ONCE:
        raise LimitExceeded(f"at most {MOST_AT_ONCE} at once", path=("staffUserIds",))
    found = await work.all(StaffUser, ids)
    for place, id in enumerate(ids):
        if id not in found:
            raise NotFound("there is no such staff user", path=("staffUserIds", place))
    return list(found.values())


async def _tell(
    work: Work,
    team: Team,
    *,
    joined: Sequence[StaffUser] = (),
    left: Sequence[StaffUser] = (),
) -> None:
    for it in (*joined, *left):
        await work.publish(it.fact(StaffUserUpdated))
    if joined or left:
        ids = {"joined": [it.id for it in joined], "left": [it.id for it in left]}
        await work.publish(TeamMembersChanged(team_id=team.id, **ids))
