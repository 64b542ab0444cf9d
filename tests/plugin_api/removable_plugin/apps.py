from lms.plugin_api import LmsPlugin


class RemovablePluginConfig(LmsPlugin):
    name = "tests.plugin_api.removable_plugin"
    verbose_name = "Removable"
    hook_api = 1
