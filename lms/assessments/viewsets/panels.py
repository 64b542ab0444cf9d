"""What the page of a draft shows, by kind: the same question in Arabic and English side by side."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel, Panel
from wagtail.admin.widgets import AdminAutoHeightTextInput

from lms.assessments.content import CREDITS, FEWEST_OPTIONS, MOST_OPTIONS


def text_area(language: str) -> AdminAutoHeightTextInput:
    direction = "rtl" if language == "ar" else "ltr"
    return AdminAutoHeightTextInput(attrs={"lang": language, "dir": direction, "rows": 3})


def both(name: str, heading_ar: Any = None, heading_en: Any = None) -> FieldRowPanel:
    """One text in Arabic and English, side by side."""
    return FieldRowPanel(
        [
            FieldPanel(f"{name}_ar", widget=text_area("ar"), heading=heading_ar or ""),
            FieldPanel(f"{name}_en", widget=text_area("en"), heading=heading_en or ""),
        ]
    )


def image_panel(*, is_collapsed: bool) -> MultiFieldPanel:
    return MultiFieldPanel(
        [
            FieldPanel("image"),
            both("image_alt"),
        ],
        heading=_("Image"),
        classname="collapsed" if is_collapsed else "",
        help_text=_(
            "Describe what whoever cannot see the image must know to answer, without giving the answer away."
        ),
    )


def version_panels(kind: str) -> list[Panel]:
    """Kind, question, image, what the kind needs, explanation."""
    image = image_panel(is_collapsed=kind != "hotspot")
    return [
        FieldPanel("kind"),
        MultiFieldPanel([both("stem")], heading=_("Question")),
        image,
        *_PARTICULARS[kind](),
        *([FieldPanel("credit")] if kind in CREDITS else []),
        MultiFieldPanel([both("explanation"), FieldPanel("source")], heading=_("Explanation")),
    ]


def _options() -> list[Panel]:
    return [_inline([both("text"), FieldPanel("is_correct")], _("Options"), _("Option"))]


def _true_false() -> list[Panel]:
    return [FieldPanel("is_true")]


def _numeric() -> list[Panel]:
    return [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("right_number"), FieldPanel("tolerance")]),
                FieldRowPanel([FieldPanel("unit_ar"), FieldPanel("unit_en")]),
            ],
            heading=_("Right answer"),
        )
    ]


def _short_text() -> list[Panel]:
    return [FieldPanel("accepted")]


def _matching() -> list[Panel]:
    prompt = both("text", _("Prompt in Arabic"), _("Prompt in English"))
    help_text = _(
        "Each prompt with what belongs to it; prompts may share a match. Leave the prompt blank where a match "
        "belongs to none."
    )
    return [_inline([prompt, both("match")], _("Pairs"), _("Pair"), help_text)]


def _ordering() -> list[Panel]:
    help_text = _("Write the steps in the right order; the arrows move them. Each form shuffles them.")
    return [_inline([both("text")], _("Steps in the right order"), _("Step"), help_text)]


def _hotspot() -> list[Panel]:
    region = FieldRowPanel([FieldPanel("region"), FieldPanel("is_correct")])
    name = both("text", _("Name of the place in Arabic"), _("Name of the place in English"))
    help_text = _("Whoever cannot see the image chooses by these names, so they must not say which is right.")
    return [
        HelpPanel(template="assessments/admin/region_guide.html", heading=_("Coordinates")),
        _inline([name, region], _("Places on the image"), pgettext_lazy("question", "Place"), help_text),
    ]


def _open_text() -> list[Panel]:
    return [
        InlinePanel(
            "rubric",
            panels=[both("text"), FieldPanel("marks")],
            heading=_("Rubric"),
            label=_("Criterion"),
            help_text=_(
                "What a marker looks for, and the most marks for it. The question is worth their sum."
            ),
            max_num=MOST_OPTIONS,
        )
    ]


def _inline(panels: list[Panel], heading: Any, label: Any, help_text: Any = "") -> InlinePanel:
    return InlinePanel(
        "options",
        panels=panels,
        heading=heading,
        label=label,
        help_text=help_text,
        min_num=FEWEST_OPTIONS,
        max_num=MOST_OPTIONS,
    )


_PARTICULARS = {
    "single": _options,
    "multiple": _options,
    "true_false": _true_false,
    "numeric": _numeric,
    "short_text": _short_text,
    "matching": _matching,
    "ordering": _ordering,
    "hotspot": _hotspot,
    "open_text": _open_text,
}
