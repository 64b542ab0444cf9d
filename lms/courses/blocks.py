"""What a lesson is made of.

Rich text is kept to what reads well in both scripts and can be written in Markdown: headings,
bold, links, lists, a rule. There are no italics, which Arabic type does not have. Every block
here has its fenced twin in a course folder (`folder.py`).
"""

from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from .enums import CalloutKind
from .folder.lesson import MAX_OPTIONS, MIN_OPTIONS
from .folder.media import AUDIO_SUFFIXES, CAPTION_SUFFIXES, DOCUMENT_SUFFIXES, VIDEO_SUFFIXES

TEXT_FEATURES = ["h2", "h3", "bold", "link", "ol", "ul", "hr"]
SHORT_TEXT_FEATURES = ["bold", "link", "ol", "ul"]


class FileBlock(DocumentChooserBlock):
    """A document restricted to some kinds of file."""

    def __init__(self, suffixes: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.suffixes = suffixes
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        document = super().clean(value)
        if document and PurePosixPath(document.filename.lower()).suffix not in self.suffixes:
            allowed = ", ".join(self.suffixes)
            raise ValidationError(
                _("Choose a file of one of these kinds: %(allowed)s.") % {"allowed": allowed}
            )
        return document


class ImageBlock(blocks.StructBlock):
    file = ImageChooserBlock(label=_("image"))
    alt = blocks.CharBlock(
        label=_("description"),
        max_length=250,
        help_text=_("What the picture tells, for a reader who cannot see it."),
    )
    caption = blocks.CharBlock(label=_("caption"), required=False, max_length=250)

    class Meta:
        icon = "image"
        label = _("Image")
        template = "courses/blocks/image.html"


class AudioBlock(blocks.StructBlock):
    file = FileBlock(AUDIO_SUFFIXES, label=_("audio file"))
    title = blocks.CharBlock(label=_("title"), max_length=150)
    transcript = blocks.RichTextBlock(label=_("transcript"), features=SHORT_TEXT_FEATURES)

    class Meta:
        icon = "media"
        label = _("Audio")
        template = "courses/blocks/audio.html"


class VideoBlock(blocks.StructBlock):
    file = FileBlock(VIDEO_SUFFIXES, label=_("video file"))
    title = blocks.CharBlock(label=_("title"), max_length=150)
    captions = FileBlock(CAPTION_SUFFIXES, label=_("captions (WebVTT)"))
    audio = FileBlock(
        AUDIO_SUFFIXES,
        label=_("sound alone"),
        required=False,
        help_text=_("For readers on a slow line."),
    )
    transcript = blocks.RichTextBlock(label=_("transcript"), features=SHORT_TEXT_FEATURES)

    class Meta:
        icon = "media"
        label = _("Video")
        template = "courses/blocks/video.html"


class DocumentBlock(blocks.StructBlock):
    file = FileBlock(DOCUMENT_SUFFIXES, label=_("document"))
    title = blocks.CharBlock(label=_("title"), max_length=150)

    class Meta:
        icon = "doc-full"
        label = _("Document")
        template = "courses/blocks/document.html"


class CalloutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(label=_("kind"), choices=CalloutKind.choices, default=CalloutKind.NOTE)
    title = blocks.CharBlock(label=_("title"), required=False, max_length=150)
    text = blocks.RichTextBlock(label=_("text"), features=SHORT_TEXT_FEATURES)

    class Meta:
        icon = "info-circle"
        label = _("Callout")
        template = "courses/blocks/callout.html"

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["kind_label"] = CalloutKind(value["kind"]).label
        return context


class OptionBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("option"), rows=2, max_length=1000)
    correct = blocks.BooleanBlock(label=_("this is the correct one"), required=False)
    feedback = blocks.TextBlock(
        label=_("feedback"), rows=2, help_text=_("Shown to whoever chooses this option.")
    )

    class Meta:
        icon = "list-ul"
        label = _("Option")


class QuickCheckBlock(blocks.StructBlock):
    """A question the reader answers for himself: no mark is given and nothing is recorded."""

    question = blocks.TextBlock(label=_("question"), rows=2)
    options = blocks.ListBlock(OptionBlock(), label=_("options"), min_num=MIN_OPTIONS, max_num=MAX_OPTIONS)

    class Meta:
        icon = "help"
        label = _("Quick check")
        template = "courses/blocks/quick_check.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if sum(bool(option["correct"]) for option in cleaned["options"]) != 1:
            error = ValidationError(_("Mark exactly one option as the correct one."))
            raise StructBlockValidationError(non_block_errors=[error])
        return cleaned


class LessonBody(blocks.StreamBlock):
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES, icon="pilcrow")
    callout = CalloutBlock()
    quick_check = QuickCheckBlock()
    image = ImageBlock()
    audio = AudioBlock()
    video = VideoBlock()
    document = DocumentBlock()

    class Meta:
        min_num = 1


class SourceBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("title"), max_length=500)
    url = blocks.URLBlock(label=_("address"), required=False)

    class Meta:
        icon = "link"
        label = _("Source")


class Sources(blocks.StreamBlock):
    source = SourceBlock()


class Objectives(blocks.StreamBlock):
    objective = blocks.TextBlock(label=_("Objective"), rows=2, icon="tick")

    class Meta:
        min_num = 1
