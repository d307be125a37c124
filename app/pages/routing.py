"""The route class of pages: it drops what trackers append and what a form leaves empty."""

from __future__ import annotations

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Scope

from app.http.route import QuestionRoute

TRACKERS = frozenset((b"fbclid", b"gclid", b"mc_cid", b"mc_eid", b"igshid"))


class PageRoute(QuestionRoute):
    """A page that is asked a question; the address it ends at has nothing but the question."""

    async def answer(self, scope: Scope) -> ASGIApp:
        """Redirects to the clean address, or answers."""
        query: bytes = scope["query_string"]
        clean = b"&".join(pair for pair in query.split(b"&") if is_asked(pair))
        if clean == query:
            return await super().answer(scope)
        path = scope["raw_path"].split(b"?")[0].decode("ascii")
        target = f"{path}?{clean.decode('ascii', 'ignore')}" if clean else path
        return RedirectResponse(target, 308)


def is_asked(pair: bytes) -> bool:
    """Whether a parameter has a value and is none of a tracker's."""
    name, _, value = pair.partition(b"=")
    return bool(value) and name not in TRACKERS and not name.startswith(b"utm_")
