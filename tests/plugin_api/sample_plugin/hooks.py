from lms.plugin_api import CertificateGate, DashboardCard, GateResult, NavigationItem, hookimpl


def has_phone(learner, certificate_type):
    if learner.phone:
        return GateResult(True)
    return GateResult(False, "Give a phone number first.", "/profile/")


@hookimpl
def certificate_gates():
    return [CertificateGate("sample_plugin.has_phone", "Has a phone number", has_phone)]


@hookimpl
def dashboard_cards(request):
    yield DashboardCard("sample_plugin.hello", 50, "Hello", "sample_plugin/card.html", {"who": "observer"})


@hookimpl
def navigation_items(request):
    return [NavigationItem("sample_plugin.hello", 50, "Hello", "/en/sample-plugin/hello/")]
