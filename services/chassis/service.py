"""A service put together: from its settings to a program that serves, and stops in order."""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast, get_args

import uvloop
from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import logs, responsibilities, settings
from services.chassis.actor import Actor, ActorKind
from services.chassis.anchoring import Anchors
from services.chassis.app import App, Health
from services.chassis.asking import Channel
from services.chassis.bearers import Bearers
from services.chassis.chaining import Chaining
from services.chassis.database import connect
from services.chassis.declaring import Subscriptions
from services.chassis.draining import Draining
from services.chassis.ending import end
from services.chassis.endpoint import Endpoint
from services.chassis.exchange import UNKNOWN, Reckoning
from services.chassis.files import FileLimits
from services.chassis.following import Following
from services.chassis.graph.answer import Answerer
from services.chassis.graph.request import Request
from services.chassis.graph.schema import Subgraph
from services.chassis.housekeeping import Housekeeping
from services.chassis.lagging import Lag, lags
from services.chassis.logs import log
from services.chassis.poking import Poke
from services.chassis.reaching import CannotReach, reached
from services.chassis.relay import Relay
from services.chassis.rpc import Answers, ReadActor, RpcServer
from services.chassis.runner import Runner
from services.chassis.serving import CannotListen, Http
from services.chassis.settings import ServiceSettings, SettingsError
from services.chassis.streams import Stream, poke_of
from services.chassis.subscribing import Places
from services.chassis.subscriptions import Subscriber
from services.chassis.tokens import Identity, Signer, Verifier
from services.chassis.watching import Watched
from services.chassis.work import Works

Role = Literal["web", "worker", "all"]
CANNOT_START, BROKE = 2, 1
JOB_CONNECTIONS = 5


@dataclass(frozen=True, slots=True)
class Means:
    """What a service's own resolvers and pages share beside the data."""

    settings: ServiceSettings
    signer: Signer
    verifier: Verifier
    works: Works
    following: Following
    channels: Mapping[str, Channel]

    def channel(self, service: str) -> Channel:
        """Give the way to another service, or say that nobody told where it is."""
        if service not in self.channels:
            raise SettingsError(f"RPC_TARGETS does not say where {service} is asked")
        return self.channels[service]


@dataclass(frozen=True)
class Parts:
    """What a service is made of; its `main.py` names each.

    `read_actor` is given the app role's engine; `app` makes what resolvers find as `request.app`;
    `reckoning` reads how the company at hand counts its time and its money.
    """

    name: str
    schema: Subgraph
    read_actor: Callable[[AsyncEngine], ReadActor]
    subscriptions: Sequence[Subscriptions] = ()
    answers: Sequence[Answers] = ()
    routers: Sequence[Callable[[Means], APIRouter]] = ()
    app: Callable[[Means], Any] = lambda means: means
    reckoning: Reckoning = UNKNOWN


