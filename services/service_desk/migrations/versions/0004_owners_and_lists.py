"""Who answers for each record, and the indexes of what lists are asked for."""

from alembic import op

from services.chassis.migrations import index_list, index_scope

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("service_case_owner_id_ix")
    index_scope("service_case")
    index_list(
        "service_case",
        *(("status", "opened_at"), ("priority", "opened_at"), ("customer_id", "opened_at")),
        *(
            ("owner_id", "opened_at"),
            ("owner_id", "status", "opened_at"),
            ("team_id", "opened_at"),
        ),
    )
