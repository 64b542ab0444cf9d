from django.urls import path, register_converter

from . import converters, views, views_dashboard

register_converter(converters.DayConverter, "day")

app_name = "cascade"
urlpatterns = [
    path("", views.my_cohorts, name="my_cohorts"),
    path("cohorts/<uuid:public_id>/", views.cohort_detail, name="cohort"),
    path("cohorts/<uuid:public_id>/invitations/", views.cohort_invitations, name="cohort_invitations"),
    path(
        "cohorts/<uuid:public_id>/invitations/send/", views.send_cohort_invitations, name="send_invitations"
    ),
    path(
        "cohorts/<uuid:public_id>/invitations.csv",
        views_dashboard.invitations_csv,
        name="cohort_invitations_csv",
    ),
    path("cohorts/<uuid:public_id>/sessions/add/", views.session_add, name="session_add"),
    path("sessions/<uuid:public_id>/<day:day>/", views.attendance, name="attendance"),
    path("trainers/<uuid:public_id>/", views.trainer_detail, name="trainer"),
    path("dashboard/", views_dashboard.dashboard, name="dashboard"),
    path("reports/", views_dashboard.reports, name="reports"),
    path("reports/<slug:key>.csv", views_dashboard.report_csv, name="report_csv"),
    path("reports/plugins/<str:key>/", views_dashboard.plugin_export, name="plugin_export"),
]
