"""What is noted by itself where a partner's fact-check changes, and how such a note is known again. Pure."""

CHANGED = "{publisher} changed its fact-check."
BACK = "{publisher} publishes this fact-check again."
GONE = "{publisher} does not publish this fact-check any more."
LET_IN = "This house shows this fact-check of {publisher} again."

# How every note ends that says that a review left its publisher's feed.
GONE_ENDS = GONE.format(publisher="")
# How every note begins that says that the desk's own withdrawal does not hold any more.
LET_IN_BEGINS = LET_IN.partition("{publisher}")[0]


def is_gone(tombstone: dict[str, object]) -> bool:
    """Whether a partner's fact-check was withdrawn because it left its publisher's feed, and not by somebody here."""
    publisher, withdrawn = tombstone["publisher"], tombstone["withdrawn"]
    name = publisher["name"] if isinstance(publisher, dict) else None
    return isinstance(withdrawn, dict) and withdrawn["reason"] == GONE.format(publisher=name)
