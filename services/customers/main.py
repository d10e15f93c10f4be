"""The program of customers: `python -m services.customers.main [web|worker|all]`."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter

from services.chassis.access import access_by
from services.chassis.asking import Channel
from services.chassis.following import Following
from services.chassis.foreign import OidcSettings
from services.chassis.service import Means, Parts, main
from services.customers import permissions, rpc
from services.customers.company.queries import reckoning
from services.customers.portal import subscribers as portal
from services.customers.portal.model import GUESTS
from services.customers.portal.queries import directory
from services.customers.schema import schema
from services.customers.sessions import subscribers as sessions
from services.customers.sessions.commands.exchanging import Exchange
from services.customers.sessions.commands.signing_in import Desk
from services.customers.timeline import subscribers as timeline

ASKED = ("sales", "service_desk")
"""Who else keeps records that somebody may answer for."""


def keys(means: Means) -> APIRouter:
    """Publish the key by which people's tokens are verified."""
    router = APIRouter()
    router.add_api_route("/.well-known/jwks.json", means.signer.jwks, methods=["GET"])
    return router


@dataclass(frozen=True)
class Front:
    """What its resolvers share: where people get tokens, what reads the feed, whom to ask."""

    desk: Desk
    portal_desk: Desk
    exchange: Exchange
    following: Following
    channels: Mapping[str, Channel]


def front(means: Means) -> Front:
    life = timedelta(minutes=means.settings.token_minutes)
    return Front(
        Desk(means.works, means.signer, life),
        Desk(means.works, means.signer, life, accounts=GUESTS),
        Exchange.of(OidcSettings()),
        means.following,
        {it: means.channel(it) for it in ASKED},
    )


def parts() -> Parts:
    return Parts(
        name="customers",
        schema=schema(),
        read_actor=access_by(
            directory, permissions.ROLES, permissions.SERVICES, permissions.GUESTS
        ),
        subscriptions=[timeline.subscriptions, sessions.subscriptions, portal.subscriptions],
        answers=[rpc.answers],
        routers=[keys],
        app=front,
        reckoning=reckoning,
    )


if __name__ == "__main__":
    sys.exit(main(parts(), sys.argv[1:]))
