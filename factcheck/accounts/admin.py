"""Accounts, groups and sign-ins in the admin: superusers only. Accounts are made inactive, never deleted."""

from typing import Any

from axes.models import AccessAttempt, AccessLog
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UsernameField
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from claims.admin.base import DeskAdmin
from factcheck.accounts import factor, views
from sources.admin import ReadOnlyMixin


class SuperusersOnly(DeskAdmin):
    """Nobody else sees that these pages are there, whatever permissions a group was given."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(ReadOnlyMixin, SuperusersOnly):
    """What the program writes and superusers read."""


def _is_superuser(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_superuser


class NewAccountForm(AdminUserCreationForm):
    """An account without a password is given its first one by manage.py password_link."""

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "groups"]
        field_classes = {"username": UsernameField}
        widgets = {"groups": forms.CheckboxSelectMultiple}


class AccountAdmin(SuperusersOnly, UserAdmin):
    """The stock pages with the groups as roles; permissions come from groups alone."""

    change_form_template = "admin/auth/user/account_change_form.html"
    add_form = NewAccountForm
    add_fieldsets = (
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["username", "first_name", "last_name", "email", "groups", "usable_password"],
            },
        ),
        ("Password", {"classes": ["wide"], "fields": ["password1", "password2"]}),
    )
    fieldsets = (
        (None, {"fields": ["username", "password", "second_factor"]}),
        ("Person", {"fields": ["first_name", "last_name", "email"]}),
        ("What this account may do", {"fields": ["is_active", "is_staff", "groups", "is_superuser"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    )
    readonly_fields = ["second_factor", "last_login", "date_joined"]
    filter_horizontal = ()
    list_display = ["username", "name", "roles", "is_active", "is_superuser", "last_login", "second_factor"]
    list_filter = ["is_active", "is_superuser", "groups"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request).annotate(has_factor=factor.set_up())
        return rows.prefetch_related("groups")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            # An account made here is for the desk: it may sign in.
            obj.is_staff = True
        super().save_model(request, obj, form, change)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Nobody shuts the door behind themselves: one's own account stays active, staff and superuser."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None and obj.pk == request.user.pk:
            for name in ("is_active", "is_staff", "is_superuser"):
                form.base_fields[name].disabled = True
                form.base_fields[name].help_text = "Another superuser changes this for your own account."
        return form

    @admin.display(description="name")
    def name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description="groups")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())

    @admin.display(description="second factor", boolean=True)
    def second_factor(self, user: Any) -> bool:
        return bool(user.has_factor) if hasattr(user, "has_factor") else False

    def get_urls(self) -> list[URLPattern]:
        remove = self.admin_site.admin_view(self.remove_second_factor)
        return [
            path("<int:number>/second-factor/", remove, name="auth_user_second_factor"),
            *super().get_urls(),
        ]

    def remove_second_factor(self, request: HttpRequest, number: int) -> HttpResponse:
        """For a colleague who lost the phone: the password alone signs them in until they set up another device."""
        if not _is_superuser(request):
            raise PermissionDenied
        user = get_object_or_404(User, pk=number)
        if user.pk == request.user.pk:
            return redirect("account")
        if request.method == "POST":
            if factor.remove(user):
                views.note(request, user, "Removed the second factor for a colleague.")
                messages.success(
                    request, f"The second factor of {user} is removed: the password alone signs them in now."
                )
            else:
                messages.info(request, f"{user} has no second factor: nothing was changed.")
            return redirect("admin:auth_user_change", user.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Remove the second factor of {user}",
            "opts": self.opts,
            "original": user,
            "device": factor.device_of(user),
        }
        return TemplateResponse(request, "accounts/remove_for_colleague.html", context)


class RoleAdmin(ReadOnly):
    """The groups are the program's roles: their permissions change with the program, not here."""

    list_display = ["name", "members"]
    fields = ["name", "members", "may"]
    readonly_fields = ["name", "members", "may"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).prefetch_related("user_set")

    @admin.display(description="members")
    def members(self, group: Group) -> str:
        return ", ".join(user.get_username() for user in group.user_set.all())

    @admin.display(description="may")
    def may(self, group: Group) -> str:
        return "\n".join(sorted(group.permissions.values_list("name", flat=True)))


class SignInAdmin(ReadOnly):
    """Who signed in, when and from where."""

    list_display = ["attempt_time", "username", "ip_address", "user_agent"]
    fields = ["attempt_time", "username", "ip_address", "user_agent"]
    search_fields = ["username", "ip_address"]
    list_filter = ["attempt_time"]


class FailedSignInAdmin(ReadOnly):
    """Names and addresses from which wrong passwords came, while they count."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start", "user_agent"]
    fields = ["attempt_time", "username", "ip_address", "failures_since_start", "user_agent"]
    search_fields = ["username", "ip_address"]


# Their own pages show other people's keys and codes.
admin.site.unregister([TOTPDevice, StaticDevice, User, Group])
admin.site.register(User, AccountAdmin)
admin.site.register(Group, RoleAdmin)
admin.site.register(AccessLog, SignInAdmin)
admin.site.register(AccessAttempt, FailedSignInAdmin)
