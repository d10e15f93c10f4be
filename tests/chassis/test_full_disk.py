"""A stream whose disk is full refuses; what is told waits, and goes when there is room."""

import asyncio
import subprocess

import pytest

from deploy.local.nats import Nats
from deploy.stream import provisioning
from deploy.stream.provisioning import StreamLimits
from services.chassis.streams import Stream
from tests.chassis.test_relay import (
    none_pending,
    on_the_stream,
    pending,
    relaying,
    sequences,
    tell,
)
from tests.support.waiting import until

SIZE, MORE_THAN_ALL = "48m", bytes(64 << 20)
SHIPS = [f"shp_{it}" for it in range(20)]


@pytest.fixture
def disk(tmp_path):
    """A disk of its own for the stream, so small that a test can fill it."""
    folder = tmp_path / "nats" / "jetstream"
    folder.mkdir(parents=True)
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    try:
        subprocess.run(mounting, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("NOT TESTED: a full disk. This user may not mount one")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
async def stream(disk):
    """A stream on that disk, which has written what it acknowledges."""
    server = Nats(disk.parent)
    server.start()
    server.wanted_port = server.port
    stream = Stream(server.url, name="test")
    await provisioning.ensure_stream(await stream.opened(), StreamLimits(max_bytes=24 << 20))
    yield stream, server
    await stream.close()
    server.stop()


def fill(disk):
    """Take all the room that there is."""
    ballast = disk / "ballast"
    with pytest.raises(OSError, match="No space"):
        ballast.write_bytes(MORE_THAN_ALL)
    return ballast


async def test_what_a_full_disk_refuses_waits_and_goes_by_itself(works, worker, stream, disk):
    it, server = stream
    told = 0
    async with relaying(worker, it):
        ballast = fill(disk)
        while await pending(worker) < len(SHIPS):
            await asyncio.gather(*(tell(works, ship) for ship in SHIPS))
            told += 1
        ballast.unlink()
        server.stop()  # it has given JetStream up, and does not begin again by itself
        server.start()
        await until(lambda: none_pending(worker), 60)
    assert sequences(await on_the_stream(it)) == {ship: [*range(1, told + 1)] for ship in SHIPS}
