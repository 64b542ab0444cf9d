"""Two people at the same moment, with real threads and real connections."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from lms.register.models import Entry
from plugins.code_of_conduct.errors import AlreadyDecided, OutdatedVersion
from plugins.code_of_conduct.models import Code, CodeVersion, Endorsement, Withdrawal
from plugins.code_of_conduct.services import (
    Signed,
    accept_endorsement,
    decline_endorsement,
    sign_endorsement,
    withdraw_endorsement,
)
from tests.factories.code_of_conduct import body_signature, endorse, publish, signature
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together; what each returned or raised."""
    barrier = threading.Barrier(len(calls))
    outcomes: list[Any] = [None] * len(calls)

    def run(number: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=10)
            outcomes[number] = call()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def register_is_without_gap() -> bool:
    indexes = list(Entry.objects.order_by("index").values_list("index", flat=True))
    return indexes == list(range(len(indexes)))


def test_several_people_signing_at_once_get_an_entry_each() -> None:
    version = publish()
    users = UserFactory.create_batch(4)
    outcomes = at_once(
        *(lambda user=user: sign_endorsement(signature=signature(version, user=user)) for user in users)
    )
    assert all(isinstance(outcome, Signed) and outcome.created for outcome in outcomes), outcomes
    assert {outcome.endorsement.register_index for outcome in outcomes} == {1, 2, 3, 4}
    assert register_is_without_gap()


def test_one_person_signing_in_two_windows_at_once_signs_once() -> None:
    version = publish()
    user = UserFactory()
    outcomes = at_once(
        *[lambda: sign_endorsement(signature=signature(version, user=user)) for _window in range(3)]
    )
    assert sorted(outcome.created for outcome in outcomes) == [False, False, True], outcomes
    assert Endorsement.objects.count() == 1
    assert Entry.objects.filter(type="endorse").count() == 1


def test_same_form_arriving_twice_at_once_is_one_signature() -> None:
    version = publish()
    form = body_signature(version)
    outcomes = at_once(*[lambda: sign_endorsement(signature=form)] * 2)
    assert sorted(outcome.created for outcome in outcomes) == [False, True], outcomes
    assert len({outcome.withdrawal_code for outcome in outcomes}) == 1
    assert Endorsement.objects.count() == 1


def test_signing_while_a_version_is_published_signs_one_text_or_the_other_never_none() -> None:
    version = publish()
    user = UserFactory()
    signed, published = at_once(
        lambda: sign_endorsement(signature=signature(version, user=user)),
        lambda: publish(code=Code.objects.get(), number="2.0"),
    )
    assert isinstance(published, CodeVersion), published
    if isinstance(signed, Signed):
        assert signed.endorsement.register_index < published.register_index
    else:
        assert isinstance(signed, OutdatedVersion)
    assert register_is_without_gap()


def test_accepting_and_declining_at_once_lets_one_win() -> None:
    endorsement = sign_endorsement(signature=body_signature(publish())).endorsement
    reviewer = UserFactory()
    outcomes = at_once(
        lambda: accept_endorsement(endorsement=endorsement, reviewer=reviewer),
        lambda: decline_endorsement(endorsement=endorsement, reviewer=reviewer, reason="r"),
    )
    assert sum(isinstance(outcome, AlreadyDecided) for outcome in outcomes) == 1, outcomes
    endorsement.refresh_from_db()
    assert (endorsement.register_index is not None) == (endorsement.state == "in_force")


def test_withdrawing_twice_at_once_is_entered_once() -> None:
    endorsement = endorse(publish())
    outcomes = at_once(*[lambda: withdraw_endorsement(endorsement=endorsement, reason="r")] * 2)
    assert all(isinstance(outcome, Withdrawal) for outcome in outcomes), outcomes
    assert Entry.objects.filter(type="withdraw").count() == 1
