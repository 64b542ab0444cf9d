"""The invitation link. It lies under /people/ for the reader and here for the code, since it begins
trainings.
"""

from django.urls import path

from .views import accept_invitation

app_name = "invitation"
urlpatterns = [path("<str:token>/", accept_invitation, name="accept")]
