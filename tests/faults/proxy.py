"""A TCP proxy of ours between a program and a server: it cuts, holds back and slows down."""

import asyncio
import enum
import threading

HOST = "127.0.0.1"
CHUNK = 1 << 16
SLOW_SECONDS = 0.05


class Mode(enum.Enum):
    """PASS: as if it were not there. CUT: nobody is let in, and who was in is reset.

    HOLD: nothing comes through, either way; HOLD_ANSWERS: only what the server says does not.
    SLOW: each piece comes later.
    """

    PASS = "pass"
    CUT = "cut"
    HOLD = "hold"
    HOLD_ANSWERS = "hold answers"
    SLOW = "slow"


class Link:
    """One way through the proxy. Its own thread's loop runs it; others only call `become`."""

    def __init__(self, loop, target):
        self.loop = loop
        self.target = target
        self.mode = Mode.PASS
        self.port = 0
        self._changed = asyncio.Event()
        self._near = set()
        self._far = set()
        self._tasks = set()
        self._vanished = 0

    async def open(self):
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self):
        self._server.close()
        for it in self._tasks:
            it.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._reset()

    def become(self, mode, *, reset=False):
        """Change, from any thread; `reset` also ends the connections that there are."""
        self.loop.call_soon_threadsafe(self._become, mode, reset)

    def _become(self, mode, reset):
        self.mode = mode
        if reset or mode is Mode.CUT:
            self._reset()
        self._changed.set()
        self._changed = asyncio.Event()

    def vanish(self):
        """Let the server never hear again of who is connected, as of a machine without power."""
        self.loop.call_soon_threadsafe(self._vanish)

    def _vanish(self):
        self._vanished += 1
        for it in self._near:
            it.transport.abort()

    def _reset(self):
        for it in (*self._near, *self._far):
            it.transport.abort()

    async def _accept(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            await self._join(reader, writer)
        finally:
            self._tasks.discard(task)

    async def _join(self, reader, writer):
        if self.mode is Mode.CUT:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        self._near.add(writer)
        self._far.add(far_writer)
        known = self._vanished
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._carry(reader, far_writer, (Mode.HOLD,)))
                ways.create_task(self._carry(far_reader, writer, (Mode.HOLD, Mode.HOLD_ANSWERS)))
        except* OSError:
            pass  # so does every connection end
        self._near.discard(writer)
        writer.transport.abort()
        if known == self._vanished:
            self._far.discard(far_writer)
            far_writer.transport.abort()

    async def _carry(self, reader, writer, held_in):
        """Carry one way until it ends, and then end both: no program here closes half of one."""
        while piece := await reader.read(CHUNK):
            if self.mode is Mode.SLOW:
                await asyncio.sleep(SLOW_SECONDS)
            while self.mode in held_in:
                await self._changed.wait()
            writer.write(piece)
            await writer.drain()
        raise ConnectionError("this way has ended")


class Proxies:
    """A loop in a thread of its own, so that no program waits for what a test does."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.links = {}
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def link(self, name, target):
        """Open a way to a server, and give the port at which it begins."""
        made = Link(self.loop, target)
        self._do(made.open())
        self.links[name] = made
        return made.port

    def close(self):
        for it in self.links.values():
            self._do(it.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()

    def _do(self, work):
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)
