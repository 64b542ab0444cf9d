"""Pages in two languages made, found again and brought to given values."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.fields import StreamField
from wagtail.models import Page

from lms.people.models import User

from ..models import LearnerPage

Values = Mapping[str, Any]
#: The pages of one thing by language code.
Twins = dict[str, Any]


class PageWriter:
    def __init__(self, user: User | None) -> None:
        self._user = user
        self._new: set[int] = set()

    def find(self, model: type[LearnerPage], parents: Twins, slug: str) -> Twins:
        """The pages called `slug` below the parents; one that was renamed is found through its translation."""
        found = {
            code: model.objects.child_of(page).filter(slug=slug).first() for code, page in parents.items()
        }
        return self.with_translations(found, parents)

    def with_translations(self, found: Twins, parents: Twins) -> Twins:
        known = next((page for page in found.values() if page), None)
        if known is None:
            return found
        return {
            code: page or known.get_translations().filter(locale_id=parents[code].locale_id).first()
            for code, page in found.items()
        }

    def ensure(self, parents: Twins, slug: str, found: Twins, new: dict[str, LearnerPage]) -> Twins:
        """The found pages, and for each language without one the new page, unpublished.

        Raises ValidationError if two pages that should be one thing are no translations of each other.
        """
        keys = {page.translation_key for page in found.values() if page}
        if len(keys) > 1:
            raise ValidationError(f"the pages {slug!r} are not translations of each other")
        key = keys.pop() if keys else uuid4()
        pages: Twins = {}
        for code, parent in parents.items():
            page = found[code]
            if page is None:
                page = new[code]
                page.slug, page.locale, page.translation_key, page.live = slug, parent.locale, key, False
                parent.add_child(instance=page)
                self._new.add(page.pk)
            pages[code] = page
        return pages

    def is_new(self, page: LearnerPage) -> bool:
        return page.pk in self._new

    def write(self, page: LearnerPage, values: Values) -> bool:
        """Bring the page to the values and publish it; whether there was anything to do.

        Raises ValidationError for values that the editor would refuse.
        """
        if not self.is_new(page) and all(_holds(page, name, value) for name, value in values.items()):
            return False
        for name, value in values.items():
            setattr(page, name, value)
        _check_streams(page)
        page.save_revision(user=self._user).publish(user=self._user)
        return True

    def arrange(self, parent: LearnerPage, children: list[LearnerPage]) -> bool:
        """Put the children in this order below the parent; whether that moved anything."""
        wanted = [child.pk for child in children]
        present = list(Page.objects.child_of(parent).filter(pk__in=wanted).values_list("pk", flat=True))
        if present == wanted:
            return False
        for pk in wanted:
            # Fetched anew each time, because every move changes places in the tree.
            Page.objects.get(pk=pk).move(Page.objects.get(pk=parent.pk), pos="last-child", user=self._user)
        return True


def _holds(page: LearnerPage, name: str, value: Any) -> bool:
    """Streams are only given where they differ, see `streams`."""
    if isinstance(page._meta.get_field(name), StreamField):
        return False
    return bool(getattr(page, name) == value)


def _check_streams(page: LearnerPage) -> None:
    for stream in (one for one in page._meta.get_fields() if isinstance(one, StreamField)):
        try:
            stream.stream_block.clean(getattr(page, stream.name))
        except StreamBlockValidationError as error:
            raise ValidationError(
                [f"{stream.name}: {sentence}" for sentence in _sentences(error.as_json_data())]
            ) from None


def _sentences(errors: Any) -> list[str]:
    """The messages in Wagtail's nested errors, each once."""
    if isinstance(errors, str):
        return [errors]
    inner = errors.values() if isinstance(errors, dict) else errors or ()
    return list(dict.fromkeys(sentence for error in inner for sentence in _sentences(error)))
