"""The WSGI application that gunicorn serves."""

import logging
import os

from django.core.wsgi import get_wsgi_application
from django.utils import timezone

from claims.guards import demand_guards


def warn() -> None:
    """Readers are served without signatures and without the private key, but the operator is told."""
    # Models can be imported when Django is set up, and not before.
    from claims import record, record_keys

    for warning in filter(None, (record_keys.warning(), record.ahead(now=timezone.now()))):
        logging.getLogger("claims.record").warning(warning)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

application = get_wsgi_application()

# A server that could lose its record unnoticed does not start.
demand_guards()
warn()
