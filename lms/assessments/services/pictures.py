"""Image files of questions: each kept once, whatever it is called."""

import hashlib
from collections.abc import Mapping
from io import BytesIO

from django.core.files.images import ImageFile
from django.utils.translation import gettext as _
from wagtail.images.models import Image

from lms.assessments.content import ImageContent
from lms.assessments.errors import BankFileError
from lms.assessments.models import file_sha256

#: As many bytes and pixels as an image may have; pages show a smaller copy.
MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def keep_image(*, content: ImageContent | None, files: Mapping[str, bytes]) -> Image | None:
    """The stored image with these contents: the one there is, else made from `files`, which is by sha256.

    Raises BankFileError when the file is missing, too large, or no image.
    """
    if content is None:
        return None
    data = files.get(content.sha256)
    if data is None:
        raise BankFileError([_("{name}: this image is missing.").format(name=content.name)])
    known = Image.objects.filter(file_hash=hashlib.sha1(data, usedforsecurity=False).hexdigest())
    for image in known:
        if file_sha256(image.file) == content.sha256:
            return image
    _check(content.name, data)
    # The description is as long as it has to be; a title is a column of the library.
    title = (content.alt.en or content.name)[: Image._meta.get_field("title").max_length]
    image = Image(title=title, file=ImageFile(BytesIO(data), name=content.name))
    image.file_size = len(data)
    image.save()
    image.get_file_hash()
    return image


def _check(name: str, data: bytes) -> None:
    from PIL import Image as PillowImage
    from PIL import UnidentifiedImageError

    try:
        with PillowImage.open(BytesIO(data), formats=FORMATS) as image:
            fits = len(data) <= MOST_BYTES and image.width * image.height <= MOST_PIXELS
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, PillowImage.DecompressionBombError):
        raise BankFileError(
            [_("{name}: this is no PNG, JPEG, WebP or GIF image.").format(name=name)]
        ) from None
    if not fits:
        raise BankFileError([_("{name}: this image is too large.").format(name=name)])
