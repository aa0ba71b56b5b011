"""Errors as problem details (RFC 9457), ``application/problem+json``: what, why, what to do."""

from __future__ import annotations

import asyncio
import traceback
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config import errors

log = structlog.get_logger()

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER: Final = 5
"""Seconds after which it is worth trying again what may go well later."""

_STATUS: Final[dict[type[errors.PigeonholeError], HTTPStatus]] = {
    errors.UsageError: HTTPStatus.BAD_REQUEST,
    errors.MissingError: HTTPStatus.NOT_FOUND,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.SupportError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.DatabaseError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.OcrError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.WeightsError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.WorkersError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_NOT_TOLD: Final[dict[type[errors.PigeonholeError], str]] = {
    errors.DatabaseError: "the database cannot be used now",
    errors.WeightsError: "the network's weights cannot be used",
    errors.WorkersError: "no worker process comes up",
}
"""What is said in place of a message that tells where things lie on this machine."""


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    type: str = Field("about:blank", description="What kind of problem: its status says it.")
    title: str = Field(description="The status in words.")
    status: int
    detail: str = Field(description="What is wrong.")
    advice: str = Field("", description="What to do about it.")
    stage: str | None = Field(None, description="Where judging a scan stopped.")


class RefusedError(HTTPException):
    """A request that is refused.

    Args:
        status: of the answer.
        detail: what is wrong.
        advice: what to do about it.
        stage: where judging a scan stopped, if that is it.
        headers: of the answer.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        advice: str = "",
        *,
        stage: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, headers)
        self.advice = advice
        self.stage = stage


def problem(
    status: int,
    detail: str,
    advice: str = "",
    *,
    stage: str | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """The answer that says what is wrong."""
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "advice": advice,
    }
    if stage is not None:
        told["stage"] = stage
    return JSONResponse(told, int(status), headers, MEDIA_TYPE)


def answer_problems(app: FastAPI) -> None:
    """Have every error of ``app`` that was thought of answered as a problem."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(errors.PigeonholeError, _ours)


_CLIENT_LEFT: Final = 499
"""No status of HTTP: what proxies count for a client that left before it was answered."""


class Unexpected:
    """Answers what nobody thought of with 500, and without a word of what is inside."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except asyncio.CancelledError:
            # Only the server cancels a request: it ends, and waits no longer. What runs in a thread may
            # go on; what is begun of an answer is cut off by returning.
            log.warning("not done when the service ended", method=scope["method"])
            if not begun:
                await _ended()(scope, receive, send)
        except ClientDisconnect:
            log.info("a client left before its request was whole", method=scope["method"])
            if not begun:  # nobody reads it: it is counted
                await Response(status_code=_CLIENT_LEFT)(scope, receive, send)
        except Exception as error:
            # As plain text: the values in its frames are people's papers, and tokens.
            log.error(
                "a request failed",
                method=scope["method"],
                path=scope["path"],
                exception=traceback.format_exc(),
                # Equal by where it was raised: anybody may think of many paths.
                _alike=f"{type(error).__name__} {traceback.extract_tb(error.__traceback__)[-1]}",
            )
            if begun:
                raise  # the connection is cut, so that nobody takes half an answer for a whole one
            answer = problem(500, "this should not have happened", "The service's log tells more")
            await answer(scope, receive, send)


def _ended() -> Response:
    return problem(
        503,
        "the service ends and waits no longer; what was asked for may still be carried out, once",
        "See whether it was when the service is back",
        headers={"Retry-After": str(RETRY_AFTER), "Connection": "close"},
    )


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code in {204, 304}:
        return Response(status_code=error.status_code, headers=dict(error.headers or {}))
    headers = dict(error.headers) if error.headers else None
    if isinstance(error, RefusedError):
        return problem(
            error.status_code, error.detail, error.advice, stage=error.stage, headers=headers
        )
    # What the framework refuses: an unknown path, a method that it does not have.
    return problem(
        error.status_code, str(error.detail).lower(), "/docs lists what there is", headers=headers
    )


def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    # What was sent is not repeated: it may be anything.
    return problem(422, f"{where}: {str(first['msg']).lower()}", "/docs describes what is expected")


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.PigeonholeError)
    return problem_of(error, request.url.path)


def problem_of(error: errors.PigeonholeError, path: str) -> Response:
    """The answer to a request for ``path`` that one of our errors ended; a serious one is logged."""
    kinds = type(error).__mro__
    status = next((_STATUS[kind] for kind in kinds if kind in _STATUS), None)
    if status is None:
        log.error("a request failed", path=path, reason=str(error), _alike=str(error))
        return problem(500, "this should not have happened", "The service's log tells more")
    detail = next((_NOT_TOLD[kind] for kind in kinds if kind in _NOT_TOLD), error.message)
    passing = getattr(error, "passing", False)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        tell = log.warning if passing else log.error
        tell("a request failed", path=path, reason=str(error), _alike=str(error))
    headers = None
    if passing:
        headers = {"Retry-After": str(RETRY_AFTER)}
        if isinstance(error, errors.WorkersError):
            detail = error.message
    return problem(status, detail, error.advice, headers=headers)
