"""Logs that say what happened and not to whom."""

from lms.settings.logs import drop_personal_data


def test_what_identifies_a_person_is_dropped() -> None:
    event = {
        "event": "request_finished",
        "request": "POST /ar/accounts/login/?next=/secret",
        "code": 200,
        "ip": "192.0.2.1",
        "user_id": 7,
        "user_agent": "Phone",
    }

    kept = drop_personal_data(None, "", event)

    assert kept == {"event": "request_finished", "request": "POST /ar/accounts/login/", "code": 200}
