"""A candidate as the exam page plays one: starts, keeps a log, sends it, hands in."""

import gzip
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from lms.assessments.oplog import Op, genesis, seal, value_digest

from .line import Line, Reply
from .report import Sample

PAGE_DATA = re.compile(rb'<script id="paper-data" type="application/json">(.*?)</script>', re.DOTALL)
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class UnexpectedReply(RuntimeError):  # noqa: N818 - reads as what it is
    """The server said something else than the protocol expects."""


@dataclass(slots=True)
class Candidate:
    """One person on one phone. `exam` is the exam's public id; the log and the answers are kept here as the page
    keeps them."""

    line: Line
    session: str
    csrf: str
    exam: str
    questions: int
    attempt: str = ""
    lease: int = 0
    seq: int = 0
    acked: int = 0
    head: str = ""
    at_question: int = 0
    loaded: float = 0.0
    answers: dict[int, list[int]] = field(default_factory=dict)
    last_batch: bytes = b""

    @property
    def base(self) -> str:
        return f"/ar/exams/attempts/{self.attempt}"

    # --- What is asked of the server

    async def open(self, sample: Sample) -> None:
        await self._call(sample, "open", f"/ar/exams/{self.exam}/")

    async def start(self, sample: Sample) -> None:
        """Start, and load the page with all questions."""
        form = urlencode({"client": "1", "csrfmiddlewaretoken": self.csrf}).encode()
        reply = await self._call(sample, "start", f"/ar/exams/{self.exam}/start/", form, kind=FORM)
        self.attempt = reply.headers["location"].rstrip("/").split("/")[-2]
        await self.load(sample)

    async def load(self, sample: Sample) -> None:
        reply = await self._call(sample, "paper", f"{self.base}/paper/")
        self.begin(lease_in(_plain(reply)))

    async def send(self, sample: Sample, body: bytes, kind: str = "batch") -> None:
        await self.post(sample, kind, f"{self.base}/ops/", body)

    async def post(self, sample: Sample, kind: str, path: str, body: bytes) -> None:
        """Send a batch to an address, and read what is said of it."""
        reply = await self._call(sample, kind, path, body)
        self.acked = json.loads(_plain(reply))["ack_seq"]

    async def reconnect(self, sample: Sample) -> None:
        """The line broke: a new one, a look at how things stand, and the last batch once more."""
        self.line.hang_up()
        await self._call(sample, "state", f"{self.base}/state/")
        if self.last_batch:
            await self.send(sample, self.last_batch, kind="repeat")

    async def hand_in(self, sample: Sample) -> None:
        reply = await self._call(sample, "submit", f"{self.base}/submit/", self.claim())
        if not json.loads(_plain(reply)).get("receipt"):
            raise UnexpectedReply("no receipt")

    async def read_result(self, sample: Sample) -> None:
        await self._call(sample, "result", f"{self.base}/result/")

    # --- The log on the phone

    def claim(self) -> bytes:
        """What is handed in: how far the log reaches and a digest of each answer."""
        digests = {str(slot): value_digest(value) for slot, value in self.answers.items()}
        told = {"lease": self.lease, "ack_seq": self.seq, "chain_head": self.head, "digests": digests}
        return json.dumps(told).encode()

    def begin(self, lease: int) -> None:
        self.lease, self.loaded = lease, time.monotonic()
        self.head = genesis(self.attempt, lease)

    def next_batch(self, questions: int = 2) -> bytes:
        """Look at the next questions and answer them: two operations each."""
        first, ops = self.seq + 1, []
        for _question in range(questions):
            self.at_question = self.at_question % self.questions + 1
            place = 1 + (self.at_question + self.seq) % 4
            ops.append(self._note(self.at_question, "view", None))
            ops.append(self._note(self.at_question, "answer", [place]))
            self.answers[self.at_question] = [place]
        body = json.dumps({"lease": self.lease, "from_seq": first, "ops": ops}).encode()
        self.last_batch = body
        return body

    def _note(self, slot: int, kind: str, value: Any) -> dict[str, Any]:
        self.seq += 1
        mono = int((time.monotonic() - self.loaded) * 1000)
        op = Op(self.lease, self.seq, slot, kind, value, mono, int(time.time() * 1000), self.head)
        sealed = seal(self.attempt, op)
        self.head = sealed.hash
        return sealed._asdict()

    async def _call(
        self, sample: Sample, name: str, path: str, body: bytes | None = None, *, kind: str = JSON
    ) -> Reply:
        """Ask, and note how long it took or what went wrong. A body is posted; a form is answered by a redirect."""
        headers = {
            "Cookie": f"sessionid={self.session}; csrftoken={self.csrf}",
            "Accept-Encoding": "gzip",
        }
        if body is not None:
            headers |= {"Content-Type": kind, "X-CSRFToken": self.csrf}
        try:
            reply = await self.line.request("GET" if body is None else "POST", path, headers, body or b"")
        except OSError as error:
            sample.fail(name, f"line: {error}")
            raise UnexpectedReply(str(error)) from error
        if reply.status != (302 if kind == FORM else 200):
            sample.fail(name, f"{reply.status} {_plain(reply)[:200]!r}")
            raise UnexpectedReply(f"{name}: {reply.status}")
        sample.add(name, reply.seconds)
        return reply


def lease_in(page: bytes) -> int:
    """The lease that the exam page tells its script. Raises UnexpectedReply for another page."""
    found = PAGE_DATA.search(page)
    if found is None:
        raise UnexpectedReply("the page holds no data")
    return int(json.loads(found[1])["lease"])


def _plain(reply: Reply) -> bytes:
    return gzip.decompress(reply.body) if reply.headers.get("content-encoding") == "gzip" else reply.body
