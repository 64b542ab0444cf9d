from django.urls import path

from . import views, views_files, views_requests, views_sharing

app_name = "certificates"
urlpatterns = [
    path("", views.my_certificates, name="mine"),
    path("claim/<uuid:enrolment_id>/<str:type_code>/", views.claim, name="claim"),
    path("photo/", views_requests.photo, name="photo"),
    path("photo/delete/", views_requests.photo_delete, name="photo_delete"),
    path("photo/photo.jpg", views_requests.photo_file, name="photo_file"),
    path("shared/<str:token>/", views_sharing.shared, name="shared"),
    path("shared/<str:token>/certificate.png", views_sharing.shared_picture, name="shared_picture"),
    path("<str:number>/", views.certificate_detail, name="detail"),
    path("<str:number>/phone/", views.wallet, name="wallet"),
    path("<str:number>/renew/", views.renew, name="renew"),
    path("<str:number>/correct-name/", views_requests.correct_name, name="correct_name"),
    path("<str:number>/share/", views_sharing.share, name="share"),
    path("<str:number>/share/<uuid:link>/off/", views_sharing.unshare, name="unshare"),
    path("<str:number>/certificate.pdf", views_files.certificate_file, name="file"),
    path("<str:number>/badge.pdf", views_files.badge_file, name="badge"),
    path("<str:number>/certificate.png", views_files.phone_file, name="phone_file"),
    path("<str:number>/open-badge.json", views_files.open_badge_file, name="open_badge"),
]
