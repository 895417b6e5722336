from claims.models.claims import Appearance, Claim, ClaimRelation
from claims.models.desk import DeskNote, ErrorReport, PendingImport, Redirect
from claims.models.listed import (
    PublicationPublisher,
    PublicationRelation,
    PublicationSource,
    PublicationTopic,
)
from claims.models.pages import Markup, MarkupPage
from claims.models.partner_events import PartnerEvent
from claims.models.record import (
    Head,
    HeldMark,
    Label,
    NamedText,
    Publication,
    Reference,
    Revision,
    Signature,
)
from claims.models.scales import AttributionFinding, Methodology, Rating, RatingScale
from claims.models.site import Site
from claims.models.speakers import Speaker, SpeakerAlias, SpeakerLink, Topic
from claims.models.suggestions import Suggestion
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
    "HeldMark",
    "Label",
    "Markup",
    "MarkupPage",
    "Methodology",
    "NamedText",
    "PartnerEvent",
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
    "Signature",
    "Site",
    "Speaker",
    "SpeakerAlias",
    "SpeakerLink",
    "Suggestion",
    "Topic",
    "Verdict",
]
