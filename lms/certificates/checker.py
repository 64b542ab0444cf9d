"""What the checker's page carries with it: its words, its addresses, and the pack that it checks by.

The page verifies everything itself; what comes from here is signed, or is words.
"""

import base64
import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lms.cascade.models import Programme
from lms.common.dates import MONTHS
from lms.courses.models import Course
from lms.register.errors import CodedError
from lms.register.models import TreeNode
from lms.register.tiles import TILE_WIDTH

from .keys import root_policy
from .pack import DAYS, KEYSET, STATUS, TRAINERS
from .publish import Publication, prepare_pack
from .verdict_words import LINK_WORDS, PACK_PROBLEMS, UNKNOWN_NUMBER, WORDS

#: How old a pack may be that a checker fetches: making one signs twice and keeps every append waiting for it.
PACK_SECONDS = 60
_SCRIPTS = "certificates/js/{}.js"
_VENDOR = "certificates/vendor/{}"
#: What check.js imports, named in the page so that a slow line fetches all of it at once.
MODULES = (
    *("answer", "bytes", "cbor", "credential", "ed25519", "merkle", "note", "pack", "store"),
    *("update", "verdict"),
)
#: Kept by the worker, and imported when a picture is to be read.
LAZY_MODULES = ("scanner",)
#: Fetched only where the browser lacks something, or when a picture is to be read.
LATER = {
    "noble": "noble-ed25519.js",
    "inflate": "tiny-inflate.js",
    "zxing": "zxing-reader.js",
    "wasm": "zxing_reader.wasm",
}
_STYLES = ("home/css/sanad.css", "home/css/pages.css", "certificates/css/certificates.css")
_FONTS = ("arabic-400", "arabic-600", "latin-400", "latin-600")
ICONS = {"192x192": "checker-192.png", "512x512": "checker-512.png"}


@dataclass(frozen=True, slots=True)
class _Kept:
    publication: Publication
    made_at: float


def pack_for_checkers(*, have: int) -> dict[str, Any]:
    """The signed files, and the leaf hashes from the tile in which number `have` lies.

    A checker that holds `have` leaves keeps those before `from` and takes the rest from here. Names of
    courses and of the programme come along for reading; what is signed is the code. Raises
    EmptyRegisterError and KEY_TROUBLE.
    """
    publication = _recent_publication()
    start = have // TILE_WIDTH * TILE_WIDTH if 0 <= have <= publication.size else 0
    rows = TreeNode.objects.filter(level=0, index__gte=start, index__lt=publication.size)
    leaves = b"".join(bytes(leaf) for leaf in rows.order_by("index").values_list("hash", flat=True))
    return {
        "files": {
            KEYSET: publication.keyset.decode(),
            "checkpoint": publication.checkpoint.decode(),
            STATUS: publication.status.decode(),
            TRAINERS: publication.trainers.decode(),
            DAYS: publication.days.decode(),
        },
        "from": start,
        "leaves": base64.b64encode(leaves).decode(),
        "courses": {
            course.code: {code: course.name_in(code) for code, _name in settings.LANGUAGES}
            for course in Course.objects.all()
        },
        "programme": _programme_names(),
    }


def pinned_roots() -> tuple[list[str], int]:
    """The root keys that a checker pins on its first visit, and how many of them must have signed; none while the
    platform has no keys."""
    try:
        policy = root_policy()
    except CodedError:
        return [], 1
    return [key.encode() for key in policy.keys], policy.need


def page_data() -> dict[str, Any]:
    """Everything that the scripts need, in the language that is active."""
    language = get_language()
    roots, need = pinned_roots()
    return {
        "language": language,
        "roots": roots,
        "need": need,
        "months": MONTHS["en" if language == "en" else "ar"],
        "urls": {
            "pack": reverse("verify:pack"),
            "number": reverse("verify:number"),
            "read": reverse("verify:read"),
            "worker": reverse("verify:worker"),
            **later_urls(),
        },
        "words": {
            str(reason): {"title": str(words.title), "advice": str(words.advice)}
            for reason, words in WORDS.items()
        }
        | {"unknown_number": {"title": str(UNKNOWN_NUMBER.title), "advice": str(UNKNOWN_NUMBER.advice)}},
        "links": {str(state): str(words) for state, words in LINK_WORDS.items()},
        "problems": {code: str(words) for code, words in PACK_PROBLEMS.items()},
        "texts": _texts(),
    }


