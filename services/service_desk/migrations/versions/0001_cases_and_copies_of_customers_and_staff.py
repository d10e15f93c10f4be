"""Cases, and copies of customers and staff."""

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import found, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    found()
    make_customers()
    make_staff()
    make_cases()
    for table in ("customer", "staff_user", "service_case"):
        protect(table)


def make_customers() -> None:
    op.create_table(
        "customer",
        tenant(),
        sa.Column("id", ID, nullable=False),
        sa.Column("organisation_name", sa.String(200)),
        sa.Column("owner_id", ID),
        sa.Column("team_id", ID),
        sa.Column("tier", sa.String(200)),
        sa.Column("status", sa.String(200), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("customer_pk")),
    )


def make_staff() -> None:
    op.create_table(
        "staff_user",
        tenant(),
        sa.Column("id", ID, nullable=False),
        sa.Column("roles", sa.ARRAY(sa.String(40)), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("staff_user_pk")),
    )


def make_cases() -> None:
    op.create_table(
        "service_case",
        tenant(),
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("description", sa.String(10_000)),
        one_of("priority", "casepriority", "LOW", "NORMAL", "HIGH", "URGENT"),
        one_of("status", "casestatus", "NEW", "OPEN", "WAITING", "RESOLVED", "CLOSED"),
        one_of("channel", "casechannel", "WEB", "EMAIL", "PHONE", "VISIT"),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("resolved_at", INSTANT),
        sa.Column("closed_at", INSTANT),
        sa.Column("resolution", sa.String(10_000)),
        sa.Column("reopening_reason", sa.String(10_000)),
        sa.Column("owner_id", ID),
        sa.Column("team_id", ID),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("created_by_kind", sa.String(20), nullable=False),
        sa.Column("created_by_id", ID, nullable=False),
        sa.Column("archived_at", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("service_case_pk")),
        sa.UniqueConstraint("tenant", "number", name=op.f("service_case_tenant_number_uq")),
    )
    for name in ("by_number", "by_opened_at", "by_created_at", "customer_id", "owner_id"):
        columns = ["tenant", name.removeprefix("by_"), "id"]
        op.create_index(f"service_case_{name}_ix", "service_case", columns)


def tenant() -> sa.Column[str]:
    now = sa.text("current_setting('app.tenant')")
    return sa.Column("tenant", ID, server_default=now, nullable=False)


def one_of(column: str, kind: str, *values: str) -> sa.Column[str]:
    name = op.f(f"service_case_{kind}_ck")
    return sa.Column(
        column,
        sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40),
        nullable=False,
    )
