"""Lost updates: nobody saves over what a colleague saved meanwhile.

A form carries, signed, the values that it showed, rows of its parts included. A save compares them with what is stored,
in a transaction that holds the rows: where anything differs nothing is saved, and the form is shown again with all that
was typed and a list of what changed, field by field. Saving that form is deliberate.
"""

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, router, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format

from claims.admin.meanwhile import Comparison, Difference, everything_typed
from claims.admin.refusals import sentence_of
from claims.admin.shown import Part, State, state_of
from claims.models import Contribution

FIELD = "_shown"
_SALT = "claims.admin.concurrent"
# What one request knows, kept on it.
_HELD, _STATE = "desk_held", "desk_state"


@dataclass
class Held:
    """A save that was not made: why, and what the editor has to know before the next."""

    title: str
    sentences: list[str]
    differences: list[Difference] = field(default_factory=list)
    by: str = ""
    now: State | None = None


class ConcurrentMixin(admin.ModelAdmin):
    """A ModelAdmin whose editors never overwrite each other."""

    # Columns that change without an editor.
    unwatched: tuple[str, ...] = ("last_login",)

    def record_subject(self, obj: Any) -> str | None:
        """What the contributions to this row are noted under; None where the log of the admin alone knows."""
        return None

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        view = super().changeform_view
        if request.method != "POST":
            return view(request, object_id, form_url, extra_context)
        try:
            with transaction.atomic(using=router.db_for_write(self.model)):
                if object_id is not None:
                    gone = self._compare(request, object_id)
                    if gone is not None:
                        return gone
                answer = view(request, object_id, form_url, extra_context)
                if _held(request):
                    transaction.set_rollback(True)
        except IntegrityError as error:
            # Somebody else's row came first, or a trigger of the database knows better.
            said = sentence_of(error, self.model, *(inline.model for inline in self.inlines))
            setattr(request, _HELD, Held("Nothing was saved.", [said]))
            with transaction.atomic(using=router.db_for_write(self.model)):
                answer = view(request, object_id, form_url, extra_context)
                transaction.set_rollback(True)
        if _held(request):
            answer.status_code = 409
        return answer

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """A form that is only shown again is never valid, however well it is filled in."""
        form = super().get_form(request, obj, change=change, **options)
        if _held(request) is None:
            return form

        class Shown(form):  # type: ignore[valid-type,misc]
            def is_valid(self) -> bool:
                super().is_valid()
                return False

        return Shown

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        obj, held = options.get("obj"), _held(request)
        context["held"] = held
        if obj is not None and obj.pk is not None and self.has_change_permission(request, obj):
            state = held.now if held and held.now else getattr(request, _STATE, None)
            context["shown_field"] = FIELD
            context["shown"] = self._sign(
                request, str(obj.pk), state or self._state_shown(request, obj, context)
            )
        return super().render_change_form(request, context, *args, **options)

    def _compare(self, request: HttpRequest, object_id: str) -> HttpResponse | None:
        """Let the save go on where nobody was there meanwhile; else leave what the editor has to be told.

        Returns the answer where the row itself is gone.
        """
        self._lock(unquote(object_id))
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._gone(request, unquote(object_id)) if self.has_change_permission(request) else None
        if not self.has_change_permission(request, obj):
            return None
        now, form, parts = self._state(request, obj)
        shown, since = self._read(request, str(obj.pk))
        if shown == now:
            setattr(request, _STATE, now)
            return None
        found = Comparison(post=request.POST, shown=shown, now=now, form=form, parts=parts)
        if shown is not None and not found.differences:
            # Both did the same; what the form sends is on top of it.
            setattr(request, _STATE, now)
            _send_instead(request, found.post)
            return None
        if shown is None:
            title = "Nothing was saved: the form did not say what it showed when you opened it."
            sentences = [
                "So nobody can tell whether a colleague changed the record meanwhile.",
                "All that you typed is in the form below. Compare it with what is stored, then save again.",
            ]
            by = ""
        else:
            by = self._since(request, obj, since)
            title = "Nothing is saved yet: this record was changed while you were writing."
            sentences = [
                "All that you typed is in the form below; fields that you did not touch show what is stored now.",
                "Read what changed, mend your text where it has to fit, then save again.",
            ]
        setattr(request, _HELD, Held(title, sentences, found.differences, by, now))
        _send_instead(request, found.post)
        return None

    def _lock(self, key: str) -> None:
        rows = self.model._base_manager.select_for_update(no_key=True)
        try:
            list(rows.filter(pk=self.model._meta.pk.to_python(key)).values_list("pk"))
        except (ValidationError, ValueError):
            return

    def _state_shown(self, request: HttpRequest, obj: Any, context: dict[str, Any]) -> State:
        """What is on the page: from the very forms that it shows, since the database may have moved on."""
        parts = [
            Part(one.formset, str(one.opts.verbose_name), self._readonly(one.opts, request, obj))
            for one in context["inline_admin_formsets"]
            if one.has_change_permission
        ]
        return state_of(context["adminform"].form, self._readonly(self, request, obj), parts)

    def _state(self, request: HttpRequest, obj: Any) -> tuple[State, Any, list[Part]]:
        """What a form on this row shows now, with the unbound forms that say so; holds the rows of its parts."""
        fields = flatten_fieldsets(self.get_fieldsets(request, obj))
        form = self.get_form(request, obj, change=True, fields=fields)(instance=obj)
        parts = self._parts(request, obj)
        return state_of(form, self._readonly(self, request, obj), parts), form, parts

    def _readonly(self, of: Any, request: HttpRequest, obj: Any) -> list[str]:
        shown = flatten_fieldsets(of.get_fieldsets(request, obj))
        names = [str(name) for name in of.get_readonly_fields(request, obj)]
        return [name for name in names if name in shown and name not in self.unwatched]

    def _parts(self, request: HttpRequest, obj: Any) -> list[Part]:
        parts, times = [], dict[str, int]()
        for formset, inline in self.get_formsets_with_inlines(request, obj):
            prefix = formset.get_default_prefix()
            times[prefix] = times.get(prefix, 0) + 1
            if times[prefix] != 1:
                prefix = f"{prefix}-{times[prefix]}"
            if obj is not None and not inline.has_change_permission(request, obj):
                continue
            if obj is not None:
                rows = inline.model._base_manager.select_for_update(no_key=True).order_by("pk")
                list(rows.filter(**{formset.fk.name: obj}).values_list("pk"))
            made = formset(instance=obj, prefix=prefix, queryset=inline.get_queryset(request))
            parts.append(Part(made, str(inline.verbose_name), self._readonly(inline, request, obj)))
        return parts

    def _gone(self, request: HttpRequest, key: str) -> HttpResponse:
        form = self.get_form(request, None, change=True)()
        entry = self._log(key).filter(action_flag=DELETION).order_by("-action_time").first()
        context = {
            **self.admin_site.each_context(request),
            "title": f"This {self.opts.verbose_name} is not there any more",
            "opts": self.opts,
            "by": _by(request, [(entry.user, entry.action_time)]) if entry else "",
            "differences": everything_typed(request.POST, form, self._parts(request, None)),
        }
        return TemplateResponse(request, "admin/gone.html", context, status=409)

    # The signed field ---------------------------------------------------------------------------------

    def _sign(self, request: HttpRequest, key: str, state: State) -> str:
        said = [self.opts.label_lower, key, request.user.pk, timezone.now().isoformat(), asdict(state)]
        return signing.dumps(said, salt=_SALT, compress=True)

    def _read(self, request: HttpRequest, key: str) -> tuple[State | None, dt.datetime]:
        """What the form showed, and when; None where the field is missing, forged or of another form."""
        try:
            said = signing.loads(request.POST.get(FIELD, ""), salt=_SALT)
            label, of, user, at, state = said
            shown, since = State(**state), dt.datetime.fromisoformat(at)
        # Another version of this program may have signed something of another shape.
        except (signing.BadSignature, TypeError, ValueError):
            return None, timezone.now()
        if [label, of, user] != [self.opts.label_lower, key, request.user.pk]:
            return None, timezone.now()
        return shown, since

    # Who it was ---------------------------------------------------------------------------------------

    def _log(self, key: str) -> models.QuerySet[LogEntry]:
        kind = ContentType.objects.get_for_model(self.model)
        return LogEntry.objects.filter(content_type=kind, object_id=key).select_related("user")

    def _since(self, request: HttpRequest, obj: Any, at: dt.datetime) -> str:
        subject = self.record_subject(obj)
        noted = (
            Contribution.objects.filter(subject=subject, at__gt=at)
            if subject
            else Contribution.objects.none()
        )
        found = [(one.user, one.at) for one in noted.select_related("user").order_by("at")]
        if not found:
            entries = self._log(str(obj.pk)).filter(action_time__gt=at).order_by("action_time")
            last = {one.user_id: one for one in entries}
            found = [(cast(User, one.user), cast(dt.datetime, one.action_time)) for one in last.values()]
        return _by(request, found)


def _held(request: HttpRequest) -> Held | None:
    held: Held | None = getattr(request, _HELD, None)
    return held


def _send_instead(request: HttpRequest, post: QueryDict) -> None:
    request.POST = post  # type: ignore[assignment]


def _by(request: HttpRequest, found: list[tuple[Any, dt.datetime]]) -> str:
    """ "Ada Quill, 12:03, or you, 12:07": with the day where it is not today."""
    said = []
    for user, at in found:
        moment = timezone.localtime(at)
        form = "H:i" if moment.date() == timezone.localdate() else "j F Y, H:i"
        name = "you" if user.pk == request.user.pk else user.get_full_name() or user.get_username()
        said.append(f"{name}, {date_format(moment, form)}")
    return ", or ".join(said)
