"""What each role may do, as plain permission names, so that no app has to be imported from above.

`services.sync_roles` gives them to the Wagtail groups after every migration and never takes one away: a site
that wants a role narrower makes a group of its own.
"""

from .enums import Role

_ENTER_ADMIN = ("wagtailadmin.access_admin",)

_VIEW_ALL = (
    "people.view_user",
    "people.view_region",
    "people.view_municipality",
    "people.view_organisation",
    "cascade.view_programme",
    "cascade.view_tier",
    "cascade.view_cohort",
    "cascade.view_enrolment",
    "cascade.view_trainingsession",
    "cascade.view_qualification",
    "cascade.view_dashboard",
    "courses.view_course",
    "assessments.view_exam",
    "assessments.view_attempt",
    "assessments.view_every_attempt",
    "assessments.view_moderation",
    "assessments.view_regrade",
    "assessments.view_appeal",
    "certificates.view_certificatetype",
    "certificates.view_certificate",
    "certificates.view_issuingkey",
    "register.view_entry",
    "register.view_checkpoint",
)

_WRITE_QUESTIONS = (
    "assessments.view_questionbank",
    "assessments.view_questionarea",
    "assessments.view_question",
    "assessments.add_question",
    "assessments.change_question",
    "assessments.view_questionversion",
    "assessments.change_questionversion",
    "assessments.delete_questionversion",
    "assessments.view_scenario",
    "assessments.add_scenario",
    "assessments.change_scenario",
    "assessments.view_blueprint",
)

ROLE_PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.PROGRAMME_LEAD: (
        *_ENTER_ADMIN,
        *_VIEW_ALL,
        "people.add_user",
        "people.change_user",
        "people.erase_person",
        "people.view_privacy",
        "people.add_region",
        "people.change_region",
        "people.add_municipality",
        "people.change_municipality",
        "people.add_organisation",
        "people.change_organisation",
        "cascade.add_programme",
        "cascade.change_programme",
        "cascade.add_tier",
        "cascade.change_tier",
        "cascade.add_cohort",
        "cascade.change_cohort",
        "cascade.add_enrolment",
        "cascade.change_enrolment",
        "cascade.add_trainingsession",
        "cascade.change_trainingsession",
        "cascade.import_trainees",
        "courses.add_course",
        "courses.change_course",
        "wagtail_localize.submit_translation",
        *_WRITE_QUESTIONS,
        "assessments.add_questionbank",
        "assessments.change_questionbank",
        "assessments.add_questionarea",
        "assessments.change_questionarea",
        "assessments.add_blueprint",
        "assessments.change_blueprint",
        "assessments.delete_blueprint",
        "assessments.publish_questionversion",
        "assessments.import_questions",
        "assessments.export_questions",
        "assessments.add_exam",
        "assessments.change_exam",
        "assessments.release_results",
        "assessments.grant_accommodation",
        "assessments.invigilate_attempt",
        "assessments.judge_late_answers",
        "assessments.print_paper",
        "assessments.key_paper",
        "assessments.settle_paper",
        "assessments.mark_open_answer",
        "assessments.moderate_result",
        "assessments.regrade_exam",
        "assessments.decide_appeal",
        "certificates.add_certificatetype",
        "certificates.change_certificatetype",
        "certificates.issue_certificate",
        "certificates.revoke_certificate",
        "certificates.approve_massrevocation",
        "certificates.override_gate",
    ),
    Role.MASTER_TRAINER: (
        *_ENTER_ADMIN,
        "cascade.view_cohort",
        "cascade.view_enrolment",
        "cascade.add_trainingsession",
        "cascade.change_trainingsession",
        "cascade.view_trainingsession",
        "courses.view_course",
        "wagtail_localize.submit_translation",
        *_WRITE_QUESTIONS,
        "assessments.view_exam",
        "assessments.view_attempt",
        "assessments.invigilate_attempt",
        "assessments.print_paper",
        "assessments.key_paper",
        "assessments.mark_open_answer",
    ),
    Role.REVIEWER: (
        *_ENTER_ADMIN,
        "courses.view_course",
    ),
    Role.AUDITOR: (*_ENTER_ADMIN, *_VIEW_ALL, "people.view_privacy"),
}

_CHOOSE_MEDIA = ("wagtailimages.choose_image", "wagtaildocs.choose_document")
_WRITE_MEDIA = (
    *_CHOOSE_MEDIA,
    "wagtailimages.add_image",
    "wagtailimages.change_image",
    "wagtaildocs.add_document",
    "wagtaildocs.change_document",
)

#: Images and documents: Wagtail keeps these by collection, so they are given on the root collection.
ROLE_MEDIA_PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.PROGRAMME_LEAD: _WRITE_MEDIA,
    Role.MASTER_TRAINER: _WRITE_MEDIA,
    Role.REVIEWER: _CHOOSE_MEDIA,
}
