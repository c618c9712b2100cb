"""ChaCha20-Poly1305, from RFC 8439, for the vectors of this folder: slow, and not for secrets."""
import struct

MASK = 0xFFFFFFFF


def quarter_round(x, a, b, c, d):
    for one, other, target, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        x[one] = (x[one] + x[other]) & MASK
        mixed = x[target] ^ x[one]
        x[target] = (mixed << turn | mixed >> 32 - turn) & MASK


def block(key, counter, nonce):
    start = list(struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key)
                 + (counter,) + struct.unpack("<3I", nonce))
    x = start[:]
    for _ in range(10):
        for i in range(4):
            quarter_round(x, i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter_round(x, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<16I", *((a + b) & MASK for a, b in zip(x, start)))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at:at + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def seal(key, nonce, clear, body):
    """The body, sealed, and its tag."""
    stream = b"".join(block(key, 1 + i, nonce) for i in range((len(body) + 63) // 64))
    sealed = bytes(a ^ b for a, b in zip(body, stream))
    whole = b"".join(part + bytes(-len(part) % 16) for part in (clear, sealed))
    tag = poly1305(block(key, 0, nonce)[:32], whole + struct.pack("<QQ", len(clear), len(body)))
    return sealed + tag
