"""Teams in the graph."""

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    archive,
    connection,
    create,
    field,
    groups,
    many,
    one,
    record,
    reference,
    relate,
    restore,
    update,
    verb,
)
from services.customers.staff.graph import StaffUser
from services.customers.teams import commands, model, queries


@record(queries.teams, "Some people of the company who answer for records together.")
class Team(Record):
    name: str = field("What it is called.", write=True)


@record(queries.members, "That somebody is of a team.")
class TeamMember(Record):
    member_of: Team | None = reference(model.TeamMember.member_of_id, "Of which team.")
    staff_user: StaffUser | None = reference(model.TeamMember.staff_user_id, "Who is of it.")


relate(Team, members=many(TeamMember, model.TeamMember.member_of_id, "Who is of it."))
relate(StaffUser, teams=many(TeamMember, model.TeamMember.staff_user_id, "Of which teams it is."))


@strawberry.type
class Query:
    team: Team | None = one(Team, "One team.")
    teams: Connection[Team] | None = connection(Team, "The teams.")
    team_groups = groups(Team, "The teams, in groups.")


@strawberry.type
class Mutation:
    create_team = create(Team, commands.create, "Add a team, of nobody yet.")
    update_team = update(Team, commands.update, "Call a team something else.")
    archive_team = archive(Team, commands.archive)
    restore_team = restore(Team, commands.restore)
    add_team_members = verb(
        Team, commands.add_members, "Let people be of a team.", name="AddTeamMembers"
    )
    remove_team_members = verb(
        Team, commands.remove_members, "Let people leave a team.", name="RemoveTeamMembers"
    )
