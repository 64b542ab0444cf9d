"""The application that the server runs."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.dev")

django_application = get_wsgi_application()

from lms.assessments.lane import Lane  # noqa: E402 - there are no models before

application = Lane(django_application)
if settings.TRUSTED_PROXIES:
    # Behind a proxy everybody would be one caller, and share one limit.
    application = wrap_wsgi_with_proxy_headers(application, settings.TRUSTED_PROXIES)
