"""The description of the API (OpenAPI), made honest, and a page of it that needs no network."""

from __future__ import annotations

import html
import json
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response

from service.http.problems import MEDIA_TYPE, Problem
from service.http.signing_in import page
from service.http.uploads import FIELD

UPLOADS: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {
                        FIELD: {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "string", "format": "binary"},
                            "description": "One file or several.",
                        }
                    },
                }
            }
        },
    }
}
"""What an operation that takes uploads says of its body: it reads that itself."""
_METHODS: Final = ("get", "post", "put", "patch", "delete")


def describe(app: FastAPI, *, with_token: bool) -> None:
    """Have ``app`` describe itself: every operation may answer a problem, and wants the token."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app, with_token=with_token)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # as its documentation has it


def _described(app: FastAPI, *, with_token: bool) -> dict[str, Any]:
    told = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    schemas = told.setdefault("components", {}).setdefault("schemas", {})
    for theirs in ("HTTPValidationError", "ValidationError"):
        schemas.pop(theirs, None)
    schemas["Problem"] = Problem.model_json_schema()
    refused = {
        "description": "A problem (RFC 9457)",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in told["paths"].values():
        for method in _METHODS:
            if method in path:
                answers = path[method]["responses"]
                if "422" in answers:
                    answers["422"] = refused
                answers["default"] = refused
    if with_token:
        told["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        told["security"] = [{"token": []}]
        told["paths"].get("/", {}).get("get", {})["security"] = []
    return told


def describing(app: FastAPI) -> APIRouter:
    """The description as JSON, and as a page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/openapi.json")
    def as_json() -> Response:
        return Response(json.dumps(app.openapi()), media_type="application/json")

    @router.get("/docs")
    def as_page() -> Response:
        return page(f"{app.title} {app.version}: the API", _page(app.openapi()))

    return router


def _page(told: dict[str, Any]) -> str:
    parts = [
        f"<p>{html.escape(told['info'].get('description', ''))}</p>",
        '<p>The same for machines: <a href="/openapi.json">openapi.json</a>.</p>',
    ]
    for path, operations in told["paths"].items():
        parts += [
            _operation(f"{method.upper()} {path}", operations[method])
            for method in _METHODS
            if method in operations
        ]
    for name, schema in told["components"]["schemas"].items():
        parts.append(f'<h2 id="{html.escape(name)}">{html.escape(name)}</h2>')
        parts.append(_rows(schema.get("properties", {}), schema.get("required", ())))
    return "\n".join(parts)


def _operation(heading: str, operation: dict[str, Any]) -> str:
    parts = [
        f"<h2><code>{html.escape(heading)}</code></h2>",
        f"<p>{html.escape(operation.get('description') or operation.get('summary', ''))}</p>",
    ]
    parameters = operation.get("parameters", [])
    if parameters:
        wanted = [one["name"] for one in parameters if one.get("required")]
        schemas = {
            one["name"]: one["schema"] | {"description": one.get("description", "")}
            for one in parameters
        }
        parts.append(_rows(schemas, wanted))
    for kind, body in operation.get("requestBody", {}).get("content", {}).items():
        parts.append(f"<p>Body: <code>{html.escape(kind)}</code>, {_kind(body['schema'])}</p>")
    for status, answer in operation["responses"].items():
        kinds = [
            f"<code>{html.escape(kind)}</code>, {_kind(body.get('schema', {}))}"
            for kind, body in answer.get("content", {}).items()
        ]
        said = html.escape(answer.get("description", ""))
        parts.append(f"<p>{html.escape(status)}: {said}. {'; '.join(kinds)}</p>")
    return "\n".join(parts)


def _rows(schemas: dict[str, Any], wanted: Any) -> str:
    rows = [
        f"<tr><td><code>{html.escape(name)}</code></td><td>{_kind(schema)}"
        f"{', required' if name in wanted else ''}</td>"
        f"<td>{html.escape(schema.get('description', ''))}</td></tr>"
        for name, schema in schemas.items()
    ]
    return "<table>" + "".join(rows) + "</table>"


def _kind(schema: dict[str, Any]) -> str:
    """What a value is, in a few words, as HTML."""
    if "$ref" in schema:
        name = html.escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    inner = schema.get("properties")
    if inner:
        return "with " + ", ".join(f"{html.escape(n)} ({_kind(s)})" for n, s in inner.items())
    return html.escape(str(schema.get("format") or schema.get("type") or "anything"))
