from django.utils.translation import gettext_lazy as _

from lms.plugin_api import LmsPlugin


class CodeOfConductConfig(LmsPlugin):
    name = "plugins.code_of_conduct"
    verbose_name = _("Code of conduct")
    hook_api = 1
    urls = "urls"
