"""The addresses of the desk below /admin/."""

from django.urls import URLPattern, path

from . import appeals, markers, moderation, regrades, results

URLS: list[URLPattern] = [
    path("marking/", markers.queues, name="assessments_marking"),
    path("marking/<uuid:exam_id>/next/", markers.take, name="assessments_marking_take"),
    path("marking/answers/<uuid:marking_id>/", markers.answer, name="assessments_marking_answer"),
    path("moderations/cases/<uuid:case_id>/", moderation.case, name="assessments_case"),
    path("appeals/one/<uuid:appeal_id>/", appeals.appeal, name="assessments_appeal"),
    path("exams/<uuid:exam_id>/results/", results.results, name="assessments_results"),
    path("exams/<uuid:exam_id>/release/", results.release, name="assessments_release"),
    path("exams/<uuid:exam_id>/regrade/", regrades.regrade, name="assessments_regrade"),
    path("regrades/<uuid:regrade_id>/", regrades.record, name="assessments_regrade_record"),
]
