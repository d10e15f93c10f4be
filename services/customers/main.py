"""The program of customers: `python -m services.customers.main [web|worker|all]`."""

import sys
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter

from services.chassis.access import access_by
from services.chassis.following import Following
from services.chassis.service import Means, Parts, main
from services.customers import permissions, rpc
from services.customers.company.queries import reckoning
from services.customers.schema import schema
from services.customers.staff.commands import SignInDesk
from services.customers.staff.model import StaffUser
from services.customers.timeline import subscribers as timeline


def keys(means: Means) -> APIRouter:
    """Publish the key by which people's tokens are verified."""
    router = APIRouter()
    router.add_api_route("/.well-known/jwks.json", means.signer.jwks, methods=["GET"])
    return router


@dataclass(frozen=True)
class Front:
    """What its resolvers share: where people get their tokens, and what reads the feed."""

    desk: SignInDesk
    following: Following


def front(means: Means) -> Front:
    life = timedelta(minutes=means.settings.token_minutes)
    return Front(SignInDesk(means.works, means.signer, life), means.following)


def parts() -> Parts:
    return Parts(
        name="customers",
        schema=schema(),
        read_actor=access_by(StaffUser, permissions.ROLES, permissions.SERVICES),
        subscriptions=[timeline.subscriptions],
        answers=[rpc.answers],
        routers=[keys],
        app=front,
        reckoning=reckoning,
    )


if __name__ == "__main__":
    sys.exit(main(parts(), sys.argv[1:]))
