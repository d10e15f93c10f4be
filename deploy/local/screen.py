"""What one sees while it starts and stops: a spinner at a terminal, plain lines in a log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Screen:
    """Lines for people. A step is said when it is done, with the time it took."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, doing: str, done: str) -> Iterator[None]:
        begun = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(doing):
                yield
        else:
            yield
        self.console.print(f"[green]✓[/] {done} [dim]({time.monotonic() - begun:.1f} s)[/]")

    def say(self, line: str = "") -> None:
        self.console.print(line, markup=False)

    def title(self, line: str) -> None:
        self.console.print(f"\n[bold]{line}[/]")
