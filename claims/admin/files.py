"""Files that the desk hands out."""

from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse


def csv_answer(name: str, lines: Iterable[str]) -> StreamingHttpResponse:
    """The lines as a CSV file to download, sent as they come; it is this editor's, and kept nowhere on the way."""
    answer = StreamingHttpResponse(_marked(lines), content_type="text/csv; charset=utf-8; header=present")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store, private"
    return answer


def _marked(lines: Iterable[str]) -> Iterator[str]:
    """With the mark that tells spreadsheet programs that the file is UTF-8."""
    yield "\ufeff"
    yield from lines
