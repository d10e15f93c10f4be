"""What a table must say of its columns before it can be one."""

import pytest
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis import migrations
from services.chassis.database import Entity, Personal, column

SERVICES = ["customers", "sales", "service_desk"]


@pytest.mark.parametrize("how", ["bare", "mapped"])
def test_a_column_that_says_no_personal_data_tag_is_refused(how):
    letter = {
        "__module__": f"tests.{how}",
        "__tablename__": "letter",
        "__annotations__": {"id": Mapped[str], "email": Mapped[str]},
        "id": column(primary_key=True),
        **({"email": mapped_column()} if how == "mapped" else {}),
    }
    with pytest.raises(TypeError, match=r"Letter says no personal-data tag of \['email'\]"):
        type("Letter", (Entity,), letter)


@pytest.mark.parametrize("service", SERVICES)
def test_every_column_of_a_service_says_its_personal_data_tag(service):
    columns = [
        column
        for tables in migrations.tables_of(service)
        for table in tables.sorted_tables
        for column in table.columns
    ]
    assert columns
    assert [str(it) for it in columns if not isinstance(it.info.get("personal"), Personal)] == []
