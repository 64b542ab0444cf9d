"""What somebody sees who builds or starts the demo."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from .guide import Guide

T = TypeVar("T")


class ConsoleProgress:
    """A line a chapter with its seconds; a bar while a chapter counts things."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.seconds: list[tuple[str, float]] = []

    @contextmanager
    def chapter(self, title: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        self.seconds.append((title, seconds))
        self.console.print(f"[green]✓[/green] {title:<42} {seconds:5.1f} s", highlight=False)

    @contextmanager
    def waiting(self, title: str) -> Iterator[None]:
        """A chapter of which nothing can be counted."""
        with self.console.status(title), self.chapter(title):
            yield

    def track(self, items: Iterable[T], label: str, total: int) -> Iterator[T]:
        columns = (
            TextColumn("  {task.description:<16}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            yield from progress.track(items, description=label, total=total)

    @property
    def total(self) -> float:
        return sum(seconds for _title, seconds in self.seconds)


def print_guide(console: Console, address: str, password: str, guide: Guide) -> None:
    table = Table(title=f"Sanad · {address} · password for everybody: {password}", title_justify="left")
    table.add_column("who and login")
    table.add_column("where to begin and what to try", overflow="fold")
    for row in guide.logins:
        table.add_row(
            f"{row.who}\n[cyan]{row.login}[/cyan]", f"{row.address}\n[dim]{row.what}[/dim]", end_section=True
        )
    console.print(table)
    if guide.code:
        # Whole, so that a terminal lets it be opened and copied.
        console.print(
            f"A certificate's code, as a phone reads it: {guide.code}", soft_wrap=True, highlight=False
        )
