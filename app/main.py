"""Assembles the application; nothing imports it but the entry points."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from importlib.metadata import version as installed_version
from ipaddress import ip_address
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import ASGIApp
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from app import pages
from app.agents import card
from app.agents.serving import AgentsEndpoint, is_installed, serve_stdio
from app.api import (
    analyses,
    dataset,
    documentation,
    downloads,
    entries,
    feeds,
    history,
    llms,
    operating,
    reference,
)
from app.api import quotecheck as check
from app.config import Settings, asks_for_telemetry
from app.db.engines import open_database
from app.db.work import Abandoned, step_back
from app.entries.documents import DOCUMENT_FORMAT
from app.errors import ParleyError, Problem
from app.http.cache import Cache
from app.http.limits import Limits
from app.http.observation import FOLDER, Metrics, Observation, log_configuration
from app.http.prefix import PROBLEM, Prefixed, prefix_of
from app.http.route import Service
from app.pages.problems import (
    answer_http_exception,
    answer_incomplete,
    answer_mistake,
    answer_nobody,
    answer_problem,
)
from app.pages.watching import add_watching
from app.seeding.processes import how_it_ended
from app.seeding.temporary import temporary_folder

log = logging.getLogger(__name__)

APP = "app.main:app_from_environment"
VERSION = installed_version("parley")
# Threads for statements, pages and files; how long one may keep the interpreter from the loop.
SLOW_THREADS = 2
SWITCH_SECONDS = 0.0001
# Objects after which circles among them are looked for, and how many such looks come before those
# at older objects: requests seldom leave any, and each look stops all threads.
GARBAGE = (2_000, 2, 5000)


def create_app(settings: Settings) -> ASGIApp:
    """The application over the database that the settings name, with its middleware around it.

    Raises `ParleyError` with what to do where there is no such database.
    """
    database = open_database(settings)
    prefix = prefix_of(settings.public_url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, bytes]]:
        del app
        # The loop ends them itself when it ends.
        asyncio.get_running_loop().set_default_executor(slow_threads())
        # What is there now stays; to look at it again in every collection would stop all answers.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE)
        # What the protocol refuses comes by no application.
        yield {"prefix": prefix}
        await database.close()

    app = documentation.documented(lifespan, telemetry=asks_for_telemetry())
    app.service = Service(settings, database, f"{VERSION} {DOCUMENT_FORMAT}")
    analyses.add_routes(app, analyses.MAP)
    entries.add_routes(app)
    analyses.add_routes(app, analyses.OTHERS)
    reference.add_routes(app)
    history.add_routes(app)
    feeds.add_routes(app)
    check.add_routes(app)
    dataset.add_routes(app)
    downloads.add_routes(app)
    llms.add_routes(app)
    operating.add_routes(app)
    documentation.add_routes(app)
    pages.add_pages(app)
    if settings.watch_report is not None:
        add_watching(app, settings.watch_report)
    if is_installed():
        card.add_routes(app)
    app.add_exception_handler(Problem, answer_problem)
    app.add_exception_handler(HTTPException, answer_http_exception)
    app.add_exception_handler(Abandoned, answer_nobody)
    app.add_exception_handler(ClientDisconnect, answer_incomplete)
    app.add_exception_handler(Exception, answer_mistake)
    app.state.metrics = Metrics()
    routes = Prefixed(app, prefix) if prefix else app
    limits: ASGIApp = Limits(
        Cache(routes, database.current_revision, settings.cache_bytes), settings
    )
    # What is refused in front of the cache comes by no route.
    limits = Prefixed(limits, prefix, (PROBLEM,)) if prefix else limits
    whole = Observation(limits, settings, app.state.metrics)
    if is_installed():
        agents = AgentsEndpoint(whole, settings)
        app.router.routes.append(Route(agents.path, agents, methods=["POST"]))
    return whole


def slow_threads() -> ThreadPoolExecutor:
    """Threads for long work, at a lower priority than the event loop.

    They share the interpreter with the loop, so they switch more often than Python's default.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    return ThreadPoolExecutor(SLOW_THREADS, thread_name_prefix="slow", initializer=step_back)


