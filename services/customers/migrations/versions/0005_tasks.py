"""Tasks."""

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    now = sa.text("current_setting('app.tenant')")
    op.create_table(
        "task",
        sa.Column("tenant", ID, server_default=now, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("customer_id", ID),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("description", sa.String(10_000)),
        one_of("status", "OPEN", "IN_PROGRESS", "DONE", "CANCELLED", check="task_taskstatus_ck"),
        one_of("priority", "LOW", "NORMAL", "HIGH", "URGENT", check="task_taskpriority_ck"),
        sa.Column("due_at", INSTANT),
        sa.Column("remind_at", INSTANT),
        sa.Column("completed_at", INSTANT),
        sa.Column("outcome", sa.String(10_000)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("created_by_kind", sa.String(20), nullable=False),
        sa.Column("created_by_id", ID, nullable=False),
        sa.Column("archived_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["tenant", "customer_id"],
            ["customer.tenant", "customer.id"],
            name=op.f("task_customer_fk"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("task_pk")),
    )
    for name in ("by_created_at", "by_due_at", "customer_id"):
        op.create_index(f"task_{name}_ix", "task", ["tenant", name.removeprefix("by_"), "id"])
    protect("task")


def one_of(column: str, *values: str, check: str) -> sa.Column[str]:
    kind = sa.Enum(*values, name=op.f(check), native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=False)
