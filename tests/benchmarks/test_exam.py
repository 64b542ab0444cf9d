"""The benchmark's own parts: a phone that keeps the protocol, and figures that are what they are called."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from benchmarks.exam.candidate import Candidate, UnexpectedReply, lease_in
from benchmarks.exam.line import Line
from benchmarks.exam.report import ROWS, Sample, percentile, table
from lms.assessments.oplog import parse_batch, parse_claim, value_digest


def phone() -> Candidate:
    candidate = Candidate(Line("", 0), "session", "csrf", "exam", questions=3)
    candidate.attempt = "01a1fe7a-252a-7c1c-81e6-c3988cc67703"
    candidate.begin(lease=1)
    return candidate


def test_batches_are_unbroken_runs_that_the_server_reads() -> None:
    candidate = phone()
    batches = [parse_batch(json.loads(candidate.next_batch()), candidate.attempt) for _batch in range(5)]
    assert [batch.from_seq for batch in batches] == [1, 5, 9, 13, 17]
    ops = [op for batch in batches for op in batch.ops]
    assert all(later.prev_hash == earlier.hash for earlier, later in pairwise(ops))
    assert {op.slot for op in ops} == {1, 2, 3}


def test_the_claim_names_the_end_of_the_log_and_every_answer() -> None:
    candidate = phone()
    candidate.next_batch()
    claim = parse_claim(json.loads(candidate.claim()))
    assert (claim.ack_seq, claim.chain_head) == (4, candidate.head)
    assert claim.digests == {slot: value_digest(value) for slot, value in candidate.answers.items()}


def test_the_lease_is_read_from_the_page() -> None:
    assert lease_in(b'<script id="paper-data" type="application/json">{"lease": 3}</script>') == 3
    with pytest.raises(UnexpectedReply):
        lease_in(b"<html></html>")


@pytest.mark.parametrize(("p", "expected"), [(50, 50.0), (95, 95.0), (99, 99.0), (100, 100.0)])
def test_percentiles_are_the_nearest_rank(p: int, expected: float) -> None:
    assert percentile([n / 1000 for n in range(1, 101)], p) == expected


def test_nothing_has_no_percentile_and_one_value_is_all_of_them() -> None:
    assert percentile([], 95) is None
    assert percentile([0.2], 50) == percentile([0.2], 99) == 200.0


def test_the_table_has_a_column_a_database_and_a_dash_for_what_is_missing() -> None:
    sample = Sample()
    sample.add("start", 0.05)
    text = table(
        {"sqlite": {"candidates": 7, "scenario": {"start": sample.figures("start")}}, "postgresql": {}}
    )
    lines = text.splitlines()
    assert len(lines) == len(ROWS) + 1
    assert lines[0].split() == ["sqlite", "postgresql"]
    assert "50 / 50 / 50" in text
    assert lines[1].split()[-1] == "–"


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    ],
    ids=["length", "chunks"],
)
def test_a_line_reads_whole_replies_stays_open_and_dials_again(reply: bytes) -> None:
    dialled = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        dialled.append(writer)
        for _request in range(2):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(reply)
        await writer.drain()
        writer.close()

    async def thrice() -> list[bytes]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        line = Line("127.0.0.1", server.sockets[0].getsockname()[1])
        bodies = [(await line.request("GET", "/", {})).body for _request in range(3)]
        line.hang_up()
        server.close()
        with pytest.raises(OSError):
            await line.request("GET", "/", {})
        return bodies

    # A thread of its own: Playwright's browser tests leave a running event loop in the main one.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, thrice()).result() == [b"hello"] * 3
    assert len(dialled) == 2
