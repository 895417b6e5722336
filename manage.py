#!/usr/bin/env python3
"""Django's command line. A refused environment variable, or a database that does not answer, ends it with one
sentence, never with a traceback."""

import importlib
import os
import sys

try:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from factcheck.operations.reach import unreachable
except KeyboardInterrupt:
    # Loading takes most of the first second, in which somebody may think better of it.
    sys.exit(130)

# What shells say of a program that was interrupted: 128 and the number of the signal.
INTERRUPTED = 130


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
    try:
        importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except ImproperlyConfigured as refusal:
        sys.exit(str(refusal))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    try:
        execute_from_command_line(sys.argv)
    except OperationalError:
        if silence := unreachable():
            sys.exit(silence)
        raise
    except KeyboardInterrupt:
        # Before a command has begun, or where it has nothing to say of it.
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
