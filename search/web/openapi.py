"""The API described in OpenAPI 3.1, from the same tables and types that answer."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec

from index.config import Web
from search.record import Annotation
from search.web.api import ADMINISTRATION, ENDPOINTS, ROOT, Endpoint, Health, Indexed, Text
from search.web.parameters import PARAMETERS
from search.web.problems import Problem

_REFERENCE = "#/components/schemas/{name}"
_PROBLEMS = {
    "401": "No token, or an unknown one",
    "403": "This token may only read",
    "404": "No article has this id",
    "408": "The body came too slowly",
    "410": "The article is not shown any more, or the cursor is over",
    "413": "The body is too long",
    "422": "A parameter has a value that it does not take",
    "429": "Too many requests from this address; Retry-After tells when the next may come",
    "503": "The archive cannot be read or written now, or too many ask at once; Retry-After",
}
# What any request may meet, but for those that watch the server.
_ALWAYS = ("429", "503")


def description(web: Web) -> dict[str, Any]:
    """The OpenAPI document of a server with these settings."""
    return _description(reads_need_token=bool(web.read_tokens), admin=bool(web.admin_tokens))


@cache
def _description(*, reads_need_token: bool, admin: bool) -> dict[str, Any]:
    endpoints = [*ENDPOINTS, *(ADMINISTRATION if admin else ())]
    returned = dict.fromkeys([endpoint.returns for endpoint in endpoints])
    types = [*returned, Annotation, Health, Indexed, Problem, Text]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    schema_of = dict(zip(map(repr, types), schemas, strict=True))
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        by_id = ["404", "410"] if endpoint.has_id else []
        over = ["410"] if "cursor" in endpoint.accepts else []
        path = endpoint.path.replace(":path}", "}")
        operations = paths.setdefault(path, {})
        operations[endpoint.method.lower()] = _operation(
            endpoint.summary,
            schema_of[repr(endpoint.returns)],
            problems=["422", *by_id, *over],
            parameters=list(_parameters(endpoint)),
            tokens="admin" if endpoint.method != "GET" else "read" * reads_need_token,
        )
    paths["/annotate"] = {
        "post": {
            **_operation(
                "What is read in a text: title, date, countries, people, dates, agency",
                schema_of[repr(Annotation)],
                problems=["408", "413", "422"],
                tokens="read" * reads_need_token,
            ),
            "requestBody": {"required": True, "content": _json(schema_of[repr(Text)])},
        }
    }
    if admin:
        paths["/articles"] = {
            "post": {
                **_operation(
                    "Index one article, with the names that JSON Lines have for `index`",
                    schema_of[repr(Indexed)],
                    problems=["408", "413", "422"],
                    tokens="admin",
                ),
                "requestBody": {"required": True, "content": _json({"type": "object"})},
            }
        }
    health = schema_of[repr(Health)]
    paths["/health"] = {"get": _watched("That the server answers", _json(health))}
    paths["/ready"] = {"get": _watched("That the archive answers", _json(health), ["503"])}
    paths["/metrics"] = {
        "get": _operation(
            "Counts and times of requests, for Prometheus",
            {"type": "string"},
            problems=[],
            media_type="text/plain",
            tokens="read" * reads_need_token,
        )
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
        "components": {
            "schemas": components,
            "securitySchemes": {
                "read": {"type": "http", "scheme": "bearer", "description": "A reader's token"},
                "admin": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An administrator's token, which may read too",
                },
            },
        },
    }


def _operation(
    summary: str,
    schema: dict[str, Any],
    *,
    problems: Sequence[str],
    parameters: Sequence[dict[str, Any]] = (),
    media_type: str = "application/json",
    tokens: str = "",
) -> dict[str, Any]:
    """An operation that needs a token of a kind, or none where `tokens` is empty."""
    denied = {"read": ["401"], "admin": ["401", "403"]}.get(tokens, [])
    kinds = {"read": ["read", "admin"], "admin": ["admin"]}.get(tokens, [])
    return {
        **_watched(summary, {media_type: {"schema": schema}}, [*problems, *denied, *_ALWAYS]),
        "parameters": list(parameters),
        "security": [{kind: list[str]()} for kind in kinds],
    }


def _watched(summary: str, content: dict[str, Any], problems: Sequence[str] = ()) -> dict[str, Any]:
    """An operation that is open to whoever watches the server, or the beginning of another."""
    failed = {
        status: {
            "description": _PROBLEMS[status],
            "content": {
                "application/problem+json": {"schema": {"$ref": _REFERENCE.format(name="Problem")}}
            },
        }
        for status in sorted(problems)
    }
    answered = {"200": {"description": "The answer", "content": content}}
    return {"summary": summary, "parameters": [], "responses": answered | failed}


def _parameters(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    if endpoint.has_id:
        yield {
            "name": "id",
            "in": "path",
            "required": True,
            "description": "An id, or a URL",
            "schema": {"type": "string"},
        }
    for name in endpoint.accepts:
        parameter = PARAMETERS[name]
        schema = msgspec.json.schema(parameter.type)
        if parameter.several:
            schema = {"type": "array", "items": schema}
        yield {
            "name": name,
            "in": "query",
            "required": name == endpoint.needs,
            "description": parameter.meaning,
            "schema": schema,
        }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
