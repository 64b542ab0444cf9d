from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def at_most_queries() -> Callable[[int], object]:
    """`with at_most_queries(3): ...`, not counting the savepoints in which plugins are run, nor the pages in the
    menu round every page."""

    @contextmanager
    def limit(most: int) -> Iterator[None]:
        with CaptureQueriesContext(connection) as captured:
            yield
        statements = [
            query["sql"]
            for query in captured.captured_queries
            if "SAVEPOINT" not in query["sql"] and "wagtailcore_" not in query["sql"]
        ]
        assert len(statements) <= most, "\n".join(statements)

    return limit
