"""A server that dies on request: `python dying_server.py` prints its port and serves until it is killed.

A parent forks a worker and another one when it is gone, as production servers do. The header X-Die tells the
worker when to take SIGKILL: `before-commit` with the answers written and nothing committed, `after-commit` with
everything committed and nothing replied.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_with_answers_written(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    result = execute(sql, *rest)
    if "INSERT INTO" in sql and ("assessments_answer" in sql or "assessments_operation" in sql):
        die()
    return result


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    from django.db import connection

    from lms.wsgi import application as django_application

    when = environ.get("HTTP_X_DIE")
    if when == "before-commit":
        with connection.execute_wrapper(die_with_answers_written):
            return django_application(environ, start_response)
    response = django_application(environ, start_response)
    if when == "after-commit":
        die()
    return response


def main() -> None:
    django.setup()
    server = WSGIServer(("127.0.0.1", 0), QuietHandler)
    server.set_app(application)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    while True:
        worker = os.fork()
        if not worker:
            server.serve_forever()
        _pid, status = os.waitpid(worker, 0)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            sys.exit("the worker ended by itself")
        sys.stdout.write("killed\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