def app_from_environment() -> ASGIApp:
    """The application as each worker process builds it."""
    return create_app(Settings())


def serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serves until told to stop; refuses at once where there is nothing to serve.

    Without a configured `public_url`, the address served on takes its place.
    """
    port = usable_port(host, port)
    if "public_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"public_url": address_of(host, port)})
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "access_log": False,
        "http": protocol(),
        "server_header": False,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies or None,
        "timeout_graceful_shutdown": 5,
        # A worker that is still importing on a busy machine is not a dead one.
        "timeout_worker_healthcheck": 60,
        "log_config": log_configuration(settings),
    }
    if workers == 1:
        uvicorn.run(create_app(settings), **options)
        return
    open_database(settings)
    # What the command line says; each worker reads its settings from the environment.
    os.environ["DATABASE_URL"] = settings.database_url
    os.environ["PUBLIC_URL"] = settings.public_url
    config = uvicorn.Config(APP, factory=True, workers=workers, **options)
    with temporary_folder("parley-metrics-") as shared:
        if shared is not None:
            os.environ[FOLDER] = str(shared)
        else:
            log.warning("No temporary file can be made: /metrics tells of one worker alone.")
        serve_by_many(config)


def serve_agents(settings: Settings) -> None:
    """Answers the one client at standard input; hosts and rates are not limited for it."""
    update = {"trusted_hosts": (), "rate_limit": None}
    serve_stdio(create_app(settings.model_copy(update=update)), settings)


def serve_by_many(config: uvicorn.Config) -> None:
    """Serves by several workers; raises `ParleyError` where one ends before any has served."""
    workers = Workers(config, [config.bind_socket()])
    workers.run()
    if workers.failure is not None:
        how = how_it_ended(workers.failure)
        raise ParleyError(f"A worker {how}, before it could serve; the server has ended.")


class Workers(Multiprocess):
    """Replaces each worker that ends, as soon as one of them has served."""

    has_served = False
    failure: int | None = None

    def keep_subprocess_alive(self) -> None:
        """Replaces what has ended; at the start, what has ended would end again and again."""
        if self.has_served:
            super().keep_subprocess_alive()
            return
        self.has_served = any(map(is_serving, self.processes))
        codes = [worker.exitcode for worker in self.processes if worker.exitcode is not None]
        if codes and not self.has_served:
            self.failure = codes[0]
            self.should_exit.set()


def is_serving(worker: Process) -> bool:
    """Whether a worker answers now; its earlier answers are not counted."""
    while worker.parent_conn.poll():
        worker.parent_conn.recv()
    return worker.exitcode is None and worker.is_ready(timeout=1)


def usable_port(host: str, port: int) -> int:
    """The port, or for 0 one that is free now; raises `ParleyError` where nothing can listen.

    It is chosen before the application is made, which has to know it.
    """
    passive = socket.AI_PASSIVE
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=passive)
        family, _, _, _, address = found[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ParleyError(
            f"Nothing can be served on host {host!r}, port {port} ({reason}); "
            "name another --host or --port."
        ) from error


def address_of(host: str, port: int) -> str:
    """The address that reaches a server from its own machine, whatever it listens on."""
    try:
        address = ip_address(host or "0.0.0.0")
    except ValueError:
        return f"http://{host}:{port}"
    if address.is_unspecified:
        address = ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"http://{address}:{port}" if address.version == 4 else f"http://[{address}]:{port}"


def protocol() -> Any:
    """uvicorn's protocol with bounds, or as it is where httptools is not installed."""
    try:
        from app.http.protocol import BoundedProtocol  # noqa: PLC0415
    except ImportError:
        return "auto"
    return BoundedProtocol
