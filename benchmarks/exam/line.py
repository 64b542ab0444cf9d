"""A phone's line to the server: one kept-alive connection of HTTP/1.1, counting bytes both ways."""

import asyncio
import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reply:
    """`seconds` from the first byte sent to the last one received."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


@dataclass(slots=True)
class Line:
    host: str
    port: int
    sent: int = 0
    received: int = 0
    _reader: asyncio.StreamReader | None = field(default=None, repr=False)
    _writer: asyncio.StreamWriter | None = field(default=None, repr=False)

    async def request(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        """Send a request and read the whole reply. Raises OSError when the line breaks."""
        fields = {"Host": f"{self.host}:{self.port}", "Content-Length": str(len(body)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        data = f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body
        started = time.perf_counter()
        is_reused = self._reader is not None
        try:
            try:
                reply = await self._exchange(data, started)
            except (asyncio.IncompleteReadError, ConnectionError):
                # The server hangs up on a line that has been quiet for long; whoever speaks next dials again.
                if not is_reused:
                    raise
                self.hang_up()
                reply = await self._exchange(data, started)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            self.hang_up()
            raise OSError(str(error)) from error
        if reply.headers.get("connection", "").lower() == "close":
            self.hang_up()
        return reply

    def hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _exchange(self, data: bytes, started: float) -> Reply:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self.host, self.port)
        self._writer.write(data)
        self.sent += len(data)
        head = await self._reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")[:-2]
        headers = {
            name.lower(): value.strip() for name, _colon, value in (row.partition(":") for row in lines)
        }
        body = await self._body(headers)
        self.received += len(head) + len(body)
        return Reply(int(first.split()[1]), headers, body, time.perf_counter() - started)

    async def _body(self, headers: dict[str, str]) -> bytes:
        assert self._reader is not None
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return await self._reader.readexactly(int(headers.get("content-length", 0)))
        parts = []
        while size := int((await self._reader.readuntil(b"\r\n")).split(b";")[0], 16):
            parts.append((await self._reader.readexactly(size + 2))[:-2])
        await self._reader.readuntil(b"\r\n")
        return b"".join(parts)
