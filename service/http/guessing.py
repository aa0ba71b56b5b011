"""Slowing down whoever guesses the token: wrong answers wait, right ones never do."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.types import Scope

log = structlog.get_logger()

FREE_FAILURES: Final = 5
"""Failures of one address that are answered at once: people mistype."""
MAX_DELAY: Final = 30.0
"""Seconds that an answer is held back at most; each failure doubles the time, from one second."""
RESET_AFTER: Final = 900.0
"""Seconds without a failure after which an address starts anew."""
_MAX_ADDRESSES: Final = 4096
_MAX_HELD: Final = 64
_MAX_HELD_EACH: Final = 8


@dataclass(slots=True)
class _Failures:
    """What one address has done.

    Attributes:
        count: failures in a row, none `RESET_AFTER` seconds after the one before.
        last: when the last one was, by the clock.
        held: answers to it that wait now.
    """

    count: int = 0
    last: float = 0.0
    held: int = 0


class Guessing:
    """Counts failures by address and holds back the answers. For one event loop.

    Only answers to wrong tokens wait, so somebody with the right one, who may share an address with a
    guesser (a router, a proxy), is never held up. Nothing grows without bound: neither the table
    nor the number of answers that wait.

    Args:
        clock: seconds, of a clock that is never set back.
        sleep: waits for so many seconds, at most until `release`.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        self._clock = clock
        self._sleep = sleep or self._until_released
        self._released = asyncio.Event()
        self._table: OrderedDict[str, _Failures] = OrderedDict()
        self._held = 0

    async def failed(self, scope: Scope) -> int:
        """Note a wrong token, and wait before it is answered.

        Returns:
            0 when the wait is over; or, without a wait, the seconds after which to try again: so many
            answers wait already that this one is refused (429).
        """
        address = address_of(scope)
        found = self._failures_of(address)
        now = self._clock()
        if now - found.last > RESET_AFTER:
            found.count = 0
        found.count += 1
        found.last = now
        if found.count <= FREE_FAILURES:
            return 0
        if found.count == FREE_FAILURES + 1:
            log.warning("wrong tokens are answered slowly from now on", address=address)
        delay = min(2.0 ** min(found.count - FREE_FAILURES - 1, 10), MAX_DELAY)
        if found.held >= _MAX_HELD_EACH or self._held >= _MAX_HELD:
            return int(delay)
        found.held += 1
        self._held += 1
        try:
            await self._sleep(delay)
        finally:
            found.held -= 1
            self._held -= 1
        return 0

    def release(self) -> None:
        """Answer all that wait, for the service ends."""
        self._released.set()

    async def _until_released(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._released.wait()

    def _failures_of(self, address: str) -> _Failures:
        found = self._table.setdefault(address, _Failures())
        self._table.move_to_end(address)
        while len(self._table) > _MAX_ADDRESSES:
            self._table.popitem(last=False)
        return found


def address_of(scope: Scope) -> str:
    """Whom failures are counted for: an IPv4 address, or the /64 that one customer has of IPv6."""
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(str(client[0]).partition("%")[0] if client else "")
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), 64), strict=False))
