from django.urls import path

from . import views, views_appeals, views_board, views_breaks, views_paper, views_practice, views_sync

app_name = "assessments"
urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:exam_id>/", views.exam, name="exam"),
    path("<uuid:exam_id>/start/", views.start, name="start"),
    path("practice/<uuid:bank_id>/", views_practice.practice, name="practice"),
    path("practice/<uuid:bank_id>/<int:number>/", views_practice.question, name="practice_question"),
    path("practice/<uuid:bank_id>/again/", views_practice.again, name="practice_again"),
    path("board/", views_board.index, name="boards"),
    path("board/<uuid:exam_id>/", views_board.exam, name="board"),
    path("board/<uuid:exam_id>/rows/", views_board.rows, name="board_rows"),
    path("board/attempts/<uuid:attempt_id>/", views_board.attempt, name="board_attempt"),
    path("board/attempts/<uuid:attempt_id>/verdict/", views_board.decide, name="board_verdict"),
    path("board/attempts/<uuid:attempt_id>/<slug:key>/", views_board.intervene, name="intervene"),
    path("attempts/<uuid:attempt_id>/", views.resume, name="attempt"),
    path("attempts/<uuid:attempt_id>/break/", views_breaks.pause, name="break"),
    path("attempts/<uuid:attempt_id>/clock/", views.clock, name="clock"),
    path("attempts/<uuid:attempt_id>/paper/", views_paper.paper, name="paper"),
    path("attempts/<uuid:attempt_id>/questions/<int:position>/", views.question, name="question"),
    path("attempts/<uuid:attempt_id>/review/", views.review, name="review"),
    path("attempts/<uuid:attempt_id>/ops/", views_sync.ops, name="ops"),
    path("attempts/<uuid:attempt_id>/state/", views_sync.state, name="state"),
    path("attempts/<uuid:attempt_id>/emergency/", views_sync.emergency, name="emergency"),
    path("attempts/<uuid:attempt_id>/lease/", views_sync.lease, name="lease"),
    path("attempts/<uuid:attempt_id>/submit/", views_sync.submit, name="submit"),
    path("attempts/<uuid:attempt_id>/result/", views.result, name="result"),
    path("attempts/<uuid:attempt_id>/appeal/", views_appeals.appeal, name="appeal"),
]
