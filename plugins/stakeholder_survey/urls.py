from django.urls import path

from . import views

urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:code>/", views.consent, name="consent"),
    path("<slug:code>/section/<slug:section>/", views.section, name="section"),
    path("<slug:code>/review/", views.review, name="review"),
    path("<slug:code>/discard/", views.discard, name="discard"),
    path("<slug:code>/thanks/", views.thanks, name="thanks"),
    path("<slug:code>/results/", views.results, name="results"),
]
