#!/usr/bin/env python3
"""Makes the wire vectors of this folder: NAME.bin (one whole envelope, or one whole datagram if its
name begins so) and NAME.json beside it.

Encodes by hand, from docs/protocol.md and the Protocol Buffers encoding guide, so that it shares no
code with what it checks. `regenerate.py --check` writes nothing and fails if a file differs.
"""
import json
import pathlib
import struct
import sys

sys.dont_write_bytecode = True
from chacha20_poly1305 import seal  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


def varint(value):
    out = bytearray()
    while True:
        low, value = value & 0x7F, value >> 7
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def field(number, kind, value):
    """One protobuf field; defaults are left out, as proto3 does."""
    def tagged(wire_type, payload):
        return varint(number << 3 | wire_type) + payload

    if kind == "message":
        body = message(value)
        return tagged(2, varint(len(body)) + body)
    if kind == "messages":
        return b"".join(field(number, "message", one) for one in value)
    if kind == "strings":
        return b"".join(field(number, "string", one) for one in value)
    if not value:
        return b""
    if kind == "string":
        body = value.encode()
        return tagged(2, varint(len(body)) + body)
    if kind == "bytes":
        return tagged(2, varint(len(value)) + value)
    if kind in ("uint", "bool", "enum"):
        return tagged(0, varint(int(value)))
    if kind == "sint":
        return tagged(0, varint(value << 1 if value >= 0 else (-value << 1) - 1))
    if kind == "float":
        return tagged(5, struct.pack("<f", value))
    if kind == "double":
        return tagged(1, struct.pack("<d", value))
    if kind == "fixed64":
        return tagged(1, struct.pack("<Q", value))
    if kind == "sfixed64":
        return tagged(1, struct.pack("<q", value))
    if kind == "fixed32":
        return tagged(5, struct.pack("<I", value))
    raise ValueError(kind)


def message(fields):
    return b"".join(field(number, kind, value) for number, _, kind, value in fields)


def readable(fields):
    def one(kind, value):
        if kind == "message":
            return readable(value)
        if kind == "messages":
            return [readable(each) for each in value]
        return value.hex() if kind == "bytes" else value

    return {name: one(kind, value) for _, name, kind, value in fields}


def datagram(kind, body, up, key, counter):
    clear = struct.pack("<BBHIQ", kind, 0, 0, ROUTE, counter) + (struct.pack("<Q", COOKIE) if up else b"")
    return clear + (seal(key, struct.pack("<IQ", 0, counter), clear, body) if key else body)


def nack(names, count=None):
    count = len(names) if count is None else count
    return struct.pack("<B", count) + b"".join(struct.pack("<BII", *name) for name in names)


def packet(epoch, sequence, media, programme, payload, flags=0, size=None):
    size = len(payload) if size is None else size
    return struct.pack("<IIqqHH", epoch, sequence, media, programme, flags, size) + payload


def bundle(stream, packets, count=None, reserved=0):
    count = len(packets) if count is None else count
    return b"\x01" + struct.pack("<BBH", stream, count, reserved) + b"".join(packets)


# The datagrams' route (of shard 2), cookie and keys.
ROUTE, COOKIE = 0xA1B2C302, 0x1122334455667788
KEY_UP, KEY_DOWN = bytes(range(32)), bytes(range(32, 64))

PACKET_ONE = dict(epoch=3, sequence=42, media=4_800_000, programme=-960, payload=bytes.fromhex("fcdeadbeef"))
THREE = [dict(epoch=7, sequence=100 + i, media=9_600_000 + 960 * i, programme=480_000 + 960 * i,
              payload=payload) for i, payload in enumerate([b"", b"\xfc\xff\xfe", bytes(range(7))])]

SECOND_3 = dict(epoch=2, sequence=403, media=4_800_000, programme=-960, payload=bytes.fromhex("fcdeadbeef"))
SECOND_49 = dict(epoch=2, sequence=449, media=4_844_160, programme=43_200, payload=b"")


