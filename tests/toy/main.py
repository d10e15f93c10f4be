"""The toy put together, as every service is: what it is made of, and nothing else."""

import sys

from fastapi import APIRouter

from services.chassis.service import Means, Parts, main
from tests.support.identities import read_actor
from tests.toy import queries, rpc, subscribers
from tests.toy.schema import schema


def keys(means: Means) -> APIRouter:
    """Tell everybody with what the toy signs."""
    router = APIRouter()

    @router.get("/.well-known/jwks.json")
    async def jwks():
        return means.signer.jwks()

    return router


parts = Parts(
    name="toy",
    schema=schema,
    read_actor=lambda _engine: read_actor,
    reckoning=queries.reckoning,
    subscriptions=[subscribers.subscriptions],
    answers=[rpc.answers],
    routers=[keys],
)

if __name__ == "__main__":
    sys.exit(main(parts, sys.argv[1:]))
