"""Field policies, and room for second factors' secrets as they are kept: encrypted."""

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import index_list, index_scope, protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    now = sa.text("current_setting('app.tenant')")
    op.create_table(
        "field_policy",
        sa.Column("tenant", ID, server_default=now, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("record_type", sa.String(200), nullable=False),
        sa.Column("field", sa.String(200)),
        sa.Column("readable_by", sa.ARRAY(sa.String(40))),
        sa.Column("audits_reads", sa.Boolean(), nullable=False),
        sa.Column("owner_id", ID),
        sa.Column("team_id", ID),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("created_by_kind", sa.String(20), nullable=False),
        sa.Column("created_by_id", ID, nullable=False),
        sa.Column("archived_at", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("field_policy_pk")),
    )
    op.create_index(
        "field_policy_field_uq",
        "field_policy",
        ["tenant", "record_type", "field"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    index_scope("field_policy")
    index_list("field_policy", ("record_type",))
    protect("field_policy")
    op.alter_column("second_factor", "secret", type_=sa.String(200))
