"""FarmHash's Fingerprint64 of byte strings.

Source: G. Pike, FarmHash (github.com/google/farmhash), the 64-bit function that CityHash 1.1 began
and whose values are promised never to change; the constants are its own.
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def _rotate(x: int, n: int) -> int:
    x &= _MASK
    return (x >> n | x << (64 - n)) & _MASK


def _shift_mix(x: int) -> int:
    x &= _MASK
    return x ^ x >> 47


def _word(s: bytes, at: int, size: int = 8) -> int:
    return int.from_bytes(s[at : at + size], "little")


def _mix(u: int, v: int, mul: int) -> int:
    a = _shift_mix((u ^ v) * mul)
    return _shift_mix((v ^ a) * mul) * mul & _MASK


def fingerprint64(s: bytes) -> int:
    """The 64-bit fingerprint of a byte string, as an int from 0 on."""
    n = len(s)
    if n <= 16:
        return _up_to_16(s, n)
    if n <= 32:
        return _up_to_32(s, n)
    if n <= 64:
        return _up_to_64(s, n)
    return _longer(s, n)


def _up_to_16(s: bytes, n: int) -> int:
    if n >= 8:
        mul = _K2 + 2 * n
        a, b = _word(s, 0) + _K2, _word(s, n - 8)
        return _mix((_rotate(b, 37) * mul + a) & _MASK, (_rotate(a, 25) + b) * mul & _MASK, mul)
    if n >= 4:
        mul = _K2 + 2 * n
        return _mix(n + (_word(s, 0, 4) << 3), _word(s, n - 4, 4), mul)
    if n:
        y, z = s[0] + (s[n >> 1] << 8), n + (s[-1] << 2)
        return _shift_mix(y * _K2 & _MASK ^ z * _K0 & _MASK) * _K2 & _MASK
    return _K2


def _up_to_32(s: bytes, n: int) -> int:
    mul = _K2 + 2 * n
    a, b = _word(s, 0) * _K1, _word(s, 8)
    c, d = _word(s, n - 8) * mul, _word(s, n - 16) * _K2
    u = _rotate(a + b, 43) + _rotate(c, 30) + d
    return _mix(u & _MASK, (a + _rotate(b + _K2, 18) + c) & _MASK, mul)


def _up_to_64(s: bytes, n: int) -> int:
    mul = _K2 + 2 * n
    a, b = _word(s, 0) * _K2, _word(s, 8)
    c, d = _word(s, n - 8) * mul, _word(s, n - 16) * _K2
    y = (_rotate(a + b, 43) + _rotate(c, 30) + d) & _MASK
    z = _mix(y, (a + _rotate(b + _K2, 18) + c) & _MASK, mul)
    e, f = _word(s, 16) * mul, _word(s, 24)
    g, h = (y + _word(s, n - 32)) * mul, (z + _word(s, n - 24)) * mul
    u = _rotate(e + f, 43) + _rotate(g, 30) + h
    return _mix(u & _MASK, (e + _rotate(f + a, 18) + g) & _MASK, mul)


def _weak(s: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    """Mixes 32 bytes into two words."""
    w, x, y, z = (_word(s, at + i) for i in (0, 8, 16, 24))
    a += w
    b = _rotate(b + a + z, 21)
    c = a
    a += x + y
    b += _rotate(a, 44)
    return (a + z) & _MASK, (b + c) & _MASK


def _longer(s: bytes, n: int) -> int:
    x = 81
    y = x * _K1 + 113 & _MASK
    z = _shift_mix(y * _K2 + 113) * _K2 & _MASK
    x = x * _K2 + _word(s, 0)
    v = w = (0, 0)
    last = (n - 1) & 63

    def block(at: int, mul: int, nine: int):
        nonlocal x, y, z, v, w
        x = _rotate(x + y + v[0] + _word(s, at + 8), 37) * mul
        y = _rotate(y + v[1] + _word(s, at + 48), 42) * mul
        x = (x ^ w[1] * nine) & _MASK
        y += v[0] * nine + _word(s, at + 40)
        z = _rotate(z + w[0], 33) * mul
        v = _weak(s, at, v[1] * mul, x + w[0])
        w = _weak(s, at + 32, z + w[1], y + _word(s, at + 16))
        x, z = z & _MASK, x

    for at in range(0, n - 1 - last, 64):
        block(at, _K1, 1)
    mul = _K1 + ((z & 0xFF) << 1)
    w = (w[0] + last, w[1])
    v = (v[0] + w[0], v[1])
    w = (w[0] + v[0], w[1])
    block(n - 64, mul, 9)
    u = _mix(v[0], w[0], mul) + _shift_mix(y) * _K0 + z
    return _mix(u & _MASK, (_mix(v[1], w[1], mul) + x) & _MASK, mul)
