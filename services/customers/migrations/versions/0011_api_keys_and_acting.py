"""API keys, the programs that come in by them, and sessions of those who act as others."""

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import index_scope, protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("session", sa.Column("acted_by_id", ID))
    acting = sa.text("acted_by_id IS NOT NULL AND ended_at IS NULL")
    columns = ["tenant", "acted_by_id", "id"]
    op.create_index("session_acted_by_id_ix", "session", columns, postgresql_where=acting)
    no = sa.text("false")
    op.add_column(
        "staff_user", sa.Column("is_program", sa.Boolean(), server_default=no, nullable=False)
    )
    now = sa.text("current_setting('app.tenant')")
    op.create_table(
        "api_key",
        sa.Column("tenant", ID, server_default=now, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("staff_user_id", ID, nullable=False),
        sa.Column("role_id", ID, nullable=False),
        sa.Column("beginning", sa.String(8), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.Column("last_used_at", INSTANT),
        sa.Column("owner_id", ID),
        sa.Column("team_id", ID),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("created_by_kind", sa.String(20), nullable=False),
        sa.Column("created_by_id", ID, nullable=False),
        sa.Column("archived_at", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("api_key_pk")),
        *(foreign(column, other) for column, other in REFERENCES.items()),
    )
    for column in REFERENCES:
        op.create_index(f"api_key_{column}_ix", "api_key", ["tenant", column, "id"])
    for sort in ("name", "created_at"):
        op.create_index(f"api_key_by_{sort}_ix", "api_key", ["tenant", sort, "id"])
    index_scope("api_key")
    protect("api_key")


REFERENCES = {"staff_user_id": "staff_user", "role_id": "staff_role"}


def foreign(column: str, other: str) -> sa.ForeignKeyConstraint:
    there = [f"{other}.tenant", f"{other}.id"]
    return sa.ForeignKeyConstraint(["tenant", column], there, name=op.f(f"api_key_{other}_fk"))
