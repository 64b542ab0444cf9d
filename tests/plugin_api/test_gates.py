"""Gates fail closed: what cannot be checked has not been met, and the learner is told why."""

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.utils.translation import gettext_lazy, override

from lms.plugin_api import CertificateGate, GateResult
from lms.plugin_api.gates import (
    GateOutcome,
    certificate_gates,
    evaluate_gate,
    evaluate_gates,
    failing_plugins,
)
from lms.plugin_api.testing import plugin_registered

from .plugins import fail_in_sql, make_plugin, raise_personal_error

pytestmark = pytest.mark.usefixtures("no_plugins")

LEARNER: Any = "a learner"
TYPE: Any = "a certificate type"


def passes(learner: object, certificate_type: object) -> GateResult:
    return GateResult(passed=True)


def refuses(learner: object, certificate_type: object) -> GateResult:
    return GateResult(
        passed=False, reason=f"{learner} has not yet sworn for {certificate_type}.", action_url="/oath/"
    )


def gate_plugin(name: str, *checks: Callable[..., Any], keys: tuple[str, ...] = ()) -> ModuleType:
    """A plugin with a gate for each check, named <name>.gate_0, <name>.gate_1 unless keys say otherwise."""
    keys = keys or tuple(f"{name}.gate_{number}" for number in range(len(checks)))
    gates = [CertificateGate(key, f"Gate {key}", check) for key, check in zip(keys, checks, strict=True)]
    return make_plugin(name, certificate_gates=lambda: gates)


def evaluate(*keys: str) -> list[GateOutcome]:
    return evaluate_gates(keys, learner=LEARNER, certificate_type=TYPE)


def test_certificate_gates_with_good_plugin_pass_or_refuse_with_reason_and_link() -> None:
    with plugin_registered(gate_plugin("oath", passes, refuses)):
        passed, refused = evaluate("oath.gate_0", "oath.gate_1")
    assert passed == GateOutcome("oath.gate_0", "Gate oath.gate_0", "oath", passed=True)
    assert refused == GateOutcome(
        "oath.gate_1",
        "Gate oath.gate_1",
        "oath",
        passed=False,
        reason="a learner has not yet sworn for a certificate type.",
        action_url="/oath/",
    )


def test_certificate_gates_without_plugin_block_by_name() -> None:
    [outcome] = evaluate("oath.gate_0")
    assert not outcome.passed
    assert outcome.plugin == ""
    assert "oath.gate_0" in outcome.reason
    assert certificate_gates() == {}


def test_certificate_gates_with_raising_plugin_block_its_certificates_only() -> None:
    with (
        plugin_registered(make_plugin("oath", certificate_gates=raise_personal_error)),
        plugin_registered(gate_plugin("good", passes)),
    ):
        blocked, passed = evaluate("oath.gate_0", "good.gate_0")
        assert [failure.plugin for failure in failing_plugins()] == ["oath"]
    assert not blocked.passed
    assert passed.passed
    assert "khadija" not in blocked.reason


def test_evaluation_without_required_gates_lets_pass() -> None:
    assert evaluate() == []


def test_check_that_raises_blocks_and_names_the_plugin() -> None:
    with plugin_registered(gate_plugin("oath", lambda learner, certificate_type: raise_personal_error())):
        [outcome] = evaluate("oath.gate_0")
    assert not outcome.passed
    assert "oath" in outcome.reason
    assert "khadija" not in outcome.reason


@pytest.mark.parametrize("answer", [None, True, "yes", (True, "")])
def test_check_that_answers_something_else_blocks(answer: object) -> None:
    with plugin_registered(gate_plugin("oath", lambda learner, certificate_type: answer)):
        [outcome] = evaluate("oath.gate_0")
    assert not outcome.passed
    assert outcome.reason


def test_result_that_is_merely_truthy_is_an_error() -> None:
    """A forgotten call, such as ``passed=rows.exists``, must open nothing."""
    with pytest.raises(TypeError, match="True or False"):
        GateResult(passed=passes)  # type: ignore[arg-type]


def test_refusal_without_a_reason_is_an_error() -> None:
    with pytest.raises(ValueError, match="must give a reason"):
        GateResult(passed=False)


def test_paused_plugin_blocks_and_says_so() -> None:
    with plugin_registered(gate_plugin("oath", passes), paused=True):
        [outcome] = evaluate("oath.gate_0")
        assert certificate_gates()["oath.gate_0"].paused
        assert not outcome.passed
        with override("ar"):
            assert "موقوفة" in evaluate("oath.gate_0")[0].reason
        with override("en"):
            assert "paused" in evaluate("oath.gate_0")[0].reason


