from collections.abc import Iterator

import pytest

from lms.plugin_api import manager


@pytest.fixture
def no_plugins() -> Iterator[None]:
    """The platform without any plugin, whatever the settings enable."""
    registered = manager.pm.list_name_plugin()
    for name, _plugin in registered:
        manager.unregister(name)
    yield
    for name, plugin in registered:
        manager.register(name, plugin)