def module_urls() -> list[str]:
    return [static(_SCRIPTS.format(name)) for name in MODULES]


def lazy_urls() -> list[str]:
    return [static(_SCRIPTS.format(name)) for name in LAZY_MODULES]


def later_urls() -> dict[str, str]:
    return {name: static(_VENDOR.format(file)) for name, file in LATER.items()}


def shell_urls() -> list[str]:
    """The files without which the page does not work offline."""
    fonts = [f"home/fonts/sanad-{name}.woff2" for name in _FONTS]
    scripts = ["home/js/sanad.js", _SCRIPTS.format("check")]
    return [
        *(static(name) for name in [*_STYLES, *fonts, *scripts, "home/img/mark.svg"]),
        *module_urls(),
        *lazy_urls(),
    ]


def version_of(*parts: str) -> str:
    """Changes when any of the parts does: a worker whose text is the same is not renewed."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def manifest() -> dict[str, Any]:
    """The web application manifest (w3.org/TR/appmanifest)."""
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "id": "/v",
        "name": _("Sanad: verify a certificate"),
        "short_name": _("Verify"),
        "lang": language,
        "dir": "ltr" if language == "en" else "rtl",
        "start_url": "/v",
        "scope": "/v",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0a5c5c",
        "icons": [
            {
                "src": static(f"certificates/img/{name}"),
                "sizes": sizes,
                "type": "image/png",
                "purpose": "any maskable",
            }
            for sizes, name in ICONS.items()
        ],
    }


def _recent_publication() -> Publication:
    kept: _Kept | None = cache.get("checker-pack")
    if kept is None or not 0 <= time.time() - kept.made_at < PACK_SECONDS:
        kept = _Kept(prepare_pack(), time.time())
        cache.set("checker-pack", kept, PACK_SECONDS)
    return kept.publication


def _programme_names() -> dict[str, str]:
    programme = Programme.objects.first()
    if programme is None:
        return {code: settings.WAGTAIL_SITE_NAME for code, _name in settings.LANGUAGES}
    return {"ar": programme.name_ar, "en": programme.name_en}


def _texts() -> dict[str, str]:
    return {
        "name": _("Name"),
        "course": _("Course"),
        "number": _("Number"),
        "issued": _("Issued"),
        "expires": _("Valid until"),
        "endless": _("no end date"),
        "entry": _("Register entry"),
        "chain": _("Chain of training"),
        "this": _("this certificate"),
        "under": _("trained under"),
        "unknown": _("a certificate that is not known here"),
        "itself": _("the programme itself"),
        "broken": _(
            "A certificate above this one did not hold when it counted. "
            "The verdict on this certificate stays as it is; tell the programme office."
        ),
        "state_only": _(
            "A typed number shows the state only. Scan the code to see the signed name and dates."
        ),
        "checked_by": _("Checked on this device by the register of %(time)s.") % {"time": "{time}"},
        "clock": _("Your device says %(time)s.") % {"time": "{time}"},
        "register": _("Register of %(time)s") % {"time": "{time}"},
        "no_register": _("There is no register on this device yet"),
        "updated": _("The register is up to date."),
        "updating": _("Fetching the register…"),
        "checking": _("Checking…"),
        "offline": _("No connection. The register on this device stays in use."),
        "first_offline": _(
            "There is no register on this device yet, and no connection to fetch it. "
            "This says nothing about the paper. Try again with a connection."
        ),
        "number_offline": _(
            "A typed number needs a connection. Without one, scan the code: that works offline."
        ),
        "pdf_offline": _(
            "A PDF is read with a connection only. Without one, open it on another screen and scan the code."
        ),
        "failed": _("That did not work. This says nothing about the paper; try again in a few minutes."),
        "no_camera": _("The camera cannot be used. Allow it in the browser’s settings, or choose a photo."),
        "no_reader": _(
            "The part that reads codes is not on this device yet. Open this page once with a connection, "
            "or scan with the phone’s own camera."
        ),
        "no_code": _(
            "There is no readable QR code in the picture. Take it closer, straight and in good light."
        ),
        "several": _("The picture shows several certificates. Check them one at a time."),
        "not_a_picture": _("This file is neither a picture nor a PDF that can be read."),
        "too_large": _("The file is larger than 20 MB. Take a smaller photo."),
        "foreign": _("This code is not one of ours. Point the camera at the code on the certificate."),
    }
