"""API keys in the graph."""

from datetime import datetime

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    Request,
    archive,
    connection,
    field,
    groups,
    one,
    record,
    reference,
)
from services.chassis.graph.inputs import unfit_text
from services.chassis.graph.making import Part
from services.chassis.graph.mutate import told
from services.chassis.refusals import Refusals
from services.customers.api_keys import commands, model, queries
from services.customers.roles.graph import StaffRole
from services.customers.sessions.graph import NO_SIGN_IN, TOKENS, Given, desk, door
from services.customers.staff.graph import StaffUser


@record(queries.api_keys, "A key by which a program comes in; what it is was told once.")
class ApiKey(Record):
    name: str = field("What it is called.")
    beginning: str = field("How its secret begins, to tell it from others.")
    staff_user: StaffUser | None = reference(model.ApiKey.staff_user_id, "As whom it comes in.")
    role: StaffRole | None = reference(model.ApiKey.role_id, "What role it has.")
    expires_at: datetime | None = field("Until when it serves; null: until it is archived.")
    last_used_at: datetime | None = field("When it last was exchanged for a token.")


async def create(request: Request, given: Given) -> Given:
    if refusals := unfit_text("name", given["name"], length=200):
        raise Refusals(refusals)
    async with request.begin() as work:
        key, text = await commands.create(
            work, name=given["name"], role_id=given["roleId"], expires_at=given.get("expiresAt")
        )
    return {"id": key.id, "key": text}


async def exchange(request: Request, given: Given) -> Given:
    token, expires_at = await commands.exchange(desk(request), given["key"])
    return {"token": token, "expiresAt": expires_at}


@strawberry.type
class Query:
    api_key: ApiKey | None = one(ApiKey, "One API key.")
    api_keys: Connection[ApiKey] | None = connection(ApiKey, "The API keys.")
    api_key_groups = groups(ApiKey, "The API keys, in groups.")


@strawberry.type
class Mutation:
    create_api_key = door(
        "CreateApiKey",
        create,
        told("Add an API key, which is told only now.", commands.create),
        Part("name", str, "What to call it: the program that comes in by it."),
        Part("roleId", strawberry.ID, "Which role it has."),
        Part("expiresAt", datetime | None, "Until when it serves."),
        gives=[
            Part("id", strawberry.ID | None, "The id of its record."),
            Part("key", str | None, "What it is: nobody learns it again."),
        ],
    )
    exchange_api_key = door(
        "ExchangeApiKey",
        exchange,
        f"Get a token for an API key. {NO_SIGN_IN}",
        Part("key", str, "The key."),
        gives=TOKENS[:2],
    )
    archive_api_key = archive(ApiKey, commands.archive)