def second_checksum(packets):
    """Of the packets of a second: FNV-1a over stamps and payload, mixed, and summed."""
    total = 0
    for one in packets:
        value = 0x811C9DC5
        stamps = struct.pack("<IIqq", one["epoch"], one["sequence"], one["media"], one["programme"])
        for byte in stamps + one["payload"]:
            value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
        value = (value ^ value >> 16) * 0x85EBCA6B & 0xFFFFFFFF
        value = (value ^ value >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
        total += value ^ value >> 16
    return total & 0xFFFFFFFF


VERSION = [(1, "major", "uint", 1), (2, "minor", "uint", 0)]
STREAMS = [
    (1, "streams", "messages", [
        [(1, "stream_id", "uint", 0), (2, "perspective", "string", "objective"),
         (3, "title", "string", "Full hearing"), (4, "bitrate", "uint", 96000),
         (5, "channels", "uint", 2), (6, "codec", "string", "opus")],
        [(1, "stream_id", "uint", 1), (2, "perspective", "string", "subjective"),
         (3, "title", "string", "Through the drummer's ears"), (4, "bitrate", "uint", 96000),
         (5, "channels", "uint", 2), (6, "codec", "string", "opus")]]),
    (2, "objective_stream_id", "uint", 0), (3, "default_stream_id", "uint", 1)]
COMPANIONS = STREAMS + [(4, "companions", "messages", [
    [(1, "stream_id", "uint", 9), (2, "companion_of", "uint", 1), (3, "kind", "enum", 1),
     (4, "bitrate", "uint", 48000)],
    [(1, "stream_id", "uint", 17), (2, "companion_of", "uint", 1), (3, "kind", "enum", 2),
     (4, "bitrate", "uint", 2400)]])]
WANTED = [(1, "tactile", "bool", True), (2, "haptics", "bool", True)]
TIMELINE = [(1, "segments", "messages", [
    [(1, "epoch", "uint", 1), (2, "media_time", "sint", 0), (3, "programme_time", "sint", 0),
     (4, "rate", "double", 0.0)],
    [(1, "epoch", "uint", 2), (2, "media_time", "sint", 4_800_000),
     (3, "programme_time", "sint", -2880), (4, "rate", "double", 1.0)]])]
STATE_CHANGE = [
    (1, "stream_id", "uint", 1), (2, "epoch", "uint", 2), (3, "media_time", "sint", 5_856_000),
    (4, "programme_time", "sint", 1_056_000), (5, "state", "string", "sudden_loss"),
    (6, "label", "string", "Sudden loss"), (7, "caption", "string", "[the sound drops away]"),
    (8, "intensity", "float", 0.5), (9, "fade_ms", "uint", 250), (10, "cue_number", "string", "12.5A")]
SHOW = [
    (1, "title", "string", "Démonstration"), (2, "rights", "string", "own work"),
    (3, "perspectives", "messages", [
        [(1, "id", "string", "objective"), (2, "title", "string", "Full hearing")]]),
    (4, "cues", "messages", [
        [(1, "number", "string", "12.5A"), (2, "name", "string", "The loss"),
         (3, "programme_time", "sint", 1_056_000), (4, "manual", "bool", False),
         (5, "perspective", "string", "subjective"), (6, "state", "string", "sudden_loss"),
         (7, "caption", "string", "[the sound drops away]")],
        [(1, "number", "string", "13"), (4, "manual", "bool", True),
         (5, "perspective", "string", "subjective"), (6, "state", "string", "full")]]),
    (5, "length_frames", "sint", 4_320_000)]
SESSION = [(1, "phase", "enum", 2), (2, "open", "bool", True), (3, "panic", "bool", False),
           (4, "listeners", "uint", 48)]
HELLO = [
    (1, "version", "message", VERSION), (2, "features", "strings", ["bundle"]),
    (3, "role", "enum", 1), (4, "client", "string", "earshot-client 0.1.0"),
    (5, "name", "string", "seat 12"), (6, "group", "string", "balcony"),
    (7, "perspective", "string", "subjective"), (8, "join_code", "string", "K7PX"),
    (9, "resume_token", "bytes", bytes.fromhex("00ff10")), (10, "decodes_audio", "bool", True)]

MESSAGES = {
    "sync_request": (0x02, "SyncRequest", [
        (1, "t1_local_ns", "fixed64", 1_234_567_890_123), (2, "sequence", "fixed32", 7)]),
    "sync_reply": (0x03, "SyncReply", [
        (1, "t1_local_ns", "fixed64", 1_234_567_890_123), (2, "t2_media_ns", "sfixed64", -5),
        (3, "t3_media_ns", "sfixed64", 20_000), (4, "sequence", "fixed32", 7)]),
    "hello": (0x10, "Hello", HELLO),
    "welcome": (0x11, "Welcome", [
        (1, "version", "message", VERSION), (3, "server", "string", "earshot-server 0.1.0"),
        (4, "session_id", "string", "open"), (5, "listener_id", "uint", 17),
        (6, "badge", "string", "Blue Heron 17"), (7, "resume_token", "bytes", b"\x01\x02\x03"),
        (8, "lead_ms", "uint", 400), (9, "level_cap_dbfs", "float", -6.0),
        (10, "streams", "message", STREAMS), (11, "timeline", "message", TIMELINE),
        (12, "show", "message", SHOW), (13, "session", "message", SESSION),
        (14, "stream_id", "uint", 1), (15, "states", "messages", [STATE_CHANGE])]),
    "refusal": (0x12, "Refusal", [
        (1, "code", "enum", 1), (2, "text", "string", "update the listener"),
        (3, "version", "message", VERSION)]),
    "bye": (0x13, "Bye", [
        (1, "reason", "string", "the server stops"), (2, "come_back_after_ms", "uint", 5000)]),
    "subscribe": (0x20, "Subscribe", [(1, "perspective", "string", "objective")]),
    "streams": (0x21, "Streams", STREAMS),
    "timeline": (0x22, "Timeline", TIMELINE),
    "state_change": (0x23, "StateChange", STATE_CHANGE),
    "show_summary": (0x24, "ShowSummary", SHOW),
    "session_state": (0x25, "SessionState", SESSION),
    "session_state_lead": (0x25, "SessionState", [*SESSION, (5, "lead_ms", "uint", 800)]),
    "local_control": (0x26, "LocalControl", [
        (1, "action", "enum", 4), (2, "level_cap_dbfs", "float", -12.5), (3, "fade_ms", "uint", 300)]),
    "telemetry": (0x30, "Telemetry", [
        (1, "offset_ns", "sint", -987_654_321), (2, "fit_bound_ns", "uint", 45_000),
        (3, "path_bound_ns", "uint", 200_000), (4, "skew_ppm", "float", -12.5),
        (5, "error_p50_us", "float", 8.5), (6, "error_p99_us", "float", 90.25),
        (7, "error_max_us", "float", 120.0), (8, "correction_ppm", "float", 12.5),
        (9, "buffer_ms", "float", 380.0), (10, "device_latency_ms", "float", 21.5),
        (11, "packets_received", "uint", 5_000_000_000), (12, "packets_late", "uint", 2),
        (13, "packets_lost", "uint", 1), (14, "frames_concealed", "uint", 960),
        (15, "reanchors", "uint", 0), (16, "rtt_us", "uint", 1500),
        (17, "media_time", "sint", 5_856_000), (18, "epoch", "uint", 2),
        (19, "state", "string", "sudden_loss"), (20, "playing", "bool", True),
        (21, "transport", "string", "ws")]),
    "telemetry_device_jumps": (0x30, "Telemetry", [
        (10, "device_latency_ms", "float", 230.5), (15, "reanchors", "uint", 1),
        (24, "device_jumps", "uint", 1)]),
    # A whole second of stream 1, and one of which packets 3 and 49 alone have come.
    "telemetry_delivered": (0x30, "Telemetry", [
        (22, "delivered", "messages", [
            [(1, "stream_id", "uint", 1), (2, "epoch", "uint", 2), (3, "second", "uint", 7),
             (4, "packets", "fixed64", 2**50 - 1), (5, "checksum", "fixed32", 0xDEADBEEF)],
            [(2, "epoch", "uint", 2), (3, "second", "uint", 8),
             (4, "packets", "fixed64", 2**49 + 2**3),
             (5, "checksum", "fixed32", second_checksum([SECOND_3, SECOND_49]))]]),
        (23, "error_mean_us", "float", -12.5)]),
    "exit": (0x31, "Exit", [(1, "left", "bool", True)]),
    # What a body feels (since 1.1).
    "hello_companions": (0x10, "Hello", [
        (1, "version", "message", [(1, "major", "uint", 1), (2, "minor", "uint", 1)]),
        (3, "role", "enum", 1), (11, "companions", "message", WANTED)]),
    "subscribe_companions": (0x20, "Subscribe", [
        (2, "companions", "message", [(1, "tactile", "bool", True), (2, "haptics", "bool", False)])]),
    "streams_companions": (0x21, "Streams", COMPANIONS),
    # By which way media comes (since 1.2).
    "media_offer": (0x40, "MediaOffer", [
        (1, "route", "fixed32", ROUTE), (2, "cookie", "fixed64", COOKIE),
        (3, "key_up", "bytes", KEY_UP), (4, "key_down", "bytes", KEY_DOWN),
        (5, "max_datagram_bytes", "uint", 1200)]),
    "media_path": (0x41, "MediaPath", [(1, "udp", "bool", True), (2, "lost_permille", "uint", 12)]),
    # A newer minor: version 1.7, and fields this version does not know (100: text, 101: a number).
    "hello_newer_minor": (0x10, "Hello", [
        (1, "version", "message", [(1, "major", "uint", 1), (2, "minor", "uint", 7)]),
        (3, "role", "enum", 1), (100, "future_text", "string", "from the future"),
        (101, "future_number", "uint", 300)]),
}


def vectors():
    def show_packets(packets):
        return [{**one, "payload": one["payload"].hex()} for one in packets]

    def of_bundle(stream, packets, raw=None, error=None, **note):
        data = bundle(stream, [packet(**one) for one in packets]) if raw is None else raw
        body = {"error": error} if error else {"stream": stream, "packets": show_packets(packets)}
        return data, {"kind": 1, "kind_name": "bundle", **body, **note}

    yield "bundle_one_packet", *of_bundle(1, [PACKET_ONE])
    yield "bundle_three_packets", *of_bundle(2, THREE)
    # What is reserved today may be set by a newer minor: ignored.
    yield "bundle_reserved_set", *of_bundle(
        1, [PACKET_ONE], raw=bundle(1, [packet(**PACKET_ONE, flags=0x8001)], reserved=0xABCD))
    whole = bundle(1, [packet(**PACKET_ONE)])
    yield "bundle_truncated", *of_bundle(1, [], raw=whole[:-1], error="truncated")
    yield "bundle_trailing_byte", *of_bundle(1, [], raw=whole + b"\0", error="bad_value")
    yield "bundle_no_packets", *of_bundle(1, [], raw=bundle(1, []), error="bad_value")
    yield "bundle_nine_packets", *of_bundle(
        1, [], raw=bundle(1, [packet(1, i, 0, 0, b"") for i in range(9)]), error="bad_value")
    yield "bundle_payload_too_large", *of_bundle(
        1, [], raw=bundle(1, [packet(1, 0, 0, 0, b"", size=1276)]), error="payload_too_large")
    yield "bundle_stamp_too_far", *of_bundle(
        1, [], raw=bundle(1, [packet(1, 0, 2**48 + 1, 0, b"")]), error="bad_value")
    # Two points: a stroke with rms 150, peak 200 and centroid 37, then rms 140, peak 180, centroid 36.
    yield "bundle_haptic_points", *of_bundle(
        17, [dict(epoch=3, sequence=42, media=4_799_520, programme=-1440,
                  payload=bytes([150, 200, 0x80 | 37, 140, 180, 36]))])
    yield from datagrams()
    yield "unknown_kind", b"\x7f\x01\x02", {"kind": 0x7F, "error": "bad_kind"}
    for name, (kind, type_name, fields) in MESSAGES.items():
        yield name, bytes([kind]) + message(fields), {
            "kind": kind, "message": "earshot.v1." + type_name, "fields": readable(fields)}


def datagrams():
    audio = bundle(1, [packet(**PACKET_ONE)])[1:]
    names = [(1, 3, 42), (17, 3, 0xFFFFFFFF)]
    # Probes are as long as the longest datagram, when sealed; acknowledgements as long as the probe.
    for name, kind, up, fields, body in (
            ("probe", 1, True, {"nonce": 9}, struct.pack("<Q", 9) + bytes(1152)),
            ("probe_ack", 2, False, {"nonce": 9}, struct.pack("<Q", 9) + bytes(1160)),
            ("sync_request", 3, True, {"t1": 1_234_567_890_123, "sequence": 7},
             struct.pack("<QIQ", 1_234_567_890_123, 7, 0)),
            ("sync_reply", 4, False, {"t1": 1_234_567_890_123, "t2": -5, "t3": 20_000, "sequence": 7},
             struct.pack("<QqqI", 1_234_567_890_123, -5, 20_000, 7)),
            ("audio", 5, False, {"bundle": "bundle_one_packet"}, audio),
            ("nack", 6, True, {"names": names}, nack(names)),
            ("audio_again", 7, False, {"bundle": "bundle_one_packet"}, audio)):
        for suffix, key, counter in (("", None, 5), ("_sealed", KEY_UP if up else KEY_DOWN, 0x0102030405)):
            note = {"datagram": kind, "way": "up" if up else "down", "route": ROUTE, "counter": counter}
            if up:
                note["cookie"] = COOKIE
            if key:
                note["key"] = key.hex()
            yield "datagram_" + name + suffix, datagram(kind, body, up, key, counter), {
                **note, "body": fields, "body_bytes": len(body)}


def main():
    check = "--check" in sys.argv[1:]
    wrong = []
    for name, data, description in vectors():
        text = json.dumps({"name": name, **description, "hex": data.hex()}, indent=2,
                          ensure_ascii=False) + "\n"
        for path, content in ((HERE / f"{name}.bin", data), (HERE / f"{name}.json", text.encode())):
            if check:
                if not path.exists() or path.read_bytes() != content:
                    wrong.append(path.name)
            else:
                path.write_bytes(content)
    if wrong:
        print("differ from what regenerate.py makes: " + ", ".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
