"""Who answers for each record, and the indexes of what lists are asked for."""

from alembic import op

from services.chassis.migrations import found_search, index_list, index_scope, index_text, own

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    found_search()
    own("company", "contact", "party_role", "staff_user", "timeline_entry")
    index_scope(
        *("company", "contact", "customer", "interaction", "staff_user"),
        parts=("party_role", "timeline_entry"),
    )
    index_list(
        "customer",
        *(("status", "name"), ("tier", "name")),
        *(("owner_id", "name"), ("owner_id", "created_at"), ("team_id", "name")),
    )
    index_list("contact", ("customer_id", "name"), ("owner_id", "name"), ("team_id", "name"))
    index_list(
        "interaction",
        *(("customer_id", "happened_at"), ("contact_id", "happened_at")),
        *(("owner_id", "happened_at"), ("team_id", "happened_at")),
    )
    index_list("staff_user", ("is_active", "name"))
    index_list("timeline_entry", ("customer_id", "happened_at"))
    index_text("customer", "name")
    index_text("contact", "name")
    op.drop_index("timeline_entry_customer_id_ix")
    columns = ["tenant", "customer_id", "id"]
    op.create_index("timeline_entry_customer_id_ix", "timeline_entry", columns)
