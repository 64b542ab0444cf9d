"""Production settings: refuse what is missing or weak, pass Django's deployment checks, and really serve."""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
from django.conf import settings as test_settings

from lms.register.keyfiles import create_key

ROOT = Path(__file__).resolve().parents[3]
REDIS = ("127.0.0.1", 6379)


def complete_environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "lms.settings.production",
        "SANAD_DATA": str(tmp_path / "data"),
        "SANAD_SECRET_KEY": secrets.token_urlsafe(60),
        "SANAD_BASE_URL": "https://sanad.example.org",
        "SANAD_ALLOWED_HOSTS": "sanad.example.org",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://{}:{}/5".format(*REDIS),
        "S3_BUCKET": "sanad",
        "S3_ENDPOINT_URL": "https://objects.example.org",
        "S3_ACCESS_KEY": "access",
        "S3_SECRET_KEY": "secret",
        "SANAD_FROM_EMAIL": "no-reply@sanad.example.org",
        "SANAD_KEYS_DIR": str(tmp_path / "keys"),
        "SANAD_KEY_PASSPHRASE": secrets.token_urlsafe(30),
        "SANAD_REGISTER_ORIGIN": "sanad.example.org/register",
    }


def manage(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_deployment_checks_find_nothing(tmp_path: Path) -> None:
    result = manage("check", "--deploy", "--fail-level", "WARNING", env=complete_environment(tmp_path))

    assert result.returncode == 0, result.stderr


def test_example_of_the_environment_starts_once_it_is_filled_in(tmp_path: Path) -> None:
    lines = (ROOT / "deploy" / "environment.example").read_text(encoding="utf-8").splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    own = complete_environment(tmp_path)
    filled = {name: value or own.get(name, "") for name, value in example.items()}
    places = {name: own[name] for name in ("SANAD_DATA", "SANAD_KEYS_DIR")}

    result = manage("check", "--deploy", "--fail-level", "WARNING", env=own | filled | places)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("endpoint", "region", "origins"),
    [
        (
            "https://objects.example.org",
            "",
            ["https://objects.example.org", "https://sanad.objects.example.org"],
        ),
        (
            "",
            "eu-south-1",
            ["https://s3.eu-south-1.amazonaws.com", "https://sanad.s3.eu-south-1.amazonaws.com"],
        ),
        ("", "", ["https://s3.amazonaws.com", "https://sanad.s3.amazonaws.com"]),
    ],
)
def test_media_of_the_bucket_may_be_shown(
    endpoint: str, region: str, origins: list[str], tmp_path: Path
) -> None:
    env = complete_environment(tmp_path) | {"S3_ENDPOINT_URL": endpoint, "S3_REGION": region}
    told = (
        "import json; from lms.settings.production import CONTENT_SECURITY_POLICY as p;"
        "print(json.dumps([p['DIRECTIVES'][name] for name in ('img-src', 'media-src')]))"
    )

    result = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )

    for sources in json.loads(result.stdout):
        assert sources[-2:] == origins


@pytest.mark.parametrize("trouble", ["exposed", "development", "locked"])
def test_key_file_that_cannot_be_trusted_stops_the_start(trouble: str, tmp_path: Path) -> None:
    env = complete_environment(tmp_path)
    path = Path(env["SANAD_KEYS_DIR"]) / "log.pem"
    passphrase = "another passphrase altogether" if trouble == "locked" else env["SANAD_KEY_PASSPHRASE"]
    create_key(path, passphrase, is_development=trouble == "development")
    if trouble == "exposed":
        path.chmod(0o644)

    result = manage("check", "--deploy", "--fail-level", "WARNING", env=env)

    assert result.returncode != 0
    assert "log.pem" in result.stderr and env["SANAD_KEY_PASSPHRASE"] not in result.stderr


