"""Which addresses belong to the public internet.

The rule is a table of its own: what Python calls global differs from one version to the next.
"""

from __future__ import annotations

from importlib.resources import files
from ipaddress import IPv6Address, ip_address, ip_network

# All of IPv6 that is given to hosts of the public internet (IANA's IPv6 address space). What stands
# for an IPv4 address (mapped, compatible, translated) lies outside it.
GLOBAL_UNICAST = ip_network("2000::/3")
# IANA's registries of special-purpose addresses, IPv4 and what of IPv6 lies within the above, those
# that can be reached from everywhere included: no source's page is there. And multicast.
NETWORKS = files("app.evidence") / "special_networks.txt"
SPECIAL = tuple(map(ip_network, NETWORKS.read_text(encoding="utf-8").split()))


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address) and parsed not in GLOBAL_UNICAST:
        return False
    return not any(parsed in network for network in SPECIAL)
