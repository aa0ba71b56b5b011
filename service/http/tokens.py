"""The token of the service: where it comes from, and which hosts may be listened on with it."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, Final

from config.errors import SettingsError
from config.settings import Settings

MIN_LENGTH: Final = 16
"""Characters that a token has at least where others than this machine may try to guess it."""
_MAKE_ONE: Final = "Make one with 'openssl rand -hex 32', or set host to 127.0.0.1"


def read_token(settings: Settings) -> str:
    """The token that the settings give, directly or by a file; empty for none.

    Raises:
        SettingsError: both are given, the file cannot be read, or holds nothing.
    """
    given, file = settings.api_token.get_secret_value().strip(), settings.api_token_file
    if file is None:
        return given
    if given:
        raise SettingsError("api_token and api_token_file are both set", "Keep one of them")
    try:
        token = file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(
            f"api_token_file {file} cannot be read: {reason.lower()}",
            "Write a token into it, or unset it",
        ) from None
    if not token:
        raise SettingsError(f"api_token_file {file} is empty", "Write a token into it")
    return token


def address_of(host: str, port: int, *, token: str) -> tuple[int, int, int, Any]:
    """The first address of ``host``: family, kind and protocol of a socket, and what it binds to.

    Args:
        host: a name or an address.
        port: 0 for any that is free.
        token: what callers must show; empty for none.

    Raises:
        SettingsError: the host has no address, or others than this machine could reach it, and
            there is no token, or a short one.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise SettingsError(
            f"host {host} is no address", "Set host to one of this machine"
        ) from None
    family, kind, protocol, _, address = found[0]
    if not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
        if not token:
            raise SettingsError(
                f"without a token nobody but this machine may ask, and {host} is open to others",
                "Set api_token or api_token_file, or host to 127.0.0.1",
            )
        if len(token) < MIN_LENGTH:
            raise SettingsError(
                f"the token has fewer than {MIN_LENGTH} characters, and {host} is open to others, "
                "who could guess it",
                _MAKE_ONE,
            )
    return family, kind, protocol, address
