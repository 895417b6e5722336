"""A month at the desk, made up at random: what is published, corrected, withdrawn, restored, redacted and merged."""

import datetime as dt
import random
from collections.abc import Callable

from makers import NOON, make_claim, make_source, make_speaker, make_topic, make_user, publish

from claims import merging, publishing, record, reference, workflow
from claims.models import Claim, Publication, Reference, Revision, Speaker, Topic, Verdict


class Month:
    """A desk and a calendar; each step is one thing that somebody does."""

    def __init__(self, seed: int, *, name: str = "") -> None:
        self.random = random.Random(seed)
        self.name = name or f"month-{seed}"
        self.at = NOON
        self.made = 0
        self.editor = make_user(f"{self.name}-editor")
        self.source = make_source(f"{self.name}-source")

    def go(self, steps: int) -> None:
        for _ in range(steps):
            self.step()

    def step(self) -> None:
        """One random step; where there is nothing to take it on, a claim is published."""
        self.at += dt.timedelta(minutes=self.random.randrange(1440))
        steps: list[Callable[[], bool]] = [
            self.publish,
            self.publish,
            self.correct,
            self.correct,
            self.withdraw,
            self.restore,
            self.redact,
            self.rename,
            self.merge,
        ]
        if not self.random.choice(steps)():
            self.publish()

    def publish(self) -> bool:
        self.made += 1
        number = self.random.randrange(3)
        slug = f"{self.name}-{self.made}"
        claim = make_claim(
            slug,
            source=self.source,
            author=self.editor,
            speaker=make_speaker(f"{self.name}-speaker-{number}", name=f"Speaker {number} “Ö”"),
        )
        claim.topics.add(make_topic(f"{slug}-topic", name=f"Topic {self.made}"))
        publish(claim, at=self.at)
        return True

    def correct(self) -> bool:
        claim = self._one(Verdict.Status.PUBLISHED)
        if claim is None:
            return False
        workflow.apply("revise", verdict=claim.verdict, by=self.editor, at=self.at)
        words = f"Corrected at {self.at:%H:%M} with \U0001f600, \u2028 and “quotes”. "
        Claim.objects.filter(pk=claim.pk).update(title=words)
        Verdict.objects.filter(claim=claim).update(rationale=words * self.random.randrange(1, 40))
        self._publish_again(claim, note="A word was wrong.")
        return True

    def withdraw(self) -> bool:
        claim = self._one(Verdict.Status.PUBLISHED)
        if claim is None:
            return False
        workflow.apply("withdraw", verdict=claim.verdict, by=self.editor, at=self.at, note="It was wrong.")
        return True

    def restore(self) -> bool:
        claim = self._one(Verdict.Status.WITHDRAWN)
        if claim is None:
            return False
        workflow.apply("restore", verdict=claim.verdict, by=self.editor, at=self.at)
        self._publish_again(claim, note="It was right after all.")
        return True

    def redact(self) -> bool:
        current = {
            *Publication.objects.values_list("revision", flat=True),
            *Reference.objects.values_list("revision", flat=True),
        }
        old = [
            sequence
            for sequence in Revision.objects.exclude(kind__in=["redaction", "key"])
            .filter(body__isnull=False)
            .values_list("sequence", flat=True)
            if sequence not in current
        ]
        if not old:
            return False
        record.redact(sequence=self.random.choice(old), reason="A private address.", at=self.at)
        return True

    def rename(self) -> bool:
        speaker = Speaker.objects.order_by("?").first()
        if speaker is None or not Reference.objects.filter(subject=f"speakers/{speaker.slug}").exists():
            return False
        speaker.name = f"Renamed {self.random.random()}"
        speaker.save()
        reference.change(speaker, by=self.editor, at=self.at, seen=reference.seen_digest(speaker))
        return True

    def merge(self) -> bool:
        used = Topic.objects.filter(slug__startswith=self.name).order_by("pk")
        if len(used) < 2:
            return False
        kept, gone = self.random.sample(list(used), 2)
        planned = merging.plan(kept, gone)
        merging.merge(
            kept,
            gone,
            by=self.editor,
            at=self.at,
            note="One and the same.",
            choices={line.name: "kept" for line in planned.choices},
            seen=planned.seen,
        )
        return True

    def _one(self, status: str) -> Claim | None:
        claims = list(Claim.objects.filter(verdict__status=status, slug__startswith=self.name).order_by("pk"))
        return self.random.choice(claims) if claims else None

    def _publish_again(self, claim: Claim, *, note: str) -> None:
        ready = Claim.objects.for_documents().get(pk=claim.pk)
        kinds = publishing.kinds(ready)
        publish(Claim.objects.get(pk=claim.pk), at=self.at, kind=kinds[0], note=note)
