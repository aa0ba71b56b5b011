"""Sessions of browsers: a signed cookie in place of the token, which signing out ends."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from itsdangerous import BadSignature, Signer

from storage.sessions import LiveSessions

COOKIE: Final = "pigeonhole_session"
SESSION: Final = 30 * 24 * 3600
"""Seconds that a browser stays signed in."""


class Sessions:
    """Checks the token, and gives browsers sessions in its place.

    A session is a random id, signed by a key that is derived from the token, so whoever changes the
    token ends every session. The ledger holds the ids that are alive.

    Args:
        token: of the service; not empty.
        alive: the sessions that are alive.
    """

    def __init__(self, token: str, alive: LiveSessions) -> None:
        self._token = hashlib.sha256(token.encode()).digest()
        self._signer = Signer(
            token, salt="pigeonhole.session", key_derivation="hmac", digest_method=hashlib.sha256
        )
        self._alive = alive

    def is_token(self, given: bytes) -> bool:
        """Whether this is the token; compared in constant time, whatever is given."""
        return hmac.compare_digest(hashlib.sha256(given).digest(), self._token)

    def new(self) -> str:
        """Start a session; the value of its cookie.

        Raises:
            DatabaseError: the ledger cannot be written.
        """
        session_id = secrets.token_urlsafe(24)
        self._alive.add(session_id, SESSION)
        return self._signer.sign(session_id).decode()

    def holds(self, cookie: str) -> bool:
        """Whether this is the cookie of a session that is alive.

        Raises:
            DatabaseError: the ledger cannot be read.
        """
        session_id = self._id_of(cookie)
        return session_id is not None and self._alive.is_alive(session_id)

    def end(self, cookie: str) -> None:
        """End the session of a cookie; one that is not ours is passed over.

        Raises:
            DatabaseError: the ledger cannot be written.
        """
        session_id = self._id_of(cookie)
        if session_id is not None:
            self._alive.remove(session_id)

    def _id_of(self, cookie: str) -> str | None:
        try:
            return self._signer.unsign(cookie.encode("utf-8", "replace")).decode()
        except BadSignature:
            return None
