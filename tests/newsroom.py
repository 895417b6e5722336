"""A newsroom and a model of it, side by side: what people try at the desk's doors, and what has to come of it.

The model keeps its own books: who wrote what, where each verdict stands, which entries there are, and what readers may
see. It asks the program for none of it. Every text that somebody writes has a mark of its own, by which it is known
wherever it turns up: in an answer to a reader only if the model says that it is public.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib.auth.models import User
from everywhere import NOBODY, OF_THE_RECORD, Place, Question, Reader, marks, place, questions
from makers import NOON, digest_of, make_claim, make_source, make_user
from visiting import listed

from claims import intake, record, reference, roles, workflow
from claims.contributions import contribute
from claims.models import Claim, DeskNote, Publication, Rating, Revision, Speaker, Verdict
from claims.models.verdicts import AttributionFinding
from claims.verification import verify_record
from sources.models import Snapshot

REPORTER, EDITOR, PUBLISHER, SECOND_PUBLISHER, FORMER = range(5)
PEOPLE = (roles.REPORTER, roles.EDITOR, roles.PUBLISHER, roles.PUBLISHER, roles.PUBLISHER)
# By transition: where it starts, and the first of the people above who may take it. The last of them may nothing.
STEPS = {
    "submit": ({"draft"}, REPORTER),
    "return": ({"submitted", "approved"}, EDITOR),
    "approve": ({"submitted"}, EDITOR),
    "publish": ({"approved"}, PUBLISHER),
    "revise": ({"published"}, EDITOR),
    "withdraw": ({"draft", "submitted", "approved", "published"}, PUBLISHER),
    "restore": ({"withdrawn"}, PUBLISHER),
}
LEADS_TO = {
    "submit": "submitted",
    "return": "draft",
    "approve": "approved",
    "publish": "published",
    "revise": "draft",
    "withdraw": "withdrawn",
    "restore": "draft",
}
# Steps that put an entry on the record.
PUBLIC = ("publish", "withdraw")
OPEN = ("draft", "submitted", "approved")
NOTICES = ("correction", "clarification", "update")
KINDS = ("publication", "restoration", "verdict_change", "typo", *NOTICES)
RATINGS = ("false", "mixed", "not-checkable")
# What the claim has no evidence for.
UNPROVED = "true"
ATTRIBUTIONS = ("reported", "confirmed")
TEXTS: dict[str, tuple[Any, str]] = {
    "title": (Claim, "Will the bridge open in spring, as {} asked?"),
    "text": (Claim, "The bridge will open in spring, said {}."),
    "summary": (Verdict, "The works report says {spelled} is open, wrote {}."),
    "rationale": (Verdict, "The report lists **three** open defects, wrote {}."),
    "not_known": (Verdict, "Whether it rains, asked {}."),
    "attribution_note": (Verdict, "It was heard by {}."),
    # The desk's own, which no reader ever sees.
    "one_source_reason": (Verdict, "Only one was found by {}."),
}
DESKS_OWN = ("one_source_reason",)
# What stays public of a fact-check that was withdrawn.
KEPT = ("title", "text")
SPELLINGS = {False: "that the date", True: "that the the date"}
SPEAKER = "speakers/ada-quill"


@dataclass(frozen=True)
class Text:
    """What somebody wrote: the mark of each part, and both findings. `name` is what the speaker was called then."""

    parts: tuple[tuple[str, str], ...] = ()
    rating: str = RATINGS[0]
    attribution: str = ATTRIBUTIONS[0]
    misspelt: bool = False
    name: str = ""

    def marks(self, *only: str) -> set[str]:
        found = {mark for part, mark in self.parts if part not in DESKS_OWN and (not only or part in only)}
        return found if only else {*found, *marks(self.name)}

    def written(self, part: str, mark: str) -> "Text":
        return replace(self, parts=tuple(sorted({**dict(self.parts), part: mark}.items())))

    @property
    def public(self) -> "Text":
        """Without what is the desk's own."""
        return replace(self, parts=tuple((part, mark) for part, mark in self.parts if part not in DESKS_OWN))


@dataclass
class Entry:
    kind: str
    marks: set[str]
    redacted: bool = False


@dataclass
class Known:
    """What the model knows of one claim."""

    slug: str
    author: int
    draft: Text = Text()
    status: str = "draft"
    writers: dict[int, int] = field(default_factory=dict)
    approved: Text | None = None
    public: Text | None = None
    withdrawn: bool = False
    reason: str = ""
    published_at: int = -1

    @property
    def subject(self) -> str:
        return f"claims/{self.slug}"


