"""Where the server listens: bound before anything is started, and told once it answers."""

from __future__ import annotations

import ipaddress
import socket

from config.errors import SettingsError

BACKLOG = 128


def bound(host: str, port: int, *, with_token: bool) -> socket.socket:
    """A socket that listens, with the first address that ``host`` has.

    Args:
        host: a name or an address.
        port: 0 for any that is free.
        with_token: whether callers must show a token; else only this machine may reach it.

    Raises:
        SettingsError: the host is none of this machine's, the port is taken or not allowed, or
            others could come without a token.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise SettingsError(
            f"host {host} is no address", "Set host to one of this machine"
        ) from None
    family, kind, protocol, _, address = found[0]
    if not with_token and not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
        raise SettingsError(
            f"without a token nobody but this machine may ask, and {host} is open to others",
            "Set api_token or api_token_file, or host to 127.0.0.1",
        )
    listener = socket.socket(family, kind, protocol)
    try:
        # A port that was left a moment ago counts as free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(
            f"cannot listen on {host}, port {port}: {reason}", "Choose another with --port"
        ) from None
    return listener


def url_of(listener: socket.socket) -> str:
    """What a browser on this machine opens."""
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        address = ipaddress.ip_address("::1" if address.version == 6 else "127.0.0.1")
    return f"http://[{address}]:{port}/" if address.version == 6 else f"http://{address}:{port}/"
