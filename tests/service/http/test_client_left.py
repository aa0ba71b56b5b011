from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from service.http.problems import Unexpected

SCOPE: dict[str, Any] = {"type": "http", "method": "POST", "path": "/sign-in"}


def test_a_client_that_leaves_is_no_error_of_the_service(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Anybody could set off an alarm on errors, and fill the log with tracebacks, by hanging up."""
    sent: list[Any] = []

    async def left(*_: object) -> None:
        raise ClientDisconnect

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Unexpected(left)(SCOPE, left, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 499
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
