"""The faults: each does one kind of harm, by chance, and mends it again."""

import asyncio
import shutil
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import asyncpg

from deploy.stream.provisioning import StreamLimits
from services.chassis.events import Envelope
from services.chassis.ids import new_id
from services.chassis.relay import LEASE_SECONDS
from services.chassis.streams import ACK_SECONDS, STREAM
from tests.deploy.runs import crm
from tests.faults.evidence import Letter
from tests.faults.program import FAILPOINTS
from tests.faults.proxy import Mode
from tests.support.telling import AT
from tests.support.waiting import until
from tests.system import outside
from tests.system.outside import SERVICES

OUTAGE_SECONDS = 2.0
REACHED_SECONDS = 6.0
"""How long a program that is armed may live without passing its failpoint."""
FEW = 40
UNSENT = """
    SELECT body FROM event JOIN event_pending USING (tenant, aggregate_id, sequence, told_on)
    ORDER BY laid_at DESC, sequence DESC LIMIT 40"""


Fault = Callable[["Nemesis"], Awaitable[None]]


@dataclass
class MadeUp:
    """What the faults told by themselves: ids that no outbox holds, and what must come of them."""

    foreign: set[str] = field(default_factory=set)
    poison: list[Letter] = field(default_factory=list)


class Nemesis:
    """Does harm to a world, by a seed; `done` counts it by its kind."""

    def __init__(self, world, company, listener, chance, note):
        self.world = world
        self.company = company
        self.listener = listener
        self.chance = chance
        self.note = note
        self.done: Counter[str] = Counter()
        self.made_up = MadeUp()

    async def rage(self, faults, seconds, pause=0.5):
        """Do one fault after the other for so long, each kind once before any comes again.

        However slow the machine is, each kind is done at least once.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        waiting = self.chance.sample(faults, len(faults))
        least = len(faults)
        while least > 0 or asyncio.get_running_loop().time() < deadline:
            least -= 1
            waiting = waiting or self.chance.sample(faults, len(faults))
            fault = waiting.pop()
            self.note("fault", kind=fault.__name__)
            await fault(self)
            self.done[fault.__name__] += 1
            await asyncio.sleep(self.chance.random() * 2 * pause)

    def some_time(self, most=OUTAGE_SECONDS):
        return asyncio.sleep(self.chance.random() * most)

    async def told_again(self, rows):
        """Tell events once more, as somebody else would: under other message ids."""
        async with outside.stream(self.world) as js:
            for it in rows:
                await put(js, Envelope.model_validate_json(it["body"]), it["body"])


async def put(js, envelope, body):
    headers = {"ce-id": envelope.id, "ce-type": envelope.type}
    headers |= {"ce-subject": envelope.subject, "ce-tenant": envelope.tenant}
    await js.publish(envelope.stream_subject, body.encode(), headers=headers)


async def program_killed(nemesis):
    name = nemesis.chance.choice(list(nemesis.world.programs))
    nemesis.world.kill(name)
    await nemesis.some_time()
    await nemesis.world.again(name)


async def program_killed_at_a_failpoint(nemesis):
    """Start a program that will end itself at a moment with a name, and then as it is again."""
    world, name = nemesis.world, nemesis.chance.choice(nemesis.world.services)
    point = nemesis.chance.choice(FAILPOINTS)
    world.kill(name)
    world.armed[name] = [f"{point}:{nemesis.chance.randint(1, 20)}"]
    world.launch(name)
    del world.armed[name]
    try:
        await until(lambda: world.is_dead(name), REACHED_SECONDS)
    except AssertionError:
        nemesis.done["failpoint not reached"] += 1
        world.kill(name)
    else:
        nemesis.done[f"killed {point}"] += 1
    await world.again(name)


async def program_paused(nemesis):
    name = nemesis.chance.choice(list(nemesis.world.programs))
    nemesis.world.signal(name, signal.SIGSTOP)
    try:
        await nemesis.some_time(6.0)
    finally:
        nemesis.world.signal(name, signal.SIGCONT)


async def program_paused_for_long(nemesis):
    """Let a service sleep until its leases and messages are others'; it wakes as a zombie."""
    name = nemesis.chance.choice(nemesis.world.services)
    nemesis.world.signal(name, signal.SIGSTOP)
    try:
        await asyncio.sleep(max(ACK_SECONDS, LEASE_SECONDS) + 5)
    finally:
        nemesis.world.signal(name, signal.SIGCONT)


async def machine_lost(nemesis):
    """Take a service's machine away: neither server hears that its connections have ended."""
    world, name = nemesis.world, nemesis.chance.choice(nemesis.world.services)
    for it in ("postgres", "nats"):
        world.proxies.links[f"{name}-{it}"].vanish()
    world.kill(name)
    await world.again(name)


async def stream_server_killed(nemesis):
    nemesis.world.kill_server(nemesis.world.nats)
    await nemesis.some_time()
    await nemesis.world.server_again(nemesis.world.nats)


async def services_killed_without_a_stream(nemesis):
    """Kill every service while the stream is away: what each had in hand is nowhere else."""
    world = nemesis.world
    world.kill_server(world.nats)
    await nemesis.some_time()
    for it in world.services:
        world.kill(it)
    await world.server_again(world.nats)
    await asyncio.gather(*(world.again(it) for it in world.services))


