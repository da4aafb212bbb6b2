"""Host rules of the special functions, by way of SciPy (which JAX itself depends on).

zeta, polygamma, igamma, igammac and betainc have no rule on purpose: SciPy's answers outside of
their ordinary domain (a pole, a = 0, infinities) are not XLA's.
"""

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
