"""Sales' migrations make, from nothing, exactly what its models describe."""

from services.chassis import migrations


def test_the_migrated_database_is_as_the_models_say(sales_database):
    assert migrations.drift("sales", sales_database.owner_url) == []


def test_migrated_again_nothing_changes(sales_database):
    migrations.upgrade("sales", sales_database.owner_url)
    assert migrations.drift("sales", sales_database.owner_url) == []
