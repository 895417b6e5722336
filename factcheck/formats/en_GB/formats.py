"""Twenty-four hours, and the zone: an editor in another country reads the same."""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i e"
DATETIME_FORMAT = "j M Y, H:i e"