class Newsroom:
    """The doors of the desk, each opened by anybody, and the books of the model."""

    def __init__(self) -> None:
        self.minutes = self.marked = 0
        self.claims: list[Known] = []
        self.entries: dict[str, list[Entry]] = {SPEAKER: []}
        # Claims that something was done with since readers last asked.
        self.unseen: set[str] = set()
        self.lost: dict[int, str] = {}
        # Public for good, whatever becomes of the texts: notes stand in the envelopes.
        self.notes: set[str] = set()
        self.name = "Ada Quill"
        self.renamers: dict[int, int] = {}
        self.named_at = -1
        self.reader = Reader()
        self.happened: Counter[str] = Counter()
        self.people = [make_user(f"person-{number}", role=role).pk for number, role in enumerate(PEOPLE)]
        User.objects.filter(pk=self.people[FORMER]).update(is_active=False)

    def at(self) -> dt.datetime:
        self.minutes += 1
        return NOON + dt.timedelta(minutes=self.minutes)

    def mark(self) -> str:
        self.marked += 1
        return f"zq{self.marked}zq"

    def person(self, who: int) -> User:
        # Read anew: permissions are kept on the object.
        return User.objects.get(pk=self.people[who])

    # Writing: nobody outside sees anything of it -----------------------------------------------------------------

    def write(self, who: int) -> Known:
        slug = f"claim-{len(self.claims)}"
        source = make_source(f"{slug}-source")
        make_claim(slug, author=self.person(who), source=source, rating=RATINGS[0])
        known = Known(slug, who)
        self.claims.append(known)
        self.entries[known.subject] = []
        for part in TEXTS:
            self._put(known, part, self.mark())
        self.unseen.add(known.slug)
        return known

    def edit(self, known: Known, who: int, part: str) -> None:
        if known.status in OPEN:
            self._put(known, part, self.mark())
            self._wrote(known, who, f"wrote while {'public' if known.public else 'private'}")

    def misspell(self, known: Known, who: int) -> None:
        if known.status in OPEN:
            known.draft = replace(known.draft, misspelt=not known.draft.misspelt)
            self._put(known, "summary", dict(known.draft.parts)["summary"])
            self._wrote(known, who, "misspelt")

    def rate(self, known: Known, who: int, rating: str, attribution: str) -> None:
        if known.status in OPEN:
            verdict = Verdict.objects.filter(claim__slug=known.slug)
            verdict.update(
                rating=Rating.objects.get(slug=rating),
                attribution=AttributionFinding.objects.get(slug=attribution),
            )
            known.draft = replace(known.draft, rating=rating, attribution=attribution)
            self._wrote(known, who, "rated")

    def _put(self, known: Known, part: str, mark: str) -> None:
        model, sentence = TEXTS[part]
        text = sentence.format(mark, spelled=SPELLINGS[known.draft.misspelt])
        column = "slug" if model is Claim else "claim__slug"
        assert model.objects.filter(**{column: known.slug}).update(**{part: text}) == 1
        known.draft = known.draft.written(part, mark)

    def _wrote(self, known: Known, who: int, what: str) -> None:
        contribute(known.subject, by=self.person(who), at=self.at())
        known.writers[who] = self.minutes
        self.happened[what] += 1
        self.unseen.add(known.slug)

    def rename(self, who: int) -> None:
        self.name = f"Ada Quill {self.mark()}"
        Speaker.objects.filter(slug="ada-quill").update(name=self.name)
        contribute(SPEAKER, by=self.person(who), at=self.at())
        self.renamers[who] = self.minutes
        self.happened["renamed"] += 1
        self.unseen.add(self.claims[self.minutes % len(self.claims)].slug)

    def talk(self, known: Known) -> None:
        """Colleagues and readers write to each other: nothing of it is public."""
        claim = Claim.objects.get(slug=known.slug)
        DeskNote.objects.create(claim=claim, by=self.person(EDITOR), at=self.at(), text=self.mark())
        intake.receive_suggestion(text=self.mark(), contact=self.mark(), at=self.at())
        publication = Publication.objects.filter(slug=known.slug).first()
        if publication:
            intake.receive_report(publication, text=self.mark(), reported_by=self.mark(), at=self.at())
        self.happened["talked"] += 1
        self.unseen.add(known.slug)

    def lose_or_find(self, known: Known) -> None:
        """Whether the archived text is on this server changes answers, and is no business of the record."""
        snapshot = Snapshot.objects.get(source__slug=f"{known.slug}-source")
        if snapshot.text is None:
            Snapshot.objects.filter(pk=snapshot.pk).update(text=self.lost.pop(snapshot.pk))
        else:
            self.lost[snapshot.pk] = snapshot.text
            Snapshot.objects.filter(pk=snapshot.pk).update(text=None)
        self.happened["lose or find"] += 1
        self.unseen.add(known.slug)

    # The doors ---------------------------------------------------------------------------------------------------

    def step(
        self, known: Known, who: int, name: str, *, kind: str = "publication", noted: bool, has_read: bool
    ) -> bool:
        """Try one transition; whether it went through. It does so when the model says that it has to."""
        if name in PUBLIC:
            # What was done before shows itself while the head is the same.
            self.look()
        claim = Claim.objects.for_documents().get(slug=known.slug)
        now, note = replace(known.draft, name=self.name), f"Because of {self.mark()}." if noted else ""
        expected = self._may(known, who, name, now, kind=kind, noted=noted, has_read=has_read)
        try:
            workflow.apply(
                name,
                verdict=claim.verdict,
                by=self.person(who),
                at=self.at(),
                kind=kind,
                note=note,
                digest_read=digest_of(claim) if has_read else "",
            )
        except workflow.Refused:
            assert expected is not True, (known, who, name, kind, noted, has_read)
            self.happened[f"refused: {name}"] += 1
            self.unseen.add(known.slug)
            return False
        assert expected is not False, (known, who, name, kind, noted, has_read)
        self._follow(known, name, now, kind=kind, note=note)
        self.unseen.add(known.slug)
        if name in PUBLIC:
            self.look()
        return True

    def _may(
        self, known: Known, who: int, name: str, now: Text, *, kind: str, noted: bool, has_read: bool
    ) -> bool | None:
        """Whether the step has to go through; None where it is left open."""
        sources, first = STEPS[name]
        if known.status not in sources or not first <= who < FORMER:
            return False
        if name in ("submit", "approve") and now.rating == UNPROVED:
            return False
        if name in ("return", "withdraw") and not noted:
            return False
        if name == "withdraw":
            return known.public is not None and not known.withdrawn
        if name == "approve":
            if not has_read or who in self._wrote_it(known):
                self.happened["no approval of one's own"] += has_read
                return False
            return None if who in self.renamers else True
        if name == "publish":
            if known.approved is None or known.approved.public != now.public:
                self.happened["no publication of what nobody read"] += 1
                return False
            if now.public == known.public and not known.withdrawn:
                self.happened["no publication of what readers have"] += 1
                return False
            if not noted and kind != "publication" and kind != "typo":
                return False
            return kind in self.kinds(known)
        return True

    def _wrote_it(self, known: Known) -> set[int]:
        """Who worked on the text since it was last read and published."""
        since = min(known.published_at, self.named_at) if known.public else self.named_at
        writers = {who for who, at in known.writers.items() if at > known.published_at}
        return {known.author, *writers, *(who for who, at in self.renamers.items() if at > since)}

    def kinds(self, known: Known) -> tuple[str, ...]:
        """The kinds of entry that publishing the claim now can be."""
        now, public = replace(known.draft, name=self.name).public, known.public
        if public is None:
            return ("publication",)
        if known.withdrawn:
            return ("restoration",)
        if (now.rating, now.attribution) != (public.rating, public.attribution):
            return ("verdict_change", "correction")
        return (*NOTICES, "typo") if replace(now, misspelt=public.misspelt) == public else NOTICES

    def _follow(self, known: Known, name: str, now: Text, *, kind: str, note: str) -> None:
        self.happened[kind if name == "publish" else name] += 1
        known.status = LEADS_TO[name]
        if name == "approve":
            known.approved = now
        elif known.status in ("draft", "withdrawn"):
            known.approved = None
        if name == "publish":
            if not self.entries[SPEAKER]:
                self.entries[SPEAKER].append(Entry("reference", marks(self.name)))
                self.named_at = self.minutes
            known.public, known.withdrawn, known.published_at = now.public, False, self.minutes
            self.entries[known.subject].append(Entry(kind, now.marks()))
            self.notes |= marks(note)
        elif name == "withdraw":
            assert known.public
            known.withdrawn, known.reason = True, note
            self.entries[known.subject].append(Entry("withdrawal", known.public.marks(*KEPT) | marks(note)))
            self.notes |= marks(note)

    @property
    def is_renamed(self) -> bool:
        """Whether readers know the speaker by another name than the desk."""
        return self._named != marks(self.name)

    @property
    def _named(self) -> set[str]:
        """The mark of the name that readers know the speaker by."""
        names = [entry.marks for entry in self.entries[SPEAKER] if entry.kind == "reference"]
        return names[-1] if names else set()

    def publish_name(self, who: int) -> None:
        self.look()
        speaker = Speaker.objects.get(slug="ada-quill")
        note = f"Because of {self.mark()}."
        try:
            made = reference.change(
                speaker, by=self.person(who), at=self.at(), seen=reference.seen_digest(speaker), note=note
            )
        except reference.NotAllowed:
            assert not PUBLISHER <= who < FORMER
            made = None
        else:
            assert PUBLISHER <= who < FORMER
            assert (made is not None) == self.is_renamed
        if made:
            self.entries[SPEAKER].append(Entry("reference", marks(self.name)))
            self.notes |= marks(note)
            self.named_at = self.minutes
            self.happened["reference"] += 1
        self.unseen.add(self.claims[0].slug)
        self.look()

    def redact(self, place: int, *, noted: bool) -> None:
        """Any entry, or one of those that can be redacted."""
        old = [
            (subject, number)
            for subject, about in self.entries.items()
            for number, entry in enumerate(about[:-2], start=1)
            if not entry.redacted and entry.kind != "redaction"
        ]
        if old and place % 3:
            subject, number = old[place % len(old)]
            entry = Revision.objects.get(subject=subject, number=number)
        else:
            entry = Revision.objects.get(pk=1 + place % Revision.objects.count())
        about = self.entries.get(entry.subject)
        ours = about[entry.number - 1] if about else None
        last = bool(about) and ours is [one for one in about or () if one.kind != "redaction"][-1]
        if last and ours and ours.kind == "withdrawal":
            # What stays of a fact-check that was withdrawn has tests of its own.
            return
        reason = f"It named {self.mark()}." if noted else ""
        self.look()
        expected = bool(noted and ours and not last and not ours.redacted and ours.kind != "redaction")
        try:
            record.redact(sequence=entry.sequence, reason=reason, at=self.at())
        except record.RedactionRefused:
            assert not expected
            self.happened["refused: redaction"] += 1
        else:
            assert expected
            assert ours
            ours.redacted = True
            self.entries[entry.subject].append(Entry("redaction", marks(reason)))
            self.notes |= marks(reason)
            self.happened["redaction"] += 1
        self.unseen.add(entry.subject.removeprefix("claims/"))
        self.look()

    # What readers are answered -----------------------------------------------------------------------------------

    def look(self, *, whole: bool = False) -> None:
        """Ask as readers do for all that what was done since the last look could show in, or for everything."""
        if not whole and not self.unseen:
            return
        here = place()
        about = [known for known in self.claims if whole or known.slug in self.unseen]
        self.unseen = set()
        for question in questions(
            claims={known.slug: self._numbers(known) for known in about},
            rows={
                "speakers": ["ada-quill"],
                "topics": ["bridge"],
                "publishers": ["test-desk", "valley-courier"],
                "sources": [f"{known.slug}-source" for known in about],
            },
            whole=whole,
        ):
            self._check(question, self.reader.ask(question, here))
        self._search(about, here)
        assert list(verify_record()) == []

    def _numbers(self, known: Known) -> list[int]:
        """Of the entries to ask for: the ends, what was taken out, and one that is not there."""
        about = self.entries[known.subject]
        taken_out = {number for number, entry in enumerate(about, start=1) if entry.redacted}
        return sorted({1, len(about), len(about) + 1, *taken_out} - {0})

    def _check(self, question: Question, answer: Any) -> None:
        text = answer.getvalue().decode()
        of_the_record = question.name in OF_THE_RECORD
        leaked = marks(text) - (self._recorded() if of_the_record else self._current())
        assert not leaked, f"{question.address} shows {leaked}, which is not public."
        check: Callable[[Any, str, str], None] | None = getattr(
            self, f"_check_{question.name.replace('-', '_')}", None
        )
        if check and question.slug != NOBODY:
            check(answer, text, question.slug)
        elif question.slug == NOBODY:
            assert answer.status_code == 404

    def _current(self) -> set[str]:
        found = {*self.notes, *self._named}
        for known in self.claims:
            if known.public:
                found |= known.public.marks(*KEPT) if known.withdrawn else known.public.marks()
        return found

    def _recorded(self) -> set[str]:
        entries = [entry for about in self.entries.values() for entry in about if not entry.redacted]
        return self.notes.union(*(entry.marks for entry in entries))

    def _published(self, **findings: str) -> set[str]:
        return {
            known.slug
            for known in self.claims
            if known.public
            and not known.withdrawn
            and all(getattr(known.public, name) == value for name, value in findings.items())
        }

    def _by(self, slug: str) -> Known:
        return next(known for known in self.claims if known.slug == slug)

    def _check_api_claim(self, answer: Any, text: str, slug: str) -> None:
        known = self._by(slug)
        if known.public is None:
            assert answer.status_code == 404
            return
        document = answer.json()
        document.pop("live")
        if known.withdrawn:
            assert answer.status_code == 410
            assert document["withdrawn"] == {"reason": known.reason}
            assert not {"veracity", "attribution", "summary", "rationale"} & set(document)
            return
        assert answer.status_code == 200
        assert document["veracity"]["rating"] == known.public.rating
        assert document["attribution"]["finding"] == known.public.attribution
        assert SPELLINGS[known.public.misspelt] in document["summary"]
        del document["revision"]
        assert marks(str(document)) == known.public.marks()

    def _check_claim(self, answer: Any, text: str, slug: str) -> None:
        known = self._by(slug)
        assert (answer.status_code == 404) == (known.public is None)
        if known.public is None:
            return
        assert marks(text) >= known.public.marks("title")
        assert ('"ClaimReview"' in text) == (not known.withdrawn)
        if known.withdrawn:
            assert known.reason in text

    def _check_api_claims(self, answer: Any, text: str, slug: str) -> None:
        found = [document["id"] for document in answer.json()["results"]]
        assert len(found) == len(set(found))
        assert set(found) == self._published()

    def _check_data_jsonl(self, answer: Any, text: str, slug: str) -> None:
        found = [json.loads(line) for line in text.splitlines()]
        assert {document["id"] for document in found} == self._published()

    def _check_datafeed(self, answer: Any, text: str, slug: str) -> None:
        elements = json.loads(text)["dataFeedElement"]
        deleted = {one["url"].split("/")[-2] for one in elements if "dateDeleted" in one}
        assert {one["url"].split("/")[-2] for one in elements} - deleted == self._published()
        assert deleted == {known.slug for known in self.claims if known.public and known.withdrawn}

    def _check_lookup(self, answer: Any, text: str, slug: str) -> None:
        assert set(listed(text)) == self._published()

    def _check_speaker(self, answer: Any, text: str, slug: str) -> None:
        assert (answer.status_code == 200) == (
            "/ada-quill/" in answer.request["PATH_INFO"] and bool(self._published())
        )
        assert set(listed(text)) <= self._published()

    def _check_feed(self, answer: Any, text: str, slug: str) -> None:
        for known in self.claims:
            assert (f'/claims/{known.slug}/" rel="alternate"' in text) == (known.slug in self._published())

    def _check_api_changes(self, answer: Any, text: str, slug: str) -> None:
        page = answer.json()
        assert page["next"] is None
        found: dict[str, list[str]] = {}
        for entry in page["entries"]:
            made = entry["envelope"]
            assert entry["signature"] or made["sequence"] == 1
            found.setdefault(made["subject"], []).append(made["kind"])
            ours = self.entries.get(made["subject"])
            if ours is None:
                assert found[made["subject"]] in (["reference"], ["key"])
            elif not entry["skipped"]:
                said = ours[made["number"] - 1]
                assert entry["redacted"] == said.redacted
                assert said.redacted or marks(str(entry["body"])) == said.marks
        assert {subject: kinds for subject, kinds in found.items() if subject in self.entries} == {
            subject: [entry.kind for entry in about] for subject, about in self.entries.items() if about
        }

    def _check_record_head(self, answer: Any, text: str, slug: str) -> None:
        head = answer.json()
        assert head["sequence"] == Revision.objects.count()
        assert head["signature"]

    def _search(self, about: list[Known], here: Place) -> None:
        for rating in RATINGS[:1]:
            answer = self.reader.ask(Question("search", f"/api/v1/claims/?rating={rating}"), here)
            # Before the first publication nobody knows the scale.
            if answer.status_code == 400:
                assert not self._published()
                continue
            assert {one["id"] for one in answer.json()["results"]} == self._published(rating=rating)
        for known in about:
            words = dict(known.draft.parts)["summary"]
            answer = self.reader.ask(Question("search", f"/api/v1/claims/?q={words}"), here)
            is_public = known.slug in self._published() and words in (known.public or Text()).marks()
            assert [one["id"] for one in answer.json()["results"]] == [known.slug] * is_public
