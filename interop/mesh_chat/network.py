"""Where this device is: its public addresses, as others see them, and who is on the same network."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import socket
from dataclasses import dataclass

import aiohttp
from aioice import stun
from aioice.ice import get_host_addresses, get_or_create_mdns_protocol, unref_mdns_protocol
from aioice.mdns import create_mdns_hostname

from . import ids

log = logging.getLogger(__name__)

STUN_SECONDS = 0.5
ECHO_SECONDS = 5.0


@dataclass(frozen=True)
class Near:
    """Who counts as on the network of a namespace: by the own public addresses."""

    namespace: str
    addresses: tuple[str, ...]

    def is_here(self, host: str) -> bool:
        """Says whether a path to this address is one on this network."""
        if host.endswith(".local"):
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        if is_private(address):
            return True
        return any(same_network(host, own) for own in self.addresses)

    def is_told(self, host: str) -> bool:
        """Says whether an own address is told there: of the namespace's family."""
        return host.endswith(".local") or (":" in host) == self.is_ipv6()

    def is_ipv6(self) -> bool:
        """Says of which family the namespace is."""
        return len(self.namespace.split("-")[0]) == 4


def is_private(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Says whether the address is one of a private network; no documentation or test network is."""
    if isinstance(address, ipaddress.IPv4Address):
        return any(address in ipaddress.ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
    return address in ipaddress.ip_network("fc00::/7")


def same_network(one: str, other: str) -> bool:
    """Says whether two addresses have the same namespace."""
    try:
        return ids.namespace_of(one) == ids.namespace_of(other)
    except ValueError:
        return False


def own_addresses() -> list[str]:
    """The addresses of the interfaces at which others can be met."""
    found = get_host_addresses(use_ipv4=True, use_ipv6=True)
    return [one for one in found if not ipaddress.ip_address(one).is_loopback]


class LocalNames:
    """The `.local` names behind which own addresses are told on the own network."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._works = True

    async def name_of(self, address: str) -> str | None:
        """The name of an own address, or none where names cannot be told here."""
        if address not in self._names and self._works:
            try:
                protocol = await get_or_create_mdns_protocol(self)
                name = create_mdns_hostname()
                await protocol.publish(name, address)
            except OSError as error:
                log.info("no .local names here: %s", error)
                self._works = False
            else:
                self._names[address] = name
        return self._names.get(address)

    async def close(self) -> None:
        """Answers for no name any more."""
        await unref_mdns_protocol(self)


async def public_addresses(stun_servers: list[tuple[str, int]], echo: str | None) -> list[str]:
    """The own public addresses, one of each family: as STUN servers see them, else as the echo does."""
    asked = [asyncio.create_task(_ask_stun(*server)) for server in stun_servers[:4]]
    found: dict[bool, str] = {}
    for task in asked:
        address = await task
        if address is not None:
            found.setdefault(":" in address, address)
    if not found and echo is not None:
        address = await _ask_echo(echo)
        if address is not None:
            found[":" in address] = address
    return list(found.values())


class _StunQuestion(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.question = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)

    def datagram_received(self, data: bytes, _: tuple[str, int]) -> None:
        try:
            message = stun.parse_message(data)
            host = str(message.attributes["XOR-MAPPED-ADDRESS"][0])
        except (ValueError, KeyError):
            return
        if message.transaction_id == self.question.transaction_id and not self.answer.done():
            self.answer.set_result(host)


async def _ask_stun(host: str, port: int) -> str | None:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(STUN_SECONDS):
            info = await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
            transport, protocol = await loop.create_datagram_endpoint(_StunQuestion, remote_addr=(str(info[0][4][0]), port))
            try:
                transport.sendto(bytes(protocol.question))
                return _counting(await protocol.answer)
            finally:
                transport.close()
    except (OSError, TimeoutError):
        return None


async def _ask_echo(url: str) -> str | None:
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ECHO_SECONDS)) as session:
            async with session.get(url, allow_redirects=False) as answer:
                body = (await answer.content.read(1_024)).decode()
    except (aiohttp.ClientError, OSError, TimeoutError, UnicodeDecodeError):
        return None
    try:
        value = json.loads(body)
        body = value["ip"] if isinstance(value, dict) else body
        return _counting(str(body).strip())
    except (ValueError, KeyError, RecursionError):
        return None


def _counting(address: str) -> str | None:
    """Only addresses that stand for a network count: private and shared ones would bring people together by chance."""
    parsed = ipaddress.ip_address(address)
    shared = parsed.version == 4 and parsed in ipaddress.ip_network("100.64.0.0/10")
    useless = parsed.is_loopback or parsed.is_link_local or parsed.is_multicast or parsed.is_unspecified
    return None if is_private(parsed) or shared or useless else str(parsed)
