"""From a closed jaxpr to one flat list of equations: calls inlined, dead equations removed."""

from typing import Any, NamedTuple

import ml_dtypes  # noqa: F401  (registers the extension dtypes with NumPy)
import numpy as np

from tfshim._src.engine.host_rules import WIDER, HostAval


class Unsupported(Exception):
    """A primitive (or the shape, dtype or parameters it is used with) has no host rule."""


class Node(NamedTuple):
    """One equation over numbered values."""

    name: str
    params: dict[str, Any]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


# Primitives that call the jaxpr in one of these parameters, and do no more here.
_CALLS = {
    "jit": ("jaxpr",),
    "pjit": ("jaxpr",),
    "closed_call": ("call_jaxpr", "jaxpr"),
    "core_call": ("call_jaxpr", "jaxpr"),
    "core_closed_call": ("call_jaxpr", "jaxpr"),
    "call": ("call_jaxpr", "jaxpr"),
    "custom_jvp_call": ("call_jaxpr", "jaxpr"),
    "custom_vjp_call": ("call_jaxpr", "fun_jaxpr", "jaxpr"),
    "custom_vjp_call_jaxpr": ("fun_jaxpr", "call_jaxpr", "jaxpr"),
    "remat": ("jaxpr",),
    "remat2": ("jaxpr",),
    "checkpoint": ("jaxpr",),
}

# Primitives whose results are their operands.
_IDENTITIES = frozenset(
    ("copy", "copy_p", "stop_gradient", "optimization_barrier", "name", "device_put", "pvary")
)


def host_aval(aval) -> HostAval:
    """The shape and dtype of a jaxpr's aval; raises Unsupported for what is no plain array."""
    shape, dtype = getattr(aval, "shape", None), getattr(aval, "dtype", None)
    if (
        shape is None
        or not isinstance(dtype, np.dtype)
        or (dtype.kind not in "biufc" and dtype not in WIDER)
    ):
        raise Unsupported(f"a value of type {aval}")
    return HostAval(tuple(map(int, shape)), dtype)


class FlatProgram:
    """Numbered values, the constants among them, and the equations that make the others."""

    def __init__(self, closed_jaxpr, scalars: bool = False):
        self.scalars = scalars  # every value stands for a scalar, whatever its aval says
        self.avals: list[Any] = []
        self.constants: dict[int, np.ndarray] = {}
        self.nodes: list[Node] = []
        jaxpr = closed_jaxpr.jaxpr
        if jaxpr.effects:
            raise Unsupported("effects")
        self.inputs = [self._new(var.aval) for var in jaxpr.invars]
        self.outputs = self._inline(closed_jaxpr, self.inputs)
        self._drop_dead()

    def aval(self, value: int) -> HostAval:
        """The shape and dtype of a numbered value."""
        aval = host_aval(self.avals[value])
        return HostAval((), aval.dtype) if self.scalars else aval

    def _new(self, aval) -> int:
        self.avals.append(aval)
        return len(self.avals) - 1

    def _constant(self, aval, value) -> int:
        number = self._new(aval)
        if isinstance(getattr(aval, "dtype", None), np.dtype):
            self.constants[number] = np.asarray(value, dtype=aval.dtype)
        return number

    def _inline(self, closed, operands: list[int]) -> list[int]:
        jaxpr = getattr(closed, "jaxpr", closed)
        consts = getattr(closed, "consts", ())
        env = dict(zip(jaxpr.invars, operands, strict=True))
        for var, value in zip(jaxpr.constvars, consts, strict=True):
            env[var] = self._constant(var.aval, value)

        def read(atom) -> int:
            return self._constant(atom.aval, atom.val) if hasattr(atom, "val") else env[atom]

        for eqn in jaxpr.eqns:
            inputs = [read(atom) for atom in eqn.invars]
            outputs = self._equation(eqn, inputs)
            env.update(zip(eqn.outvars, outputs, strict=True))
        return [read(atom) for atom in jaxpr.outvars]

    def _equation(self, eqn, inputs: list[int]) -> list[int]:
        name, params = eqn.primitive.name, eqn.params
        if name in _IDENTITIES:
            return inputs
        if name in _CALLS:
            called = next((params[key] for key in _CALLS[name] if key in params), None)
            if called is None:
                raise Unsupported(name)
            return self._inline(called, inputs)
        if name == "custom_linear_solve":
            # The solver's answer; the rest of the parameters serves derivatives.
            matvec, vecmat, solve, transpose_solve = params["const_lengths"]
            start = matvec + vecmat
            operands = inputs[start : start + solve] + inputs[start + solve + transpose_solve :]
            return self._inline(params["jaxprs"].solve, operands)
        if name == "platform_index":
            return [self._constant(eqn.outvars[0].aval, _cpu_branch(params["platforms"]))]
        if name == "cond" and inputs[0] in self.constants:
            branches = params["branches"]
            chosen = min(max(int(self.constants[inputs[0]]), 0), len(branches) - 1)
            return self._inline(branches[chosen], inputs[1:])
        outputs = [self._new(var.aval) for var in eqn.outvars]
        self.nodes.append(Node(name, params, tuple(inputs), tuple(outputs)))
        return outputs

    def _drop_dead(self) -> None:
        live, kept = set(self.outputs), []
        for node in reversed(self.nodes):
            if not live.isdisjoint(node.outputs):
                live.update(node.inputs)
                kept.append(node)
        self.nodes = kept[::-1]


def _cpu_branch(platforms) -> int:
    """Which branch of a platform-dependent computation the host stands for."""
    for index, names in enumerate(platforms):
        if names is None or "cpu" in names:
            return index
    raise Unsupported("platform_index without a branch for cpu")
