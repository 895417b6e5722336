#!/usr/bin/env python3
"""Django's command line. A refused environment variable, or a database that does not answer, ends it with one
sentence, never with a traceback."""

import importlib
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from factcheck.operations.reach import unreachable


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
    try:
        importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except ImproperlyConfigured as refusal:
        sys.exit(str(refusal))
    try:
        execute_from_command_line(sys.argv)
    except OperationalError:
        if silence := unreachable():
            sys.exit(silence)
        raise


if __name__ == "__main__":
    main()
