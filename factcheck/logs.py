"""What the log says of requests that were refused: a line, where nothing is wrong here."""

import logging


class OneLine(logging.Filter):
    """A warning without its traceback, for what anybody can send and the answer refuses."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        record.exc_info = record.exc_text = None
        return True


class NotAsked(logging.Filter):
    """Leaves out answers of 501: somebody asked for a format that is not spoken here, which is no fault of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != 501
