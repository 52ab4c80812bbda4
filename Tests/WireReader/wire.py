#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second reader of docs/formats/wire.md and docs/formats/sealed-blobs.md, written from these pages alone.

    wire.py read FILE      judges the cases of a file and prints what came out, as JSON
    wire.py vectors        prints Tests/Vectors/wire/vectors.json, the same every time

Needs Debian's python3-cryptography.
"""
import hashlib
import hmac
import json
import struct
import sys

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FORMATS = ["png", "webp", "jpg", "jpeg", "avif", "gif", "tiff", "heic"]
HIGHEST_TOKEN = 2**53 - 1


class Refused(Exception):
    pass


def hkdf(key, salt, info, length):
    """RFC 5869 with SHA-256."""
    prk = hmac.new(salt or bytes(32), key, hashlib.sha256).digest()
    out, block, index = b"", b"", 1
    while len(out) < length:
        block = hmac.new(prk, block + info + bytes([index]), hashlib.sha256).digest()
        out += block
        index += 1
    return out[:length]


def gcm_open(key, nonce, sealed, tag, binding=b""):
    try:
        return AESGCM(key).decrypt(nonce, sealed + tag, binding)
    except InvalidTag:
        raise Refused("not-authentic")


def gcm_seal(key, nonce, message, binding=b""):
    sealed = AESGCM(key).encrypt(nonce, message, binding)
    return sealed[:-16], sealed[-16:]


def box_key(key, salt, purpose):
    both = hkdf(key, salt, purpose, 44)
    return both[:32], both[32:]


def open_box(box, key, purpose, binding):
    if len(box) < 48:
        raise Refused("wrong-length")
    return gcm_open(*box_key(key, box[:32], purpose), box[32:-16], box[-16:], binding)


def seal_box(secret, key, purpose, binding, salt):
    sealed, tag = gcm_seal(*box_key(key, salt, purpose), secret, binding)
    return salt + sealed + tag


def picture(message):
    if not message or not 1 <= message[0] <= len(FORMATS):
        raise Refused("unknown-format")
    return {"format": FORMATS[message[0] - 1], "sha256": hashlib.sha256(message[1:]).hexdigest()}


# Pixstore


def read_pixstore(case):
    payload, record = bytes.fromhex(case["payload"]), case.get("record")
    if not payload:
        raise Refused("truncated")
    if payload[0] > 6:
        raise Refused("unknown-state")
    if payload[0] >= 2:
        return {"state": payload[0]}
    if payload[0] == 0:
        key, nonce, tag, body = *(bytes.fromhex(record[name]) for name in ("key", "nonce", "tag")), payload[1:]
        token = record["token"]
    else:
        if len(payload) < 70:
            raise Refused("truncated")
        token = struct.unpack_from("<Q", payload, 1)[0]
        if token > HIGHEST_TOKEN:
            raise Refused("token-out-of-range")
        key, nonce, tag, body = payload[9:41], payload[41:53], payload[53:69], payload[69:]
    return {"state": payload[0], "token": token, **picture(gcm_open(key, nonce, body, tag))}


# Argentum


def names(identifier, variant):
    out = b""
    for name in (identifier.encode(), variant.encode()):
        out += struct.pack("<H", len(name)) + name
    return out


def message(subject, signed):
    return b"argentum wire 1\0" + subject + signed


def check_signature(server, subject, frame):
    key_id, signature = frame[-72:-64], frame[-64:]
    if hashlib.sha256(server).digest()[:8] != key_id:
        raise Refused("not-genuine")
    try:
        Ed25519PublicKey.from_public_bytes(server).verify(signature, message(subject, frame[:-64]))
    except InvalidSignature:
        raise Refused("not-genuine")


def read_wire(case):
    frame, server = bytes.fromhex(case["frame"]), bytes.fromhex(case["server"])
    subject, seen = names(case["id"], case["variant"]), case.get("seen")
    if not frame:
        raise Refused("truncated")
    if frame[0] != 0xA1:
        raise Refused("unknown-version")
    if len(frame) < 2:
        raise Refused("truncated")
    if frame[1] > 7:
        raise Refused("unknown-state")
    if frame[1] >= 2:
        if len(frame) > 2:
            raise Refused("too-long")
        return {"state": frame[1]}
    length = 90 if frame[1] == 0 else 238
    if len(frame) < length:
        raise Refused("truncated")
    token, signed_at = struct.unpack_from("<QQ", frame, 2)
    if max(token, signed_at) > HIGHEST_TOKEN:
        raise Refused("token-out-of-range")
    return (read_current if frame[1] == 0 else read_full)(case, frame, server, subject, token, signed_at, seen)


def read_current(case, frame, server, subject, token, signed_at, seen):
    if len(frame) > 90:
        raise Refused("too-long")
    check_signature(server, subject, frame)
    if seen is None or token != seen["token"] or signed_at < seen["signedAt"]:
        raise Refused("older-than-seen")
    return {"state": 0, "token": token, "signedAt": signed_at}


def read_full(case, frame, server, subject, token, signed_at, seen):
    head, body = frame[:238], frame[238:]
    length = struct.unpack_from("<Q", head, 18)[0]
    if length == 0 or length > 2**63 - 1 or len(body) < length:
        raise Refused("truncated")
    if len(body) > length:
        raise Refused("too-long")
    check_signature(server, subject, head)
    if seen is not None and token < seen["token"]:
        raise Refused("older-than-seen")
    if hashlib.sha256(body).digest() != head[26:58]:
        raise Refused("body-differs")
    try:
        secret = open_box(
            head[58:166], bytes.fromhex(case["recordKey"]), b"argentum wire 1", subject + struct.pack("<Q", token))
    except Refused:
        raise Refused("not-genuine")
    opened = picture(gcm_open(secret[:32], secret[32:44], body, secret[44:]))
    return {"state": 1, "token": token, "signedAt": signed_at, **opened}


# Sealed blobs


def read_blob(case):
    blob, key, binding = (bytes.fromhex(case[name]) for name in ("blob", "key", "binding"))
    if len(blob) < 64:
        raise Refused("wrong-length")
    if blob[:8] != b"AGSEALED":
        raise Refused("not-sealed")
    if blob[8] != 1:
        raise Refused("unknown-version")
    if blob[9:16] != b"\x10" + bytes(6):
        raise Refused("not-authentic")
    derived = hkdf(key, blob[16:48], b"argentum sealed blob" + blob[:16] + binding, 39)
    chunks = [blob[place : place + 65552] for place in range(48, len(blob), 65552)]
    content = b""
    for number, chunk in enumerate(chunks):
        last = number == len(chunks) - 1
        if len(chunk) < 16 or (len(chunk) == 16 and len(chunks) > 1):
            raise Refused("wrong-length")
        nonce = derived[32:] + struct.pack(">I", number) + bytes([last])
        content += gcm_open(derived[:32], nonce, chunk[:-16], chunk[-16:])
    return {"length": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def read_wrapped(case):
    wrapped, master = bytes.fromhex(case["wrapped"]), bytes.fromhex(case["master"])
    if len(wrapped) != 89 or wrapped[0] != 1:
        raise Refused("wrong-length")
    if hkdf(master, b"", b"argentum master key id", 8) != wrapped[1:9]:
        raise Refused("unknown-master-key")
    binding = b"\x01" + struct.pack("<Q", case["generation"]) + case["owner"].encode()
    return {"key": open_box(wrapped[9:], master, b"argentum key wrap 1", binding).hex()}


READERS = {"pixstore": read_pixstore, "wire": read_wire, "blob": read_blob, "wrapped": read_wrapped}


def judge(case):
    try:
        return READERS[case["kind"]](case)
    except Refused as refusal:
        return {"refused": str(refusal)}


# Vectors


def pattern(name, length):
    """Bytes that can be made again from their name."""
    out, index = b"", 0
    while len(out) < length:
        out += hashlib.sha256(f"{name} {index}".encode()).digest()
        index += 1
    return out[:length]


def begin(state, token, moment):
    return bytes([0xA1, state]) + struct.pack("<QQ", token, moment)


def sign(key, subject, signed):
    signed += hashlib.sha256(public(key)).digest()[:8]
    return signed + key.sign(message(subject, signed))


def public(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def full(key, record_key, subject, token, moment, content):
    secret = pattern("seal", 44)
    body, tag = gcm_seal(secret[:32], secret[32:], content)
    box = seal_box(secret + tag, record_key, b"argentum wire 1", subject + struct.pack("<Q", token), pattern("salt", 32))
    signed = begin(1, token, moment) + struct.pack("<Q", len(body)) + hashlib.sha256(body).digest() + box
    return sign(key, subject, signed) + body


def vectors():
    key = Ed25519PrivateKey.from_private_bytes(pattern("server", 32))
    secret = pattern("record secret", 32)
    moment = 1767225600000
    cases = []

    def add(name, frame, variant="small.webp", seen=None, server=key, identifier="0196f7c0-0000-7000-8000-000000000001"):
        subject = names(identifier, variant)
        case = {
            "kind": "wire", "name": name, "id": identifier, "variant": variant, "server": public(server).hex(),
            "recordKey": hkdf(secret, b"", b"argentum record key 1" + subject, 32).hex(), "frame": frame.hex(),
        }
        if seen:
            case["seen"] = {"token": seen[0], "signedAt": seen[1]}
        case["expect"] = judge(case)
        cases.append(case)

    small = names("0196f7c0-0000-7000-8000-000000000001", "small.webp")
    original = names("0196f7c0-0000-7000-8000-000000000001", "")
    alias = names("münzen:7f2k", "")
    record_key = hkdf(secret, b"", b"argentum record key 1" + small, 32)
    content = b"\x02" + pattern("picture", 99)
    good = full(key, record_key, small, moment, moment, content)
    current = sign(key, small, begin(0, moment, moment + 5000))
    other = Ed25519PrivateKey.from_private_bytes(pattern("another server", 32))

    add("a picture", good)
    add("a picture that was seen before", good, seen=(moment, moment))
    add("a picture of the original",
        full(key, hkdf(secret, b"", b"argentum record key 1" + original, 32), original, moment, moment, content), variant="")
    add("a picture under an alias",
        full(key, hkdf(secret, b"", b"argentum record key 1" + alias, 32), alias, moment, moment, content), variant="",
        identifier="münzen:7f2k")
    add("the highest token", full(key, record_key, small, HIGHEST_TOKEN, moment, content))
    add("one byte of picture", full(key, record_key, small, moment, moment, b"\x01"))
    add("what the client has is current", current, seen=(moment, moment))
    add("current, and the client has nothing", current)
    add("current, of a token that the client does not have", current, seen=(moment + 1, moment))
    add("current, but from before the newest answer", current, seen=(moment, moment + 5001))
    add("a picture older than seen", good, seen=(moment + 1, moment))
    add("a picture of another variant", good, variant="large.webp")
    add("current for another variant", current, variant="large.webp", seen=(moment, moment))
    add("a picture signed by another server", full(other, record_key, small, moment, moment, content))
    add("a picture for the key of another server", good, server=other)
    add("a picture whose ciphertext is another", good[:-1] + bytes([good[-1] ^ 1]))
    add("a picture whose token was changed", good[:2] + struct.pack("<Q", moment + 1) + good[10:])
    add("a picture whose box was made for another token",
        rebound(key, record_key, small, moment, moment + 1, content))
    add("a picture that was cut short", good[:-1])
    add("a picture that was made longer", good + b"\0")
    add("a head without a picture", good[:238])
    add("a head that was cut short", good[:237])
    add("a token that JavaScript cannot hold", sign(key, small, begin(0, HIGHEST_TOKEN + 1, moment)), seen=(moment, moment))
    add("an unknown format", full(key, record_key, small, moment, moment, b"\x09" + pattern("picture", 9)))
    add("current that was made longer", current + b"\0", seen=(moment, moment))
    add("current that was cut short", current[:-1], seen=(moment, moment))
    for state in range(2, 8):
        add(f"failure {state}", bytes([0xA1, state]))
    add("a failure that was made longer", b"\xa1\x02\x00")
    add("an unknown state", b"\xa1\x08")
    add("a state alone", b"\xa1")
    add("nothing", b"")
    add("an unknown version", b"\xa2" + good[1:])
    add("an answer of Pixstore", b"\x01" + bytes(100))
    return {
        "about": "Frames of docs/formats/wire.md. Written by Tests/WireReader/wire.py vectors.",
        "recordSecret": secret.hex(), "serverSeed": pattern("server", 32).hex(), "cases": cases,
    }


def rebound(key, record_key, subject, token, bound_to, content):
    """Signed as it should be, with a box that belongs to another token."""
    frame = full(key, record_key, subject, bound_to, token, content)
    signed = begin(1, token, token) + frame[18:166]
    return sign(key, subject, signed) + frame[238:]


def main():
    if sys.argv[1:] == ["vectors"]:
        print(json.dumps(vectors(), indent=1, ensure_ascii=False))
    elif len(sys.argv) == 3 and sys.argv[1] == "read":
        with open(sys.argv[2], encoding="utf-8") as file:
            print(json.dumps([judge(case) for case in json.load(file)]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
