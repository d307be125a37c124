"""`/llms.txt`: tells agents what this is, how to ask it, and how to cite what it answers.

`/llms-full.txt` goes on with the formats, every question with its parameters, and the recipes.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from app.api.balance import balance_of
from app.api.dataset import kind_counts
from app.api.downloads import links
from app.api.recipes import Recipe, recipes
from app.api.registration import add_question
from app.entries.questions import NoQuestion
from app.formats import FORMATS
from app.http.route import Representation, service_of
from app.kinds import KINDS
from app.reference.dataset import described

CONTENT_TYPE = "text/plain; charset=utf-8"

FULL = "/llms-full.txt"
TEXT = files("app.api").joinpath("llms.md").read_text(encoding="utf-8")


async def llms(request: Request, _: NoQuestion) -> Representation:
    """What this is, how to ask it and how to cite it, for agents."""
    service = service_of(request)
    at = service.settings.public_url
    async with service.database.snapshot() as snapshot:
        dataset, revision = await described(snapshot), snapshot.revision
        counts = await kind_counts(revision, snapshot)
        balance = await balance_of(snapshot)
    text = TEXT.format(
        at=at,
        dataset=dataset,
        digest=revision.digest,
        short=revision.digest[:12],
        description=" ".join(dataset.description.split()),
        how_to_cite=" ".join(dataset.how_to_cite.split()),
        coverage=dataset.coverage.date.replace("/", " to "),
        counts=", ".join(f"{n} {KINDS[kind].plural}" for kind, n in counts.items()),
        lists=", ".join(f"{at}/v1/{kind.plural}" for kind in KINDS.values()),
        month=balance.months[-1].month if balance.months else dataset.coverage.date[:4],
        actor=balance.actors[0].actor.id if balance.actors else "",
        downloads="\n".join(
            f"- [{name}]({at}{path})" for name, path in links(snapshot.engine).items()
        ),
    )
    if request.scope["route"].path == FULL:
        text = "\n".join([text, *described_paths(request.app.openapi()), "\n## Recipes"])
        text += "".join(map(told, await recipes(request)))
    return Representation(CONTENT_TYPE, text.encode(), revision)


def described_paths(document: dict[str, Any]) -> Iterator[str]:
    """The formats, every question with the names of its parameters, and what those mean."""
    yield "## Formats\n"
    yield from (f"- `format={each.name}`: {each.media_type}" for each in FORMATS.values())
    yield "\n## Questions\n"
    meanings: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parameters = operation.get("parameters", ())
            names = ", ".join(each["name"] for each in parameters if each["in"] == "query")
            yield f"- `{method.upper()} {path}`: {operation['summary']}. {names}".rstrip()
            for each in parameters:
                meanings.setdefault(f"- `{each['name']}`: {each['description']}", []).append(path)
    yield "\n## Parameters\n"
    for meaning, paths in sorted(meanings.items()):
        # What most questions have needs no list of them.
        yield meaning if len(paths) > 2 else f"{meaning} (`{'`, `'.join(paths)}`)"


def told(recipe: Recipe) -> str:
    """A recipe as Markdown."""
    part = f"Of the answer, `{recipe['show']}`:\n\n" if "show" in recipe else ""
    rest = f"\n… and {recipe['rest']} more lines" if recipe["rest"] else ""
    answer = f"\n{part}~~~\n{recipe['answer']}{rest}\n~~~\n" if recipe["answer"] else ""
    question, text, command = (recipe[each] for each in ("question", "text", "command"))
    return f"\n\n### {question}\n\n{text}\n\n    {command}\n{answer}"


def add_routes(app: FastAPI) -> None:
    """Registers both texts."""
    for path, operation_id in (("/llms.txt", "getLlmsText"), (FULL, "getLlmsFullText")):
        add_question(
            app,
            path,
            llms,
            operation_id=operation_id,
            response_model=None,
            response_class=PlainTextResponse,
        )
