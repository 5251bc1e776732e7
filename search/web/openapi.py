"""The API described in OpenAPI 3.1, from the same tables and types that answer."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec

from search.record import Annotation
from search.web.api import ENDPOINTS, ROOT, Health, Text
from search.web.parameters import PARAMETERS
from search.web.problems import Problem

_REFERENCE = "#/components/schemas/{name}"
_PROBLEMS = {
    "404": "No article has this id",
    "410": "The article is not shown any more",
    "413": "The text is too long",
    "422": "A parameter has a value that it does not take",
    "503": "The archive cannot be read now, or too many ask at once",
}


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document."""
    types = [endpoint.returns for endpoint in ENDPOINTS] + [Annotation, Health, Problem, Text]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    schema_of = dict(zip(map(repr, types), schemas, strict=True))
    paths: dict[str, Any] = {}
    for endpoint in ENDPOINTS:
        path = endpoint.path.replace(":path}", "}")
        paths[path] = {
            "get": _operation(
                endpoint.summary,
                schema_of[repr(endpoint.returns)],
                problems=["422", "503", *(["404", "410"] if endpoint.has_id else [])],
                parameters=list(_parameters(endpoint.accepts, has_id=endpoint.has_id)),
            )
        }
    paths["/annotate"] = {
        "post": {
            **_operation(
                "What is read in a text: title, date, countries, people, dates, agency",
                schema_of[repr(Annotation)],
                problems=["413", "422"],
            ),
            "requestBody": {"required": True, "content": _json(schema_of[repr(Text)])},
        }
    }
    health = schema_of[repr(Health)]
    paths["/health"] = {"get": _operation("That the server answers", health, problems=[])}
    paths["/ready"] = {"get": _operation("That the archive answers", health, problems=["503"])}
    paths["/metrics"] = {
        "get": {
            "summary": "Counts and times of requests, for Prometheus",
            "parameters": [],
            "responses": {
                "200": {
                    "description": "Metrics",
                    "content": {"text/plain": {"schema": {"type": "string"}}},
                }
            },
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "cakap-search",
            "version": version("cakap-search"),
            "description": "Questions to an archive of Indonesian news. Parameters have the names"
            " of the command line's options; unknown ones are an error. Answers have an ETag,"
            " which another commit changes, a take-down and a new day.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": ROOT}],
        "paths": paths,
        "components": {"schemas": components},
    }


def _operation(
    summary: str,
    schema: dict[str, Any],
    *,
    problems: Sequence[str],
    parameters: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    failed = {
        status: {
            "description": _PROBLEMS[status],
            "content": {
                "application/problem+json": {"schema": {"$ref": _REFERENCE.format(name="Problem")}}
            },
        }
        for status in problems
    }
    answered = {"200": {"description": "The answer", "content": _json(schema)}}
    return {"summary": summary, "parameters": list(parameters), "responses": answered | failed}


def _parameters(names: Sequence[str], *, has_id: bool) -> Iterator[dict[str, Any]]:
    if has_id:
        yield {
            "name": "id",
            "in": "path",
            "required": True,
            "description": "An id, or a URL",
            "schema": {"type": "string"},
        }
    for name in names:
        parameter = PARAMETERS[name]
        schema = msgspec.json.schema(parameter.type)
        if parameter.several:
            schema = {"type": "array", "items": schema}
        yield {"name": name, "in": "query", "description": parameter.meaning, "schema": schema}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
