"""A line between browser and server that can be cut: connections break, and new ones are refused or hang."""

import select
import socket
import threading
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

PIECE = 65_536


class Line:
    """Forwards bytes to the server at `upstream` until it is told otherwise. `url` is where the browser goes."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname, parts.port)
        self._open: set[socket.socket] = set()
        self._state = "up"
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://{parts.hostname}:{self._door.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._welcome, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._door.close()

    def cut(self) -> None:
        """As in a tunnel: what was under way breaks, what comes is refused."""
        self._state = "down"
        self._drop()

    def hang(self) -> None:
        """As with one bar of signal: connections are made, and nothing ever arrives."""
        self._state = "hung"
        self._drop()

    def restore(self) -> None:
        self._state = "up"
        self._drop()

    def _drop(self) -> None:
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _welcome(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        self._open.add(near)
        try:
            if self._state == "hung":
                while near.recv(PIECE):
                    pass
            elif self._state == "up":
                with socket.create_connection(self._upstream) as far:
                    self._open.add(far)
                    _join(near, far)
                    self._open.discard(far)
        except OSError:
            pass
        finally:
            self._open.discard(near)
            near.close()


def _join(near: socket.socket, far: socket.socket) -> None:
    ends = {near: far, far: near}
    while True:
        for one in select.select(list(ends), [], [])[0]:
            piece = one.recv(PIECE)
            if not piece:
                return
            ends[one].sendall(piece)
