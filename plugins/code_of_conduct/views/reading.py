"""What anybody may read: the text and the public register."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ..enums import Language
from ..exports import write_public_register
from ..forms import RegisterSearchForm
from ..selectors import (
    public_register,
    published_version,
    published_versions,
    standing_endorsement,
    totals,
    version_in_force,
)

ENTRIES_A_PAGE = 50


@require_safe
def text(request: HttpRequest, number: str = "") -> HttpResponse:
    """The version in force, or the one asked for; before anything is published, a page that says so."""
    in_force = version_in_force()
    version = published_version(number) if number else in_force
    if number and version is None:
        raise Http404
    if version is None:
        return render(request, "code_of_conduct/not_published.html")
    context = {
        "version": version,
        "in_force": in_force,
        "versions": published_versions(),
        "totals": totals(in_force),
        "own": standing_endorsement(request.user, version) if request.user.is_authenticated else None,
    }
    return render(request, "code_of_conduct/text.html", context)


@require_safe
def text_file(request: HttpRequest, number: str, language: str) -> HttpResponse:
    """The exact bytes whose SHA-256 is published, for `sha256sum`."""
    version = published_version(number)
    if version is None or language not in Language.values:
        raise Http404
    content = version.text_en if language == Language.ENGLISH else version.text_ar
    name = f"{version.code.key}-{version.number}-{language}.txt"
    return HttpResponse(
        content.encode(),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Content-Language": language},
    )


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    form = RegisterSearchForm(request.GET)
    page = Paginator(public_register(**form.narrowing()), ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    version = version_in_force()
    context = {
        "form": form,
        "is_narrowed": any(form.narrowing().values()),
        "page_obj": page,
        "totals": totals(version),
        "version": version,
    }
    return render(request, "code_of_conduct/register.html", context)


@require_safe
def register_csv(request: HttpRequest) -> HttpResponse:
    """The public register, narrowed as the page is, for a spreadsheet."""
    entries = public_register(**RegisterSearchForm(request.GET).narrowing())
    name = f"code-of-conduct-register-{timezone.localdate():%Y-%m-%d}.csv"
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    write_public_register(entries, response)
    return response
