"""Positions and who reports to whom."""

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import index_list, index_scope, protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)
REFERENCES = {"staff_user_id": "staff_user", "unit_id": "org_unit"}


def upgrade() -> None:
    now = sa.text("current_setting('app.tenant')")
    op.create_table(
        "position",
        sa.Column("tenant", ID, server_default=now, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("staff_user_id", ID, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("unit_id", ID),
        sa.Column("manager_id", ID),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("owner_id", ID),
        sa.Column("team_id", ID),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("created_by_kind", sa.String(20), nullable=False),
        sa.Column("created_by_id", ID, nullable=False),
        sa.Column("archived_at", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("position_pk")),
        *(foreign(column, other) for column, other in REFERENCES.items()),
    )
    for column in REFERENCES:
        op.create_index(f"position_{column}_ix", "position", ["tenant", column, "id"])
    op.create_index("position_by_begins_on_ix", "position", ["tenant", "begins_on", "id"])
    index_scope("position")
    index_list("position", ("staff_user_id", "begins_on"), ("manager_id", "begins_on"))
    protect("position")


def foreign(column: str, other: str) -> sa.ForeignKeyConstraint:
    there = [f"{other}.tenant", f"{other}.id"]
    return sa.ForeignKeyConstraint(["tenant", column], there, name=op.f(f"position_{other}_fk"))
