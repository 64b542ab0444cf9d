"""How many SQL statements each kind of request asks, counted inside the application, on the same database.

python -m benchmarks.exam.counting < WORLD.json      writes JSON to standard output
"""

import json
import os
import sys
from typing import Any


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.dev")
    import django

    django.setup()
    world = json.load(sys.stdin)
    counted = count_requests(world, world["desk"])
    print(json.dumps(counted))


def count_requests(world: dict[str, Any], room: dict[str, Any]) -> dict[str, Any]:
    """Statements of each request of the room's first person, and of the whole sitting with a save an answer."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.server import ServerClient

    from .candidate import Candidate, lease_in
    from .line import Line

    client = ServerClient(headers={"host": "127.0.0.1", "x-csrftoken": world["csrf"]})
    client.cookies["sessionid"], client.cookies["csrftoken"] = room["sessions"][0], world["csrf"]
    person = Candidate(Line("", 0), room["sessions"][0], world["csrf"], room["exam"], room["questions"])
    told: dict[str, int] = {}

    def ask(name: str, path: str, body: bytes | dict[str, str] | None = None) -> Any:
        kind = {"content_type": "application/json"} if isinstance(body, bytes) else {}
        with CaptureQueriesContext(connection) as queries:
            reply = client.get(path) if body is None else client.post(path, body, **kind)
        if reply.status_code not in (200, 302):
            raise SystemExit(f"{name}: {reply.status_code} {reply.content[:300]!r}")
        told[name] = told.get(name, 0) + len(queries) if name == "save" else len(queries)
        return reply

    # The first request of a process also reads what it keeps; only those after it are typical.
    client.get(f"/ar/exams/{person.exam}/")
    ask("open", f"/ar/exams/{person.exam}/")
    reply = ask("start", f"/ar/exams/{person.exam}/start/", {"client": "1"})
    person.attempt = reply["location"].rstrip("/").split("/")[-2]
    person.begin(lease_in(ask("paper", f"{person.base}/paper/").content))
    ask("first batch", f"{person.base}/ops/", person.next_batch(1))
    ask("batch", f"{person.base}/ops/", person.next_batch(1))
    ask("repeat", f"{person.base}/ops/", person.last_batch)
    ask("state", f"{person.base}/state/")
    for _question in range(person.questions - 2):
        ask("save", f"{person.base}/ops/", person.next_batch(1))
    ask("submit", f"{person.base}/submit/", person.claim())
    ask("result", f"{person.base}/result/")
    parts = ("open", "start", "paper", "first batch", "batch", "save", "submit", "result")
    return {**told, "sitting": sum(told[part] for part in parts)}


if __name__ == "__main__":
    main()
