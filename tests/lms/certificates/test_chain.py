"""The chain of trainers: numbers only, judged on the day that counts."""

from dataclasses import replace

import pytest

from lms.certificates.chain import (
    ChainError,
    LinkState,
    TrainerCertificate,
    make_table,
    open_table,
    sign_table,
    trace_chain,
)
from lms.certificates.credential import Claims
from lms.certificates.signed_document import seal
from lms.certificates.statuslist import Standing
from lms.register.note import NoteSigner
from tests.vectors.world import ORIGIN, TODAY, signer_of

LOG = NoteSigner(ORIGIN, signer_of("log"))
TIME = 1_771_236_000
FOUNDER = TrainerCertificate(index=0, certificate_id=b"0" * 10, course="MASTER", issued=TODAY - 300)
TRAINER = TrainerCertificate(
    index=4,
    certificate_id=b"4" * 10,
    course="MASTER",
    issued=TODAY - 200,
    expires=TODAY + 100,
    trainer_index=0,
    history=((TODAY - 50, Standing.SUSPENDED), (TODAY - 40, Standing.VALID), (TODAY - 10, Standing.REVOKED)),
)
ROWS = {0: FOUNDER, 4: TRAINER}


def holder(issued: int, trainer_index: int | None = 4) -> Claims:
    return Claims(b"h" * 10, "علي", "LTO", 90, issued, None, trainer_index)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (TODAY - 201, LinkState.NOT_YET_ISSUED),
        (TODAY - 200, LinkState.VALID),
        (TODAY - 51, LinkState.VALID),
        (TODAY - 50, LinkState.SUSPENDED),
        (TODAY - 41, LinkState.SUSPENDED),
        (TODAY - 40, LinkState.VALID),
        (TODAY - 11, LinkState.VALID),
        (TODAY - 10, LinkState.REVOKED),
        (TODAY + 101, LinkState.REVOKED),
    ],
)
def test_trainer_is_judged_on_the_day_of_issue(day: int, state: LinkState) -> None:
    link = trace_chain(holder(day), ROWS)[0]

    assert (link.index, link.day, link.state, link.was_valid) == (4, day, state, state is LinkState.VALID)


def test_expiry_counts_from_the_day_after() -> None:
    row = replace(TRAINER, history=())

    assert [row.state_on(TODAY + days) for days in (100, 101)] == [LinkState.VALID, LinkState.EXPIRED]


def test_of_two_changes_on_a_day_the_later_counts() -> None:
    row = replace(TRAINER, history=((TODAY, Standing.SUSPENDED), (TODAY, Standing.VALID)))

    assert row.state_on(TODAY) is LinkState.VALID


def test_chain_leads_up_to_the_programme() -> None:
    links = trace_chain(holder(TODAY - 100), ROWS)

    assert [link.index for link in links] == [4, 0]
    assert [link.day for link in links] == [TODAY - 100, TODAY - 200]
    assert all(link.was_valid for link in links)
    assert links[-1].certificate is FOUNDER


def test_holder_trained_by_the_programme_has_no_chain() -> None:
    assert trace_chain(holder(TODAY, None), ROWS) == ()


def test_missing_trainer_ends_the_chain_openly() -> None:
    links = trace_chain(holder(TODAY - 100), {4: TRAINER})

    assert [link.state for link in links] == [LinkState.VALID, LinkState.UNKNOWN]
    assert links[-1].certificate is None


def test_long_chains_end() -> None:
    rows = {
        index: TrainerCertificate(
            index, b"c" * 10, "MASTER", TODAY, trainer_index=index - 1 if index else None
        )
        for index in range(500)
    }
    claims = Claims(b"h" * 10, "علي", "LTO", 600, TODAY, None, 499)

    assert len(trace_chain(claims, rows)) == 500


def test_signed_table_round_trips_without_names() -> None:
    table = make_table(serial=2, time=TIME, size=10, rows=[TRAINER, FOUNDER])
    note = sign_table(table, LOG)

    assert open_table(note, [LOG.key]) == table
    assert "name" not in note.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"index": -1},
        {"trainer_index": 4},
        {"trainer_index": 5},
        {"course": "L T O"},
        {"expires": TODAY - 201},
        {"issued": -1},
        {"history": ((TODAY, Standing.REVOKED), (TODAY - 1, Standing.VALID))},
        {"history": ((TODAY - 201, Standing.REVOKED),)},
    ],
)
def test_impossible_rows_are_refused(fields: dict) -> None:
    with pytest.raises(ChainError):
        replace(TRAINER, **fields)


@pytest.mark.parametrize("rows", [[FOUNDER, FOUNDER], [replace(TRAINER, index=10)]])
def test_rows_twice_or_beyond_the_register_are_refused(rows: list[TrainerCertificate]) -> None:
    with pytest.raises(ChainError) as refused:
        make_table(serial=1, time=TIME, size=10, rows=rows)
    assert refused.value.code == "bad_row"


@pytest.mark.parametrize(
    "change",
    [
        {"number": "7K3M-9QXA-0D5T-H2WZ"},
        {"number": "short"},
        {"history": [[1]]},
        {"history": [[TODAY, "lost"]]},
        {"trainer": "0"},
        {"name": "Salem"},
    ],
)
def test_properly_signed_nonsense_is_refused(change: dict) -> None:
    row = {
        "course": "MASTER",
        "expires": None,
        "history": [],
        "index": 4,
        "issued": TODAY,
        "number": "60R30C1G60R30C1G",
        "trainer": None,
    }
    good = {"serial": 1, "size": 10, "time": TIME, "trainers": [row]}
    assert 4 in open_table(seal("trainers", good, [LOG]), [LOG.key]).rows

    with pytest.raises(ChainError):
        open_table(seal("trainers", good | {"trainers": [row | change]}, [LOG]), [LOG.key])


def test_table_by_another_key_is_refused() -> None:
    table = make_table(serial=1, time=TIME, size=10, rows=[])

    with pytest.raises(ChainError) as refused:
        open_table(sign_table(table, NoteSigner(ORIGIN, signer_of("stranger"))), [LOG.key])
    assert refused.value.code == "not_signed"
