#!/bin/sh
# A TURN server relays nothing any more for a client that once sent to an address without a route.
#
# Expected:  a packet that cannot be sent is lost, as UDP's are; the relay lives as long as its client refreshes it.
# Happens:   from then on nothing that the client sends leaves the relay, and no error tells the client, which keeps the
#            relay and its permissions. With a default route on the server's machine the same packet is lost alone.
#            Browsers send such packets at once: they try the other end's private addresses through the relay.
# Version:   coturn 4.6.1 (Debian's), Python 3
# Output:    relayed before a packet without a route: True; after it: [False, False, False]
# Reason:    read in its source: a send that fails marks the socket as one to be closed (`send_data_from_ioa_socket_nbh`).
# Exit code: 0 as described, 1 when the behaviour changed.
# It needs root, coturn and Python, and runs in a network of its own.
set -eu

if [ "${1-}" != inside ]; then
    exec unshare -n sh "$0" inside
fi

ip link set lo up
ip address add 192.0.2.1/24 dev lo
ip address add 192.0.2.2/24 dev lo
turnserver -n --lt-cred-mech --realm=lab --user=lab:lab --no-tls --no-dtls --no-cli --listening-ip 192.0.2.1 \
    --log-file=stdout --pidfile=/dev/null >/dev/null 2>&1 &
server=$!
trap 'kill $server' EXIT
until ss -Hltn 'src 192.0.2.1:3478' | grep -q .; do sleep 0.1; done

python3 - <<'PYTHON'
import hashlib, hmac, os, socket, struct, sys

MAGIC = 0x2112A442
ALLOCATE, PERMIT, SEND = 0x0003, 0x0008, 0x0016
USERNAME, INTEGRITY, PEER, DATA, REALM, NONCE, TRANSPORT = 0x06, 0x08, 0x12, 0x13, 0x14, 0x15, 0x19
# RFC 5737 and RFC 1918: one that is there, and one to which there is no route.
HERE, ELSEWHERE = "192.0.2.2", "10.9.9.9"

client, peer = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
client.connect(("192.0.2.1", 3478))
peer.bind((HERE, 0))
client.settimeout(3)
peer.settimeout(1)


def attribute(kind, value):
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def peer_at(host, port):
    number, = struct.unpack("!I", socket.inet_aton(host))
    return attribute(PEER, struct.pack("!BBHI", 0, 1, port ^ MAGIC >> 16, number ^ MAGIC))


def message(kind, body, key=None):
    transaction = os.urandom(12)
    head = lambda length: struct.pack("!HHI", kind, length, MAGIC) + transaction
    if key:
        body += attribute(INTEGRITY, hmac.digest(key, head(len(body) + 24) + body, "sha1"))
    return head(len(body)) + body


def ask(*what):
    client.send(message(*what))
    answer = client.recv(2000)
    found, at = {}, 20
    while at < len(answer):
        kind, length = struct.unpack("!HH", answer[at : at + 4])
        found[kind] = answer[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4
    return answer[:2].hex(), found


def relayed(text):
    client.send(message(SEND, peer_at(*peer.getsockname()) + attribute(DATA, text)))
    try:
        return peer.recv(100) == text
    except TimeoutError:
        return False


udp = attribute(TRANSPORT, bytes([17, 0, 0, 0]))
_, asked = ask(ALLOCATE, udp)
login = b"".join([attribute(USERNAME, b"lab"), *(attribute(kind, asked[kind]) for kind in (REALM, NONCE))])
key = hashlib.md5(b"lab:" + asked[REALM] + b":lab").digest()
assert ask(ALLOCATE, udp + login, key)[0] == "0103"
for host in (HERE, ELSEWHERE):
    assert ask(PERMIT, peer_at(host, 9) + login, key)[0] == "0108"

before = relayed(b"before")
client.send(message(SEND, peer_at(ELSEWHERE, 9) + attribute(DATA, b"lost")))
after = [relayed(b"after %d" % number) for number in range(3)]
print(f"relayed before a packet without a route: {before}; after it: {after}")
sys.exit(not (before and not any(after)))
PYTHON
