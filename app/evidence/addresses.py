"""Which addresses belong to the public internet.

The rule is a table of its own: what Python calls global differs from one version to the next.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

# All of IPv6 that is given to hosts of the public internet (IANA's IPv6 address space). What stands
# for an IPv4 address (mapped, compatible, translated) lies outside it.
GLOBAL_UNICAST = ip_network("2000::/3")
# IANA's registries of special-purpose addresses, IPv4 and what of IPv6 lies within the above, those
# that can be reached from everywhere included: no source's page is there. And multicast.
SPECIAL = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address) and parsed not in GLOBAL_UNICAST:
        return False
    return not any(parsed in network for network in SPECIAL)
