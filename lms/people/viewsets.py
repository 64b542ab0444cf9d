"""Wagtail's user screens for our user model, and the screens of regions, municipalities and organisations."""

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.users.views.users import CreateView, EditView, IndexView, UserColumn, UserFilterSet
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from lms.common.columns import LtrColumn
from lms.common.digits import western_digits
from lms.common.spreadsheets import SafeSpreadsheetMixin

from .forms import PersonCreationForm, PersonEditForm
from .models import Municipality, Organisation, Region, User
from .permissions import PeoplePermissionPolicy, may_make_sign_in_link
from .phones import parse_phone


class PersonFilterSet(UserFilterSet):
    erasure_asked = django_filters.BooleanFilter(
        field_name="erasure_requested_at", lookup_expr="isnull", exclude=True, label=_("Asked for erasure")
    )

    class Meta(UserFilterSet.Meta):
        fields = ["municipality", "sex"]


SHORTEST_NUMBER = 4


def search_people(people: QuerySet[User], text: str) -> QuerySet[User]:
    """People by name in either script however it is spelt, by e-mail, or by phone in any digits."""
    found = Q(pk__in=User.objects.search_name(text).values("pk")) | Q(email__icontains=text.strip())
    digits = "".join(character for character in western_digits(text) if character.isdigit())
    if len(digits) >= SHORTEST_NUMBER:
        number = parse_phone(text)
        found |= Q(phone__contains=str(number.national_number) if number else digits)
    return people.filter(found)


class PersonIndexView(SafeSpreadsheetMixin, IndexView):
    page_title = _("People")
    add_item_label = _("Add a person")
    is_searchable = True
    search_fields = ["search_name"]
    list_export = ["name_ar", "name_en", "email", "phone", "sex", "municipality", "is_active", "date_joined"]
    export_filename = "people"

    @cached_property
    def columns(self) -> list[Column]:
        name = next(column for column in super().columns if isinstance(column, UserColumn))
        return [
            super().columns[0],
            name,
            LtrColumn("email", label=_("E-mail"), sort_key="email"),
            LtrColumn("phone", label=_("Phone"), sort_key="phone"),
            Column("municipality", label=_("Municipality"), accessor="municipality.name"),
            BooleanColumn("is_active", label=_("Active"), sort_key="is_active"),
            DateColumn("last_login", label=_("Last sign-in"), sort_key="last_login"),
        ]

    def get_base_queryset(self) -> QuerySet[User]:
        return super().get_base_queryset().select_related("municipality")

    def search_queryset(self, queryset: QuerySet[User]) -> QuerySet[User]:
        return search_people(queryset, self.search_query) if self.is_searching else queryset

    def order_queryset(self, queryset: QuerySet[User]) -> QuerySet[User]:
        return generic.IndexView.order_queryset(self, queryset)


class PersonCreateView(CreateView):
    page_title = _("Add a person")
    success_message = _("“%(object)s” has been added.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.request.user}


class PersonEditView(EditView):
    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        buttons = list(super().header_buttons)
        if may_make_sign_in_link(self.request.user, self.object):
            address = reverse("people_sign_in_link", args=[self.object.public_id])
            buttons.append(HeaderButton(_("Sign-in link"), url=address, icon_name="key"))
        return buttons

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.user_has_permission_for_instance("change", self.object):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.request.user}


class UserViewSet(WagtailUserViewSet):
    menu_label = _("People")
    ordering = "name_ar"
    template_prefix = "people/user_"
    filterset_class = PersonFilterSet
    copy_view_enabled = False
    index_view_class = PersonIndexView
    add_view_class = PersonCreateView
    edit_view_class = PersonEditView

    @property
    def permission_policy(self) -> PeoplePermissionPolicy:
        return PeoplePermissionPolicy(self.model)

    def get_form_class(self, for_update: bool = False) -> type:
        return PersonEditForm if for_update else PersonCreationForm


class SafeIndexView(SafeSpreadsheetMixin, generic.IndexView):
    """A list whose spreadsheets run no formulas."""


class MunicipalityFilterSet(WagtailFilterSet):
    class Meta:
        model = Municipality
        fields = ["region"]


class OrganisationFilterSet(WagtailFilterSet):
    class Meta:
        model = Organisation
        fields = ["sector", "municipality"]


class RegionViewSet(ModelViewSet):
    model = Region
    icon = "globe"
    index_view_class = SafeIndexView
    form_fields = ["code", "name_ar", "name_en", "order"]
    list_display = ["__str__", "name_ar", "name_en", "code"]
    list_export = ["code", "name_ar", "name_en", "order"]
    search_fields = ["name_ar", "name_en", "code"]
    copy_view_enabled = False


class MunicipalityViewSet(ModelViewSet):
    model = Municipality
    icon = "site"
    index_view_class = SafeIndexView
    form_fields = ["code", "name_ar", "name_en", "region"]
    list_display = ["__str__", "name_ar", "name_en", "region", "code"]
    list_export = ["code", "name_ar", "name_en", "region"]
    filterset_class = MunicipalityFilterSet
    search_fields = ["name_ar", "name_en", "code"]
    copy_view_enabled = False


class OrganisationViewSet(ModelViewSet):
    model = Organisation
    icon = "group"
    index_view_class = SafeIndexView
    form_fields = ["name_ar", "name_en", "sector", "municipality"]
    list_display = ["__str__", "name_ar", "name_en", "sector", "municipality"]
    list_export = ["name_ar", "name_en", "sector", "municipality"]
    filterset_class = OrganisationFilterSet
    search_fields = ["name_ar", "name_en"]
    copy_view_enabled = False
