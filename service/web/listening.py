"""Where the server listens: bound before anything is started, and told once it answers."""

from __future__ import annotations

import ipaddress
import socket

from config.errors import SettingsError
from service.http.tokens import address_of

BACKLOG = 128


def bound(host: str, port: int, *, token: str) -> socket.socket:
    """A socket that listens, with the first address that ``host`` has.

    Args:
        host: a name or an address.
        port: 0 for any that is free.
        token: what callers must show; where it is empty, or short, only this machine may reach it.

    Raises:
        SettingsError: the host is none of this machine's, the port is taken or not allowed, or
            others could come without a token, or guess it.
    """
    family, kind, protocol, address = address_of(host, port, token=token)
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