@pytest.mark.parametrize(
    "name",
    ["SANAD_SECRET_KEY", "SANAD_BASE_URL", "DATABASE_URL", "REDIS_URL", "S3_BUCKET", "SANAD_KEY_PASSPHRASE"],
)
def test_missing_value_stops_the_start_and_is_named(name: str, tmp_path: Path) -> None:
    env = complete_environment(tmp_path)
    del env[name]

    result = manage("check", env=env)

    assert result.returncode != 0
    assert name in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SANAD_SECRET_KEY", "short"),
        ("SANAD_BASE_URL", "http://sanad.example.org"),
        ("DATABASE_URL", "sqlite:///x.sqlite3"),
        ("EMAIL_URL", "imap://mail.example.org"),
    ],
)
def test_weak_value_stops_the_start_and_is_named(name: str, value: str, tmp_path: Path) -> None:
    result = manage("check", env=complete_environment(tmp_path) | {name: value})

    assert result.returncode != 0
    assert name in result.stderr


@pytest.mark.parametrize(
    ("sender", "seen"),
    [("127.0.0.1", "198.51.100.7"), ("203.0.113.9", "203.0.113.9")],
    ids=["proxy", "stranger"],
)
def test_caller_is_the_one_whom_a_trusted_proxy_names(sender: str, seen: str, tmp_path: Path) -> None:
    """Else everybody behind the proxy would share one limit, and a stranger could choose an address."""
    told = (
        "import sys; from django.core.handlers.wsgi import WSGIHandler;"
        "WSGIHandler.__call__ = lambda self, environ, start: environ['REMOTE_ADDR'];"
        "from lms.wsgi import application;"
        "print(application({'REMOTE_ADDR': sys.argv[1], 'HTTP_X_FORWARDED_FOR': '198.51.100.7'}, None))"
    )

    result = subprocess.run(
        [sys.executable, "-c", told, sender],
        cwd=ROOT,
        env=complete_environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout.strip() == seen


def redis_answers() -> bool:
    try:
        socket.create_connection(REDIS, timeout=1).close()
    except OSError:
        return False
    return True


def require_services() -> str:
    """The URL of the suite's PostgreSQL server; skips, or fails where the run demands the services."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("runs with the suite on PostgreSQL")
    if not redis_answers():
        if "redis" in os.environ.get("SANAD_REQUIRE", ""):
            pytest.fail("Redis is required for this run and does not answer.")
        pytest.skip("no Redis answers on this machine")
    return url


@pytest.fixture
def production_database() -> Iterator[str]:
    import psycopg

    url = require_services()
    name = f"sanad_production_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield re.sub(r"/[^/]*$", f"/{name}", url)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.postgres
def test_two_workers_serve_from_postgresql_and_redis(production_database: str, tmp_path: Path) -> None:
    env = complete_environment(tmp_path) | {"DATABASE_URL": production_database, "SANAD_ALLOWED_HOSTS": "*"}
    for command in (["migrate", "-v", "0"], ["collectstatic", "--noinput", "-v", "0"]):
        result = manage(*command, env=env)
        assert result.returncode == 0, result.stderr
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "lms.wsgi:application"),
            *("--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--blocking-threads", "2"),
        ],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        health = fetch(f"http://127.0.0.1:{port}/health", patience=40)
        assert json.loads(health.body) == {"status": "ok", "database": "ok", "cache": "ok"}
        page = fetch(f"http://127.0.0.1:{port}/ar/accounts/login/", headers={"X-Forwarded-Proto": "https"})
        assert page.status == 200 and 'dir="rtl"' in page.body
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
        assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert page.headers["X-Frame-Options"] == "DENY"
        insecure = fetch(f"http://127.0.0.1:{port}/ar/accounts/login/")
        assert insecure.status == 301
    finally:
        server.terminate()
        server.wait(timeout=20)


class Reply:
    def __init__(self, status: int, headers: Message, body: str) -> None:
        self.status, self.headers, self.body = status, headers, body


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def fetch(url: str, *, headers: dict[str, str] | None = None, patience: float = 5) -> Reply:
    opener = urllib.request.build_opener(NoRedirect)
    until = time.monotonic() + patience
    while True:
        try:
            with opener.open(urllib.request.Request(url, headers=headers or {}), timeout=10) as reply:
                return Reply(reply.status, reply.headers, reply.read().decode())
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.headers, error.read().decode())
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


def test_suite_itself_never_uses_production_secrets() -> None:
    assert test_settings.SECRET_KEY.startswith("only-for-tests")
