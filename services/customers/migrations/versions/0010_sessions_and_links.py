"""Sessions, one-time links, second factors, and attempts to sign in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)
DIGEST = sa.String(64)


def upgrade() -> None:
    kept(
        "sign_in_attempt",
        "address_digest",
        sa.Column("address_digest", DIGEST, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", INSTANT, nullable=False),
    )
    op.create_index("sign_in_attempt_failed_at_ix", "sign_in_attempt", ["tenant", "failed_at"])
    kept(
        "one_time_link",
        "digest",
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("staff_user_id", ID, nullable=False),
        one_of("purpose", "one_time_link_linkpurpose_ck", "INVITATION", "PASSWORD_RESET"),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        of_staff("one_time_link"),
    )
    kept(
        "second_factor",
        "staff_user_id",
        sa.Column("staff_user_id", ID, nullable=False),
        sa.Column("secret", DIGEST, nullable=False),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("recovery_digests", sa.ARRAY(DIGEST), nullable=False),
    )
    ends = ("SIGNED_OUT", "ENDED", "PASSWORD_CHANGED", "DEACTIVATED", "REUSED")
    kept(
        "session",
        "id",
        sa.Column("id", ID, nullable=False),
        sa.Column("staff_user_id", ID, nullable=False),
        sa.Column("refresh_digest", DIGEST, nullable=False),
        sa.Column("device", sa.String(200)),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        one_of("end", "session_sessionend_ck", *ends, nullable=True),
        of_staff("session"),
    )
    columns = ["tenant", "staff_user_id", "id"]
    op.create_index("session_staff_user_id_ix", "session", columns)
    op.create_index(
        "one_time_link_staff_user_id_ix", "one_time_link", ["tenant", "staff_user_id", "digest"]
    )


def kept(table: str, key: str, *columns: Any) -> None:
    now = sa.text("current_setting('app.tenant')")
    op.create_table(
        table,
        sa.Column("tenant", ID, server_default=now, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("tenant", key, name=op.f(f"{table}_pk")),
    )
    protect(table)


def of_staff(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant", "staff_user_id"],
        ["staff_user.tenant", "staff_user.id"],
        name=op.f(f"{table}_staff_user_fk"),
    )


def one_of(column: str, check: str, *values: str, nullable: bool = False) -> sa.Column[str]:
    kind = sa.Enum(*values, name=op.f(check), native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=nullable)
