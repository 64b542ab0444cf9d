"""Files of a course folder as images and documents of the site, found again by their content and name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from wagtail.documents import get_document_model
from wagtail.documents.forms import get_document_form
from wagtail.images import get_image_model
from wagtail.images.forms import get_image_form
from wagtail.models import Collection
from wagtail.utils.file import hash_filelike

from lms.people.models import User


class MediaStore:
    """Adds each file once, through the same checks as an upload in the administration."""

    def __init__(self, user: User | None) -> None:
        self._user = user
        self._stored: list[FieldFile] = []

    def number_of(self, block_type: str, path: Path) -> int:
        """The number of the image or document of this name and content, added if there is none.

        Raises ValidationError for a file that an upload would refuse, such as a text called .png.
        """
        is_image = block_type == "image"
        model = get_image_model() if is_image else get_document_model()
        with path.open("rb") as stream:
            known = model.objects.filter(file_hash=hash_filelike(stream), title=path.name).first()
            if known is not None:
                return int(known.pk)
            stream.seek(0)
            form_class = get_image_form(model) if is_image else get_document_form(model)
            form = form_class(
                {"title": path.name, "collection": Collection.get_first_root_node().pk, "tags": ""},
                {"file": UploadedFile(stream, name=path.name, size=path.stat().st_size)},
                instance=model(uploaded_by_user=self._user),
            )
            if not form.is_valid():
                raise ValidationError([message for messages in form.errors.values() for message in messages])
            added = form.save()
        self._stored.append(added.file)
        return int(added.pk)

    def discard(self) -> None:
        for file in self._stored:
            file.storage.delete(str(file.name))


@contextmanager
def media_store(user: User | None, *, keep: bool) -> Iterator[MediaStore]:
    """A store whose files stay only if `keep` is set and nothing is raised: no rollback reaches a disk."""
    store = MediaStore(user)
    try:
        yield store
    except BaseException:
        store.discard()
        raise
    if not keep:
        store.discard()
