from claims.models.claims import Appearance, Claim, ClaimRelation
from claims.models.desk import DeskNote, ErrorReport, PendingImport, Redirect
from claims.models.record import (
    Head,
    Publication,
    PublicationPublisher,
    PublicationRelation,
    PublicationSource,
    PublicationTopic,
    Reference,
    Revision,
)
from claims.models.scales import AttributionFinding, Methodology, Rating, RatingScale
from claims.models.site import Site
from claims.models.speakers import Speaker, SpeakerAlias, SpeakerLink, Topic
from claims.models.verdicts import Contribution, Event, Evidence, Reply, Verdict

__all__ = [
    "Appearance",
    "AttributionFinding",
    "Claim",
    "ClaimRelation",
    "Contribution",
    "DeskNote",
    "ErrorReport",
    "Event",
    "Evidence",
    "Head",
    "Methodology",
    "PendingImport",
    "Publication",
    "PublicationPublisher",
    "PublicationRelation",
    "PublicationSource",
    "PublicationTopic",
    "Rating",
    "RatingScale",
    "Redirect",
    "Reference",
    "Reply",
    "Revision",
    "Site",
    "Speaker",
    "SpeakerAlias",
    "SpeakerLink",
    "Topic",
    "Verdict",
]