def test_key_offered_twice_blocks() -> None:
    with plugin_registered(gate_plugin("oath", passes, passes, keys=("oath.sworn", "oath.sworn"))):
        assert not evaluate("oath.sworn")[0].passed
        assert "twice" in str(failing_plugins()[0].__cause__)


def test_plugin_cannot_open_the_gate_of_another() -> None:
    with (
        plugin_registered(gate_plugin("oath", refuses, keys=("oath.sworn",))),
        plugin_registered(gate_plugin("forger", passes, keys=("oath.sworn",))),
    ):
        [outcome] = evaluate("oath.sworn")
    assert (outcome.plugin, outcome.passed) == ("oath", False)


def test_plugin_whose_name_begins_alike_cannot_open_the_gate_of_another() -> None:
    with plugin_registered(gate_plugin("oath", passes, keys=("oath_of_office.sworn",))):
        assert not evaluate("oath_of_office.sworn")[0].passed


def test_reason_speaks_the_language_of_the_reader() -> None:
    def refuses_lazily(learner: object, certificate_type: object) -> GateResult:
        return GateResult(passed=False, reason=gettext_lazy("Yes"))

    with plugin_registered(gate_plugin("oath", refuses_lazily)):
        with override("ar"):
            arabic = evaluate("oath.gate_0")[0].reason
        with override("en"):
            english = evaluate("oath.gate_0")[0].reason
    assert (arabic, english) == ("نعم", "Yes")


@pytest.mark.django_db
def test_sql_error_in_a_check_blocks_and_leaves_the_transaction_usable() -> None:
    def broken(learner: object, certificate_type: object) -> GateResult:
        fail_in_sql()
        return GateResult(passed=True)

    with plugin_registered(gate_plugin("oath", broken, passes)), transaction.atomic():
        first, second = evaluate("oath.gate_0", "oath.gate_1")
    assert not first.passed
    assert second.passed


def many(*names: str) -> list[Any]:
    return [SimpleNamespace(pk=number, name=name) for number, name in enumerate(names, 1)]


def test_gate_that_checks_many_is_asked_once() -> None:
    rounds: list[list[str]] = []

    def check_many(learners: Any, certificate_type: object) -> dict[int, GateResult]:
        rounds.append([learner.name for learner in learners])
        return {learner.pk: passes(learner, certificate_type) for learner in learners}

    gate = CertificateGate("oath.sworn", "Sworn", refuses, check_many)
    with plugin_registered(make_plugin("oath", certificate_gates=lambda: [gate])):
        outcomes = evaluate_gate("oath.sworn", learners=many("Amal", "Omar"), certificate_type=TYPE)
    assert rounds == [["Amal", "Omar"]]
    assert {pk: outcome.passed for pk, outcome in outcomes.items()} == {1: True, 2: True}


def test_gate_that_checks_one_is_asked_for_each() -> None:
    def check(learner: Any, certificate_type: object) -> GateResult:
        return passes(learner, certificate_type) if learner.name == "Amal" else refuses("Omar", "it")

    with plugin_registered(gate_plugin("oath", check)):
        outcomes = evaluate_gate("oath.gate_0", learners=many("Amal", "Omar"), certificate_type=TYPE)
    assert {pk: outcome.passed for pk, outcome in outcomes.items()} == {1: True, 2: False}


@pytest.mark.parametrize(
    "answer", [lambda learners, kind: {1: GateResult(passed=True)}, raise_personal_error, lambda *_: None]
)
def test_gate_that_does_not_answer_for_everybody_blocks_everybody(answer: Callable[..., Any]) -> None:
    gate = CertificateGate("oath.sworn", "Sworn", passes, answer)
    with plugin_registered(make_plugin("oath", certificate_gates=lambda: [gate])):
        outcomes = evaluate_gate("oath.sworn", learners=many("Amal", "Omar"), certificate_type=TYPE)
    assert [outcome.passed for outcome in outcomes.values()] == [False, False]
    assert all(outcome.reason for outcome in outcomes.values())


def test_unknown_gate_blocks_everybody() -> None:
    outcomes = evaluate_gate("oath.sworn", learners=many("Amal", "Omar"), certificate_type=TYPE)
    assert [outcome.passed for outcome in outcomes.values()] == [False, False]
