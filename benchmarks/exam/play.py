"""The plays: the scenario of the exam hall, the saturation runs, and single sittings."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .candidate import Candidate, UnexpectedReply
from .line import Line
from .report import Sample
from .serving import HOST

BATCH_EVERY = 15.0
JITTER = 3.0
RECONNECTING = 0.05
LINES = 32


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everybody starts within `ramp` seconds, works for `steady` more, and hands in within `hand_in`."""

    ramp: float
    steady: float
    hand_in: float


async def play_hall(candidates: Sequence[Candidate], scenario: Scenario) -> Sample:
    """The exam hall: starts spread at random, a batch each 15 s with jitter, some of whom lose their line."""
    sample, chance = Sample(), random.Random(1)
    begun = time.monotonic()
    end = begun + scenario.ramp + scenario.steady
    tasks = [
        _one_of_the_hall(candidate, sample, scenario, (end, random.Random(chance.random())))
        for candidate in candidates
    ]
    await asyncio.gather(*tasks)
    return sample


async def _one_of_the_hall(
    candidate: Candidate, sample: Sample, scenario: Scenario, fate: tuple[float, random.Random]
) -> None:
    end, chance = fate
    try:
        await asyncio.sleep(chance.uniform(0, scenario.ramp))
        await candidate.start(sample)
        while (wait := BATCH_EVERY + chance.uniform(-JITTER, JITTER)) < end - time.monotonic():
            await asyncio.sleep(wait)
            if chance.random() < RECONNECTING:
                await candidate.reconnect(sample)
            await candidate.send(sample, candidate.next_batch())
        await asyncio.sleep(max(0.0, end - time.monotonic()) + chance.uniform(0, scenario.hand_in))
        await candidate.hand_in(sample)
    except UnexpectedReply:
        pass  # It is counted where it happened; this candidate's play is over.
    finally:
        candidate.line.hang_up()


async def start_everybody(candidates: Sequence[Candidate]) -> tuple[Sample, float]:
    """Start as fast as the server lets `LINES` people at a time; how long it took."""
    sample = Sample()
    queue = iter(candidates)
    begun = time.monotonic()

    async def one_after_another() -> None:
        for candidate in queue:
            try:
                await candidate.start(sample)
            except UnexpectedReply:
                continue

    await asyncio.gather(*(one_after_another() for _line in range(LINES)))
    return sample, time.monotonic() - begun


Send = Callable[[int], Coroutine[Any, Any, None]]


async def _saturate(send: Send, people: int, seconds: float) -> float:
    """`LINES` lines, each always with a request under way, its people in turn. Returns the seconds it took."""
    begun = time.monotonic()
    until = begun + seconds

    async def one_line(own: range) -> None:
        while own and time.monotonic() < until:
            for number in own:
                if time.monotonic() >= until:
                    break
                await send(number)

    await asyncio.gather(*(one_line(range(line, people, LINES)) for line in range(LINES)))
    return time.monotonic() - begun


async def saturate_batches(candidates: Sequence[Candidate], seconds: float) -> tuple[Sample, float]:
    """Batches as fast as they are answered. They are written before the clock starts, as far as foreseen."""
    sample = Sample()
    ahead = max(2, int(seconds * 2500 / max(len(candidates), 1)))
    ready = [[candidate.next_batch() for _batch in range(ahead)][::-1] for candidate in candidates]

    async def send(number: int) -> None:
        candidate = candidates[number]
        body = ready[number].pop() if ready[number] else candidate.next_batch()
        try:
            await candidate.send(sample, body)
        except UnexpectedReply:
            return

    return sample, await _saturate(send, len(candidates), seconds)


async def saturate_floor(
    port: int, candidates: Sequence[Candidate], bodies: Sequence[bytes], seconds: float
) -> tuple[Sample, float]:
    """The bare view as fast as it answers: the same people over as many lines, with the same headers and bodies.
    Everybody has spoken once before the clock starts, as in the exam."""
    sample, warm_up = Sample(), Sample()
    people = [replace(candidate, line=Line(HOST, port)) for candidate in candidates]

    async def send(number: int, noted: Sample = sample) -> None:
        try:
            await people[number].post(noted, "floor", f"/{number}/", bodies[number])
        except UnexpectedReply:
            return

    async def greet(own: range) -> None:
        for number in own:
            await send(number, warm_up)

    await asyncio.gather(*(greet(range(line, len(people), LINES)) for line in range(LINES)))
    taken = await _saturate(send, len(people), seconds)
    for person in people:
        person.line.hang_up()
    return sample, taken


async def sit(candidate: Candidate, sample: Sample) -> None:
    """A whole sitting, a save after each answer: open, start, the saves, hand in, the receipt."""
    await candidate.open(sample)
    await candidate.start(sample)
    for _question in range(candidate.questions):
        await candidate.send(sample, candidate.next_batch(questions=1))
    await candidate.hand_in(sample)
    await candidate.read_result(sample)
    candidate.line.hang_up()
