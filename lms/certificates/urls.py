from django.urls import path

from . import views

app_name = "certificates"
urlpatterns = [
    path("", views.my_certificates, name="mine"),
    path("claim/<uuid:enrolment_id>/<str:type_code>/", views.claim, name="claim"),
    path("<str:number>/", views.certificate_detail, name="detail"),
    path("<str:number>/certificate.pdf", views.certificate_file, name="file"),
]
