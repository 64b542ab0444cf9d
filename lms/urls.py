"""Every address of the site. Pages live under /ar/ and /en/; what is printed or polled does not."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from lms.assessments.views_paper import worker
from lms.certificates.views import wallet_worker
from lms.home import urls_root
from lms.plugin_api.host import plugin_urlpatterns

urlpatterns = [
    path("", include(urls_root)),
    path("", include("lms.certificates.urls_verify")),
    path("register/", include("lms.certificates.urls_register")),
    path("", include("lms.certificates.urls_badges")),
    path("exam-worker.js", worker, name="exam-worker"),
    path("wallet-worker.js", wallet_worker, name="wallet-worker"),
    path("admin/login/", RedirectView.as_view(pattern_name=settings.LOGIN_URL, query_string=True)),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("i18n/", include("django.conf.urls.i18n")),
]
if settings.STORAGES["default"]["BACKEND"].endswith("FileSystemStorage"):
    # The sizes of pictures that pages show; originals and documents are not here. Elsewhere a store sends them.
    pictures = settings.MEDIA_ROOT / "images"
    urlpatterns += [path("media/images/<path:path>", serve, {"document_root": pictures})]

urlpatterns += i18n_patterns(
    path("accounts/", include("allauth.urls")),
    path("people/invitation/", include("lms.cascade.urls_invitation")),
    path("people/", include("lms.people.urls")),
    path("learn/", include("lms.courses.urls")),
    path("cascade/", include("lms.cascade.urls")),
    path("exams/", include("lms.assessments.urls")),
    path("certificates/", include("lms.certificates.urls")),
    path("", include("lms.home.urls")),
    *plugin_urlpatterns(),
    path("", include(wagtail_urls)),
)
