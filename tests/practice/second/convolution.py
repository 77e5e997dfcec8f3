"""Sums written out with entries out of range as zeros, and waves sent through the kernel."""

import numpy as np

ANGLES = {r"\tfrac{\pi}{3}": np.pi / 3, r"\tfrac{\pi}{2}": np.pi / 2, r"\tfrac{2\pi}{3}": 2 * np.pi / 3, r"\pi": np.pi}


def entry(x, n):
    return x[n - 1] if 1 <= n <= len(x) else 0


def full(x, w):
    return [sum(entry(x, n - j + 1) * w[j - 1] for j in range(1, len(w) + 1)) for n in range(1, len(x) + len(w))]


def valid(x, w):
    return full(x, w)[len(w) - 1 : len(x)]


def size(g):
    return len(full([1] * g["n"], [1] * g["k"]) if g["mode"] == "full" else valid([1] * g["n"], [1] * g["k"]))


def correlate(g):
    x, w = g["x"], g["w"]
    return [sum(x[n + j] * w[j] for j in range(3)) for n in range(2)]


def circular(g):
    """Multiply the discrete Fourier transforms."""
    return np.fft.ifft(np.fft.fft(g["x"], 4) * np.fft.fft(g["w"], 4)).real


def polynomial(g):
    return np.polynomial.polynomial.polymul(np.array(g["a"], float), g["b"])[g["power"]]


def row(g):
    """Find the row from what the convolution makes of unit vectors."""
    return [full(tuple(one), g["w"])[g["n"] - 1] for one in np.eye(4, dtype=int)]


def gain(g):
    return valid([g["a"]] * 20, [g["weight"]] * g["k"])[5]


def response(g):
    wave = [np.exp(1j * ANGLES[g["angle"]] * n) for n in range(3)]
    return (np.dot(np.array([g["outer"], g["middle"], g["outer"]], float), wave) / wave[1]).real


SECOND = {
    "convolution-full": lambda g: full(g["x"], g["w"]),
    "convolution-valid": lambda g: valid(g["x"], g["w"]),
    "convolution-same": lambda g: full(g["x"], g["w"])[1:5],
    "convolution-window": lambda g: full(g["x"], g["w"])[g["n"] - 1],
    "convolution-sizes": size,
    "convolution-correlate": correlate,
    "convolution-polynomial": polynomial,
    "convolution-toeplitz-row": row,
    "convolution-circular": circular,
    "convolution-box": lambda g: valid(g["x"], [g["weight"]] * 3),
    "convolution-gain": gain,
    "convolution-response": response,
}
