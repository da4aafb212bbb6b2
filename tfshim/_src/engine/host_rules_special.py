"""Host rules of the special functions, by way of SciPy (which JAX itself depends on)."""

import importlib

import numpy as np

from tfshim._src.engine.host_rules import Equation, Kernel, rule

_FUNCTIONS = {
    "erf": "erf",
    "erfc": "erfc",
    "erf_inv": "erfinv",
    "lgamma": "gammaln",
    "bessel_i0e": "i0e",
    "bessel_i1e": "i1e",
    "igamma": "gammainc",
    "igammac": "gammaincc",
    "regularized_incomplete_beta": "betainc",
    "zeta": "zeta",
}


def _scipy_special(name: str) -> Kernel:
    # Imported at first use: programs without special functions do not wait for SciPy.
    return getattr(importlib.import_module("scipy.special"), name)


def _build(eqn: Equation) -> Kernel | None:
    if eqn.inputs[0].dtype.kind != "f":
        return None
    return _scipy_special(_FUNCTIONS[eqn.name])


for _name in _FUNCTIONS:
    rule(_name, elementwise=True, widen=True)(_build)


@rule("digamma", elementwise=True, widen=True)
def _digamma(eqn):
    psi = _scipy_special("psi")

    def call(x):
        # Every pole is nan in XLA; SciPy gives the two zeros an infinity.
        return np.where(x == 0, x.dtype.type(np.nan), psi(x))

    return call


@rule("polygamma", elementwise=True, widen=True)
def _polygamma(eqn):
    dtype = eqn.inputs[0].dtype
    zeta, gammaln, psi = map(_scipy_special, ("zeta", "gammaln", "psi"))

    def call(order, x):
        n = order.astype(np.float64)
        x = x.astype(np.float64)
        sign = np.where(np.fmod(n, 2) == 0, -1.0, 1.0)
        value = sign * np.exp(gammaln(n + 1)) * zeta(n + 1, x)
        return np.where(n == 0, psi(x), value).astype(dtype)

    return call
