"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from claims.guards import demand_guards

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

application = get_wsgi_application()

# A server that could lose its record unnoticed does not start.
demand_guards()
