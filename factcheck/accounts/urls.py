"""Below /admin/, before the admin's own addresses."""

from django.contrib import admin
from django.urls import path

from factcheck.accounts import passwords, views

staff = admin.site.admin_view

urlpatterns = [
    path("account/", staff(views.account), name="account"),
    path("account/code/", staff(views.code), name="account-code"),
    path("account/second-factor/", staff(views.second_factor), name="account-second-factor"),
    path("account/second-factor/confirm/", staff(views.confirm), name="account-second-factor-confirm"),
    path("account/second-factor/remove/", staff(views.remove), name="account-second-factor-remove"),
    path("account/recovery-codes/", staff(views.recovery_codes), name="account-recovery-codes"),
    path("password_change/", staff(passwords.ChangeView.as_view()), name="account-password"),
    # Asks for itself who is there, since what was typed would be lost on the way to the sign-in page.
    path("account/again/", views.again, name="account-again"),
    path("password_reset/", passwords.AskView.as_view(), name="admin_password_reset"),
    path("password_reset/done/", passwords.AskedView.as_view(), name="password_reset_done"),
    path("reset/<uidb64>/<token>/", passwords.SetView.as_view(), name="password_reset_confirm"),
    path("reset/done/", passwords.DoneView.as_view(), name="password_reset_complete"),
]
