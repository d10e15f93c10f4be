"""What is told of teams."""

from services.chassis.events import LIFE, Event, life_of


class TeamFact(Event):
    team_id: str
    name: str


TeamCreated, TeamUpdated, TeamArchived, TeamRestored = life_of(
    TeamFact, "customers.team", LIFE[:4]
)


class TeamMembersChanged(Event):
    """People joined a team, or left it; what each may see follows."""

    type = "customers.team.members_changed.v1"
    team_id: str
    joined: list[str]
    left: list[str]
