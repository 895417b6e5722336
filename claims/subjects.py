"""What the record calls what it speaks of: "speakers/ada-quill", the kind and the identifier. Pure."""


def kind_of(subject: str) -> str:
    """The kind ("speakers"); the whole subject where it has no identifier, as the site's own page."""
    return subject.partition("/")[0]


def identifier_of(subject: str) -> str:
    """The identifier ("ada-quill"), which is empty for the site's own page."""
    return subject.partition("/")[2]
