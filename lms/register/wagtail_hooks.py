from wagtail import hooks

from .viewsets import RegisterGroup


@hooks.register("register_admin_viewset")
def register_register() -> RegisterGroup:
    return RegisterGroup()
