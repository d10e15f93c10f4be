"""What can be asked about teams."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.chassis.reading import Reading
from services.customers.permissions import READ_STAFF
from services.customers.teams.model import Team, TeamMember

teams = Reading(Team, READ_STAFF)
members = Reading(TeamMember, READ_STAFF)


async def members_among(
    session: AsyncSession, team_id: str, staff_user_ids: Sequence[str]
) -> list[TeamMember]:
    """Give the memberships that some people have in a team."""
    found = select(TeamMember).where(
        TeamMember.member_of_id == team_id, TeamMember.staff_user_id.in_(staff_user_ids)
    )
    return list(await session.scalars(found))
