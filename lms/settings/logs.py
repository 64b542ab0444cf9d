"""Structured logs without personal data."""

import re
from typing import Any

import structlog

REQUEST_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
]


# Whoever holds one of these addresses holds the account.
_SECRET_PATH = re.compile(r"(/invitation/|/password/reset/key/)[^/\s'\"]+")


def drop_personal_data(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Addresses, accounts, agents and query strings identify people and are not needed to run the service.

    Without the account nobody can lay the log beside the times of anonymous answers either.
    """
    for key in ("ip", "user_id", "user_agent", "user_email"):
        event.pop(key, None)
    if isinstance(event.get("request"), str):
        event["request"] = event["request"].split("?", 1)[0]
    for key in ("event", "request"):
        if isinstance(event.get(key), str):
            event[key] = _SECRET_PATH.sub(r"\1…", event[key])
    return event


def logging_config(level: str, *, json: bool) -> dict[str, Any]:
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if json else structlog.dev.ConsoleRenderer()
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    drop_personal_data,
                    structlog.processors.format_exc_info,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
                "foreign_pre_chain": REQUEST_PROCESSORS,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
    }


def configure_structlog() -> None:
    structlog.configure(
        processors=[*REQUEST_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
