from django.http import HttpRequest

from .navigation import Frame


def site_frame(request: HttpRequest) -> dict[str, Frame]:
    """The menus of the page; nothing is read until a template asks."""
    return {"frame": Frame(request)}
