"""Which question a path asks, found by the path itself.

The router tries one route after another, which for most paths takes as long as reading an entry.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.routing import BaseRoute
from starlette.types import Scope

from app.http.route import QuestionRoute


class Directory:
    """The questions whose paths are fixed, or end in one parameter; the router knows all others."""

    def __init__(self, routes: Iterable[BaseRoute]):
        self.fixed: dict[str, QuestionRoute] = {}
        self.ending: dict[str, tuple[QuestionRoute, str]] = {}
        for route in routes:
            if isinstance(route, QuestionRoute):
                beginning, _, rest = route.path.partition("{")
                parameter, _, more = rest.partition("}")
                if not rest:
                    self.fixed.setdefault(route.path, route)
                elif not more:
                    self.ending.setdefault(beginning, (route, parameter))

    def find(self, scope: Scope) -> tuple[QuestionRoute, dict[str, str]] | None:
        """The question that is asked, and the parameters in its path."""
        if scope["method"] not in ("GET", "HEAD"):
            return None
        path: str = scope["path"]
        route = self.fixed.get(path)
        if route is not None:
            return route, {}
        cut = path.rfind("/") + 1
        found = self.ending.get(path[:cut])
        if found is None or cut == len(path):
            return None
        route, parameter = found
        return route, {parameter: path[cut:]}
