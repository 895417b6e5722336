"""The configuration of gunicorn (gunicorn -c python:factcheck.serving factcheck.wsgi).

Run as a module it only checks that the settings are good and the port is free, and says so in a sentence if not.
"""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import django
from django.core.exceptions import ImproperlyConfigured

from factcheck import environment
from factcheck.operations import beside, indexing
from factcheck.operations.reach import unreachable
from factcheck.webhooks import keeping
from factcheck.worker import LONGEST_LINE

HOST = "127.0.0.1"
# Processes that the server started.
started: list[subprocess.Popen[bytes]] = []


def refuse_busy_port(port: int) -> None:
    """Ends the program with a sentence when nothing can be served at the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            sys.exit(
                f"Port {port} is not open to this user: choose one above 1023, as in make run PORT={port + 8000}."
            )
        except OSError:
            sys.exit(
                f"Port {port} is busy, perhaps with another make run: stop that program, "
                f"or choose another port, as in make run PORT={port + 1 if port < 65535 else 8000}."
            )


def main() -> None:
    try:
        from factcheck import settings
    except ImproperlyConfigured as refusal:
        sys.exit(str(refusal))
    refuse_busy_port(settings.PORT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
    django.setup()
    if silence := unreachable():
        sys.exit(silence)


def when_ready(server: Any) -> None:
    """Says where everything is, once the port is open, and starts what runs beside the server: whoever sees to the
    index of the lookup, and the worker of webhooks.
    """
    from factcheck import settings

    address, local = settings.FACTCHECK_URL, f"http://{HOST}:{PORT}"
    if address != local:
        print(f"Served at {local} for the proxy in front.")
    print(
        f"Lookup  {address}/\n"
        f"Admin   {address}/admin/\n"
        f"API     {address}/api/v1/claims/\n"
        "To make an editor's account: .venv/bin/python manage.py createsuperuser\n"
        "To stop: Ctrl-C",
        flush=True,
    )
    started.append(indexing.start(settings.DATA_DIR / "search"))
    if not settings.NO_WEBHOOKS:
        started.append(keeping.start())


def on_exit(server: Any) -> None:
    """They end with the server."""
    while started:
        beside.stop(started.pop())


def post_worker_init(worker: Any) -> None:
    """What partners ask for is written down by a thread of each worker."""
    from factcheck.partners import usage

    usage.start_keeper()


def worker_exit(server: Any, worker: Any) -> None:
    from factcheck.partners import usage

    usage.stop_keeper()


if __name__ == "__main__":
    main()
else:
    PORT = environment.port(os.environ)
    bind = f"{HOST}:{PORT}"
    workers = 2
    threads = 4
    worker_class = "factcheck.worker.Worker"
    # Workers show that they are alive by touching a file; on a disk that touch can wait for other writes.
    memory = Path("/dev/shm")  # noqa: S108 (gunicorn makes its file there with a random name)
    worker_tmp_dir = str(memory) if memory.is_dir() else None
    limit_request_line = LONGEST_LINE
    loglevel = "warning"
    # FACTCHECK_PROXY decides whether forwarded headers are believed, in one place: the settings.
    forwarded_allow_ips = ""
    control_socket_disable = True
