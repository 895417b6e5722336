"""Files that the desk hands out."""

from collections.abc import Iterable

from django.http import StreamingHttpResponse

from claims.spreadsheet import CONTENT_TYPE, marked


def csv_answer(name: str, lines: Iterable[str]) -> StreamingHttpResponse:
    """The lines as a CSV file to download, sent as they come; it is this editor's, and kept nowhere on the way."""
    answer = StreamingHttpResponse(marked(lines), content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store, private"
    return answer