class Service:
    """One service in one process: as `web` it answers, as `worker` it relays and reacts."""

    def __init__(self, parts: Parts, told: ServiceSettings) -> None:
        self.parts = parts
        self.settings = told
        self.health = Health()
        self.password = _password(told.database_password_file)
        self.engine = connect(
            told.database_url,
            pool_size=told.pool_size,
            name=parts.name,
            password=self.password,
        )
        self.worker_engine = connect(
            told.worker_database_url,
            name=f"{parts.name} relay",
            pooled=False,
            password=_password(told.worker_database_password_file),
        )
        self.stream = Stream(told.nats_url, name=parts.name)
        self.following = Following(self.stream)
        self.relay = Relay(self.worker_engine, self.stream, parts.name)
        self.poke = Poke(self.stream, parts.name)
        self.works = Works(self.engine, parts.name, committed=self._committed)
        self.subscriptions = Subscriptions.joined(parts.name, parts.subscriptions)
        self.read_actor = parts.read_actor(self.engine)
        self.limits = FileLimits(
            told.file_max_bytes, told.file_total_bytes, timedelta(days=told.file_days)
        )
        self.means = self._means()
        self.bearers = Bearers(self.means.verifier)
        self.app = parts.app(self.means)
        self.places = Places()
        self.http: Http | None = None
        self.rpc: RpcServer | None = None
        self.subscriber: Subscriber | None = None
        self.relaying: list[asyncio.Task[None]] = []
        self.keeping: list[asyncio.Task[None]] = []
        self.jobs_engine: AsyncEngine | None = None

    async def start(self, role: Role = "all") -> None:
        """Listen, so that probes are answered, then wait for the database, then serve."""
        serves, works = role in ("web", "all"), role in ("worker", "all")
        routers = [it(self.means) for it in self.parts.routers] if serves else []
        app = App(self.health, self._endpoint() if serves else None, routers)
        self.http = Http(app, self.settings.http_listen, self.settings.drain_seconds)
        await self.http.start()
        await reached(self.engine, self.settings.start_seconds)
        if serves:
            await self._answer()
        self.keeping.append(asyncio.create_task(self.poke.run()))
        if works:
            await reached(self.worker_engine, self.settings.start_seconds)
            self._work()
        self.health.is_started = True
        log().info("the service stands", role=role)

    async def stand(self, role: Role) -> None:
        """Start, and return only when a part ends by itself, which none should."""
        await self.start(role)
        gc.freeze()  # what stands by now stays: walking through it held all up for 0.2 s
        serving = [self.http.serving] if self.http and self.http.serving else []
        reacting = self.subscriber.pulling if self.subscriber else []
        await asyncio.wait(
            [*serving, *self.relaying, *self.keeping, *reacting],
            return_when=asyncio.FIRST_COMPLETED,
        )

    async def stop(self) -> None:
        """Stop in order: not ready, nothing new, what is in flight, reactions, the outbox.

        Answers that go on end at once: their clients go on elsewhere.
        """
        self.health.is_draining = True
        self.places.closing.set()
        grace = self.settings.drain_seconds
        answering = [self.http.stop()] if self.http else []
        asked = [self.rpc.stop(grace)] if self.rpc else []
        await asyncio.gather(*answering, *asked, return_exceptions=True)
        if self.subscriber is not None:
            await self.subscriber.stop()
        await end(self.keeping)
        self.relay.stop()
        if self.relaying:
            await asyncio.wait(self.relaying, timeout=max(1.0, grace))
        await end(self.relaying)
        await self.following.close()
        await self.stream.close()
        for channel in self.means.channels.values():
            await channel.close()
        for it in (self.engine, self.jobs_engine):
            if it is not None:
                await it.dispose()
        await self.worker_engine.dispose()
        log().info("the service has stopped")

    async def _answer(self) -> None:
        self.rpc = RpcServer(
            [*self.parts.answers, responsibilities.answers(self.parts.name)],
            verifier=self.means.verifier,
            read_actor=self.read_actor,
            works=self.works,
        )
        await self.rpc.start(self.settings.grpc_listen)

    def _work(self) -> None:
        self.stream.hear(poke_of(self.parts.name), self.relay.wake)
        self.relaying = [asyncio.create_task(self.relay.run())]
        self.subscriber = Subscriber(self.subscriptions, self.works, self.stream)
        self.subscriber.start()
        kept = [
            Housekeeping(
                self.worker_engine, self.parts.name, event_days=self.settings.event_days
            ).run(),
            Chaining(self.worker_engine, self.parts.name, self._anchors()).run(),
            Draining(self.worker_engine, self.subscriber.reactions).run(),
            self._runner().run(),
        ]
        self.keeping += [asyncio.create_task(it) for it in kept]

    def _anchors(self) -> Anchors | None:
        file = self.settings.audit_anchor_file
        return Anchors(file) if file else None

    def _committed(self) -> None:
        """Wake the relay that stands here, and those that stand elsewhere."""
        self.relay.wake()
        self.poke.send()

    def _runner(self) -> Runner:
        """Make the runner of jobs; requests never wait for a connection that a job has."""
        name, parts = self.parts.name, self.parts
        self.jobs_engine = connect(
            self.settings.database_url,
            pool_size=JOB_CONNECTIONS,
            name=f"{name} jobs",
            password=self.password,
        )
        works = Works(self.jobs_engine, name, committed=self._committed)
        return Runner(
            works,
            self.worker_engine,
            parts.schema.deeds(parts.reckoning),
            parts.read_actor(self.jobs_engine),
            self.limits,
        )

    def _endpoint(self) -> Endpoint:
        answerer = Answerer(self.parts.schema)
        return Endpoint(self.parts.name, answerer, self.bearers, self._request_of, self.places)

    async def _request_of(self, identity: Identity, key: str | None) -> Request:
        actor = await self.read_actor(identity)
        parts = self.parts
        shapes = parts.schema.shapes
        works, reckoning, again = self.works, parts.reckoning, partial(self.read_actor, identity)
        known = partial(self._known, identity.tenant)
        return Request(
            *(actor, works, shapes, self.app, reckoning, key, self.limits, self._lags),
            *(again, known),
        )

    async def _known(self, tenant: str, id: str) -> Actor:
        return await self.read_actor(Identity(tenant, id, ActorKind.USER))

    async def _lags(self) -> list[Lag]:
        sources = self.subscriptions.sources()
        return await lags(self.stream, self.parts.name, sources)

    def _means(self) -> Means:
        name, told = self.parts.name, self.settings
        try:
            signer = Signer.from_file(name, told.signing_key_file)
            verifier = Verifier.from_files(name, told.trusted_issuers)
        except (OSError, ValueError) as error:
            raise SettingsError(f"a key file is of no use: {error}") from error
        channels = {
            service: Channel(target, audience=service, signer=signer)
            for service, target in told.rpc_targets.items()
        }
        return Means(told, signer, verifier, self.works, self.following, channels)


def _password(path: Path | None) -> Watched[str] | None:
    """Watch a password that stands in a file, so that another one needs no restart."""
    try:
        return Watched(path, str.strip) if path else None
    except OSError as error:
        raise SettingsError(f"a password's file is of no use: {error}") from error


def main(parts: Parts, argv: Sequence[str] = ()) -> int:
    """Be the program of a service: `[web|worker|all]`, until a signal comes."""
    try:
        role = role_of(argv)
        told = cast(ServiceSettings, settings.read(ServiceSettings))
        logs.set_up(parts.name, told.log_level, told.log_format)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(serve(parts, told, role))
    except (SettingsError, CannotListen, CannotReach) as error:
        sys.stderr.write(f"{parts.name} cannot start: {str(error).rstrip('.')}.\n")
        return CANNOT_START


def role_of(argv: Sequence[str]) -> Role:
    if not argv:
        return "all"
    if len(argv) > 1 or argv[0] not in get_args(Role):
        raise SettingsError(f"its role is one of {', '.join(get_args(Role))}")
    return cast(Role, argv[0])


async def serve(parts: Parts, told: ServiceSettings, role: Role) -> int:
    """Serve until told to stop, or until a part breaks; stop in order either way."""
    service = Service(parts, told)
    stopped = asyncio.Event()
    for it in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(it, stopped.set)
    asked = asyncio.create_task(stopped.wait())
    standing = asyncio.create_task(service.stand(role))
    try:
        await asyncio.wait([standing, asked], return_when=asyncio.FIRST_COMPLETED)
        if asked.done():
            return 0
        standing.result()
        log().error("a part of the service has ended by itself")
        return BROKE
    finally:
        await end([standing, asked])
        await service.stop()
