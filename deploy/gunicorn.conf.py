"""Many workers that share what they have imported, under gunicorn:

    pip install gunicorn uvicorn-worker
    gunicorn --config deploy/gunicorn.conf.py --workers 16 --bind 127.0.0.1:8000

Settings are read from the environment, as with `parley serve`.
"""

import gc
import os
import tempfile

from uvicorn_worker import UvicornWorker

from app import main
from app.config import Settings
from app.http.observation import FOLDER, log_configuration

settings = Settings()
# The metrics of all workers.
os.environ.setdefault(FOLDER, tempfile.mkdtemp(prefix="parley-metrics-"))


class Worker(UvicornWorker):
    """uvicorn with the settings that `parley serve` gives it."""

    CONFIG_KWARGS = {
        "http": main.protocol(),
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies or None,
        "log_config": log_configuration(settings),
    }


# The code is imported here, before the workers are forked. Each of them makes its own application:
# a connection to a database does not outlive a fork.
wsgi_app = main.APP + "()"
worker_class = Worker
graceful_timeout = 5
control_socket_disable = True


def pre_fork(server, worker):  # noqa: ARG001 - a hook of gunicorn's
    """Keeps the collector from writing into what the workers share."""
    gc.freeze()