async def stream_wiped(nemesis):
    """Lose the stream with all that it held; the operator fills it from the outboxes."""
    world = nemesis.world
    await until(lambda: _poison_has_come(nemesis), 60)  # no outbox has it
    world.kill_server(world.nats)
    shutil.rmtree(world.nats.folder / "jetstream")
    await world.server_again(world.nats)
    for name, database in world.databases.items():
        doors = {"DATABASE_URL": database.app_url, "WORKER_DATABASE_URL": database.worker_url}
        words = ("events", "republish", "--from", "2026-01-01", "--service", name)
        done = await asyncio.to_thread(crm, *words, **doors)
        assert done.returncode == 0, done.stderr
    made = await asyncio.to_thread(crm, "events", "apply", NATS_URL=world.nats_url)
    assert made.returncode == 0, made.stderr
    await nemesis.listener.grant()


async def _poison_has_come(nemesis):
    tenant, wanted = nemesis.company.tenant, len(nemesis.made_up.poison)
    asked = "SELECT count(*) AS letters FROM dead_letter"
    readers = ("sales", "service_desk")
    found = [await nemesis.world.rows(it, tenant, asked) for it in readers]
    return all(rows[0]["letters"] >= wanted for rows in found)


async def stream_full(nemesis):
    """Let the stream take no more, and then again."""
    async with outside.stream(nemesis.world) as js:
        held = (await js.stream_info(STREAM)).state.bytes
        await js.update_stream(StreamLimits(max_bytes=max(held, 1024)).configuration())
        await nemesis.some_time(4.0)
        await js.update_stream(StreamLimits().configuration())


async def database_sessions_ended(nemesis):
    """End some or all sessions of the services, as an administrator might."""
    share = nemesis.chance.choice([0.2, 0.5, 1.0])
    connection = await asyncpg.connect(nemesis.world.postgres.url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            " AND random() <= $1",
            share,
        )
    finally:
        await connection.close()


async def database_server_killed(nemesis):
    nemesis.world.kill_server(nemesis.world.postgres)
    await nemesis.some_time(1.0)
    await nemesis.world.server_again(nemesis.world.postgres)


async def connections_cut(nemesis):
    await _disturbed(nemesis, Mode.CUT, OUTAGE_SECONDS)


async def connections_held(nemesis):
    """Let nothing through, as a black hole; afterwards it comes late, or never."""
    mode = nemesis.chance.choice([Mode.HOLD, Mode.HOLD_ANSWERS])
    await _disturbed(nemesis, mode, 6.0, reset=nemesis.chance.random() < 0.5)


async def connections_slow(nemesis):
    await _disturbed(nemesis, Mode.SLOW, 4.0)


async def _disturbed(nemesis, mode, most, *, reset=False):
    links = nemesis.world.proxies.links
    link = links[nemesis.chance.choice(sorted(links))]
    link.become(mode)
    try:
        await nemesis.some_time(most)
    finally:
        link.become(Mode.PASS, reset=reset)


async def events_told_twice(nemesis):
    """Tell some events again, long after, in any order."""
    laid = list((await outside.outbox(nemesis.world, nemesis.company.tenant)).values())
    rows = nemesis.chance.sample(laid, min(FEW, len(laid)))
    await nemesis.told_again([it for it in rows for _ in range(nemesis.chance.randint(1, 2))])


async def events_overtaken(nemesis):
    """Tell what a service could not send yet, the last first, before it can."""
    world, name = nemesis.world, nemesis.chance.choice(SERVICES)
    link = world.proxies.links[f"{name}-nats"]
    link.become(Mode.HOLD)
    try:
        await nemesis.some_time()
        waiting = await world.rows(name, nemesis.company.tenant, UNSENT)
        await nemesis.told_again(waiting)
        nemesis.done["events told before their turn"] += len(waiting)
    finally:
        link.become(Mode.PASS)


async def poison_told(nemesis):
    """Tell what no reader can take, and two events behind it."""
    tenant, subject = nemesis.company.tenant, new_id("cus")
    async with outside.stream(nemesis.world) as js:
        for number in (1, 2, 3):
            envelope = Envelope(
                id=new_id("evt"),
                type="customers.customer.created.v1",
                source="/customers",
                subject=subject,
                time=AT,
                tenant=tenant,
                sequence=number,
                actor="nemesis",
                correlationid="poison",
                hops=9 if number == 1 and nemesis.chance.random() < 0.5 else 0,
                data={"customerId": subject, "status": 7},
            )
            nemesis.made_up.foreign.add(envelope.id)
            await put(js, envelope, envelope.body().decode())
    nemesis.made_up.poison.append(Letter("customers.customer", subject, 1))


LIGHT = (
    *(program_killed, program_paused, stream_server_killed, database_sessions_ended),
    *(connections_cut, connections_held, connections_slow),
    *(events_told_twice, events_overtaken, poison_told, stream_full),
)
"""Those that a minute has room for."""
ALL = (
    *(*LIGHT, program_killed_at_a_failpoint, program_paused_for_long, machine_lost),
    *(database_server_killed, stream_wiped, services_killed_without_a_stream),
)
