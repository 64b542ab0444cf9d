import pytest

from lms.plugin_api import registry
from lms.plugin_api.registry import gate_keys_in_use, register_gate_key_usage


@pytest.fixture(autouse=True)
def nobody_has_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_gate_key_usages", [])


def test_gate_keys_in_use_are_those_of_the_plugin_from_every_app() -> None:
    register_gate_key_usage(
        lambda: {"oath.sworn": ["LTO"], "oath_2.sworn": ["trainer"], "core.exam": ["LTO"]}
    )
    register_gate_key_usage(lambda: {"oath.sworn": ["badge"], "oath.unused": []})
    assert gate_keys_in_use("oath") == {"oath.sworn": ["LTO", "badge"]}


def test_gate_keys_in_use_before_anybody_registered_are_unknown() -> None:
    with pytest.raises(LookupError):
        gate_keys_in_use("oath")


def test_registering_the_same_function_twice_counts_once() -> None:
    def usage() -> dict[str, list[str]]:
        return {"oath.sworn": ["LTO"]}

    register_gate_key_usage(usage)
    register_gate_key_usage(usage)
    assert gate_keys_in_use("oath") == {"oath.sworn": ["LTO"]}
