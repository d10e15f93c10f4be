"""Customers' migrations make, from nothing, exactly what its models describe."""

from services.chassis import migrations


def test_the_migrated_database_is_as_the_models_say(customers_database):
    assert migrations.drift("customers", customers_database.owner_url) == []


def test_migrated_again_nothing_changes(customers_database):
    migrations.upgrade("customers", customers_database.owner_url)
    assert migrations.drift("customers", customers_database.owner_url) == []
