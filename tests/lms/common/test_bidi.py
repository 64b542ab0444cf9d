from hypothesis import given
from hypothesis import strategies as st

from lms.common.bidi import BIDI_CONTROLS, FSI, LRI, PDI, has_controls, isolate, isolate_ltr, strip_controls


def test_isolate_wraps_a_name_in_first_strong_isolates() -> None:
    assert isolate("خديجة") == f"{FSI}خديجة{PDI}"
    assert isolate_ltr("LTO-1") == f"{LRI}LTO-1{PDI}"


def test_isolate_takes_out_what_could_break_out_of_it() -> None:
    """A name that ends the isolate and overrides the direction would rewrite the rest of the sentence."""
    assert isolate(f"خديجة{PDI}\u202eevil") == f"{FSI}خديجةevil{PDI}"


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(BIDI_CONTROLS))))
def test_strip_controls_leaves_none_and_nothing_else_changes(text: str) -> None:
    assert not has_controls(strip_controls(text))
    assert strip_controls(text) == "".join(character for character in text if character not in BIDI_CONTROLS)
