from django.urls import path

from .views import reading, records, signing

urlpatterns = [
    path("", reading.text, name="text"),
    path("versions/<str:number>/", reading.text, name="version"),
    path("versions/<str:number>/<str:language>.txt", reading.text_file, name="text_file"),
    path("sign/", signing.sign, name="sign"),
    path("sign/body/", signing.sign_for_body, name="sign_body"),
    path("receipts/<uuid:public_id>/", records.receipt, name="receipt"),
    path("receipts/<uuid:public_id>/evidence.json", records.evidence, name="evidence"),
    path("receipts/<uuid:public_id>/withdraw/", records.withdraw, name="withdraw"),
    path("register/", reading.register, name="register"),
    path("register.csv", reading.register_csv, name="register_csv"),
]
