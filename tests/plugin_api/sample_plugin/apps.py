from lms.plugin_api import LmsPlugin


class SamplePluginConfig(LmsPlugin):
    name = "tests.plugin_api.sample_plugin"
    verbose_name = "Sample"
    hook_api = 1
    urls = "urls"
