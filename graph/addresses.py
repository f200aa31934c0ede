"""Which addresses are public: whoever has us send something somewhere must not reach what is behind us."""

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

SPECIAL: Final = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "100.64.0.0/10", "240.0.0.0/4")))
"""Beside what Python knows, which differs by its version: https://www.iana.org/assignments/iana-ipv4-special-registry."""
UNICAST: Final = ip_network("2000::/3")
"""All that was ever given to anybody of version 6."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is one that anybody on the network may reach, whichever way it is written.

    Private, loopback, link-local, shared (CGNAT), unique local, multicast and reserved addresses are not, nor those
    of version 6 that stand for one of version 4, such as `::ffff:127.0.0.1`, `64:ff9b::7f00:1`, 6to4 and Teredo.
    """
    if isinstance(address, IPv6Address):
        if address not in UNICAST or address.sixtofour is not None or address.teredo is not None:
            return False
    elif any(address in network for network in SPECIAL):
        return False
    return address.is_global and not address.is_multicast
