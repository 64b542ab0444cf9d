"""The floor: a bare Django view, without middleware, that reads a batch and does one upsert, on the same server
program, with the same number of processes and threads, and in the same database as the exam.

    python -m benchmarks.exam.floor      makes its table, before several processes serve it
"""

import json
import os
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

from lms.settings.databases import from_url, sqlite

UPSERT = """
    INSERT INTO bench_floor (id, value, at) VALUES (%s, %s, %s)
    ON CONFLICT (id) DO UPDATE SET value = excluded.value, at = excluded.at
"""
TABLE = (
    "CREATE TABLE IF NOT EXISTS bench_floor (id integer PRIMARY KEY, value text NOT NULL, at text NOT NULL)"
)


def configure() -> None:
    url = os.environ.get("DATABASE_URL", "")
    database = from_url(url) if url else sqlite(Path(os.environ["SANAD_DATA"]) / "sanad.sqlite3")
    settings.configure(
        DATABASES={"default": database},
        SECRET_KEY="floor",
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        MIDDLEWARE=[],
        INSTALLED_APPS=[],
        USE_TZ=True,
    )
    django.setup()


def upsert(request: HttpRequest, number: int) -> JsonResponse:
    batch = json.loads(request.body)
    with connection.cursor() as cursor:
        # With the moment, so that each upsert changes something: SQLite writes nothing for a row that stays the same.
        cursor.execute(UPSERT, [number, json.dumps(batch["ops"]), timezone.now().isoformat()])
    return JsonResponse({"ack_seq": batch["from_seq"]})


urlpatterns = [path("<int:number>/", upsert)]

if not settings.configured:
    configure()
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()

if __name__ == "__main__":
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    print("made")
