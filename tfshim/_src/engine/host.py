"""The host tier: evaluating a jaxpr with NumPy.

XLA needs tens of milliseconds to compile even one small op, so cold work on small values runs here
instead. A closed jaxpr is compiled, in well under a millisecond, to a straight list of steps over
numbered slots; rules for each primitive stand in `host_rules*.py`. Guarantees:

- the same values as XLA on CPU: integers and booleans exactly, floats within rounding;
- outputs are `np.ndarray`s of exactly the jaxpr's shapes and dtypes; they may alias the inputs, and
  nothing here writes to an input or to a constant;
- all or nothing: `host_function` gives None unless every primitive that matters has a rule.
"""

import contextvars
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tfshim._src.engine import (  # noqa: F401  (each module adds its rules to the table)
    host_rules_contract,
    host_rules_control,
    host_rules_elementwise,
    host_rules_index,
    host_rules_linalg,
    host_rules_reduce,
    host_rules_shape,
    host_rules_special,
)
from tfshim._src.engine.host_cost import Cost, cost_hint
from tfshim._src.engine.host_flatten import FlatProgram, Node, Unsupported
from tfshim._src.engine.host_rules import (
    RULES,
    WIDER,
    Equation,
    HostAval,
    Kernel,
    widened,
)

__all__ = ["Cost", "Unsupported", "compile_program", "cost_hint", "host_function", "why_not"]

# Results of constant equations are kept with the program up to this many elements.
_FOLD_SIZE = 1 << 12
# Below this size a broadcast is cheaper as a filled array than as a strided view.
_FILL_SIZE = 1 << 14
_LOOPS = frozenset(("while", "scan"))
# On a value that is the same everywhere these change no element, only how many there are.
_UNIFORM = frozenset(
    ("broadcast_in_dim", "reshape", "squeeze", "expand_dims", "transpose", "rev", "slice", "tile")
)

Shape = tuple[int, ...]


def host_function(closed_jaxpr) -> Callable[[Sequence[np.ndarray]], list[np.ndarray]] | None:
    """Compile a closed jaxpr to NumPy calls, or give None if a primitive has no rule.

    Args:
      closed_jaxpr: as from `jax.make_jaxpr`; without effects.

    Returns:
      A function from the list of inputs (arrays of exactly the jaxpr's shapes and dtypes) to the
      list of outputs.
    """
    try:
        run = compile_program(closed_jaxpr)
    except Unsupported:
        return None
    return silently(run)


def elementwise_function(
    closed_jaxpr, scalars: bool = False
) -> tuple[Callable[[Sequence], list] | None, bool]:
    """The same for a jaxpr of vectors, all of one length, as a function of arrays of any shapes.

    Args:
      closed_jaxpr: with vectors only.
      scalars: for scalars only, which is quicker.

    Returns:
      A function whose results broadcast to those of the inputs; it may warn and give scalars. None
      if a primitive is not element by element. And whether each result depends on an input.
    """
    try:
        compiler = _Compiler(FlatProgram(closed_jaxpr, scalars), False, any_shape=True)
    except Unsupported:
        return None, False
    return compiler.finish(), all(compiler.values[n].shape for n in compiler.flat.outputs)


def silently(run: Callable[[Any], Sequence]) -> Callable[[Any], list[np.ndarray]]:
    """`run` without NumPy's warnings, and with arrays for scalars among its results."""
    ndarray, asarray, contexts = np.ndarray, np.asarray, _SILENT

    def call(arguments: Sequence[np.ndarray]) -> list[np.ndarray]:
        context = contexts.pop() if contexts else _silent_context()
        results = context.run(run, arguments)
        contexts.append(context)
        return [x if type(x) is ndarray else asarray(x) for x in results]

    return call


# NumPy's error state lives in a context variable. Entering a context in which it is already set is
# ten times cheaper than `np.errstate`. A context can be entered once at a time: hence a stack.
_SILENT: list[contextvars.Context] = []


def _silent_context() -> contextvars.Context:
    context = contextvars.Context()
    context.run(np.seterr, all="ignore")
    return context


def why_not(closed_jaxpr) -> str | None:
    """Which primitive keeps a jaxpr off the host tier; None if nothing does."""
    try:
        compile_program(closed_jaxpr)
    except Unsupported as error:
        return str(error)
    return None


def compile_program(closed_jaxpr, checked: bool = False) -> Callable[[Sequence], list]:
    """As `host_function`, but raises Unsupported, keeps scalars and does not silence warnings.

    checked: assert the shape and dtype of every intermediate result (for tests).
    """
    return _Compiler(FlatProgram(closed_jaxpr), checked).finish()


class _Value(NamedTuple):
    """A register and the shape it really has; its aval's shape is that one, broadcast."""

    register: int
    shape: Shape


class _Step(NamedTuple):
    kernel: Kernel
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def _broadcast(shapes: Sequence[Shape]) -> Shape:
    result: list[int] = []
    for shape in shapes:
        result[:0] = [1] * (len(shape) - len(result))
        for axis in range(-1, -len(shape) - 1, -1):
            if shape[axis] != 1:
                result[axis] = shape[axis]
    return tuple(result)


class _Compiler:
    """Turns a flat program into steps; broadcasts stay unexpanded as long as nobody minds."""

    def __init__(self, flat: FlatProgram, checked: bool, any_shape: bool = False):
        self.flat = flat
        self.checked = checked
        self.any_shape = any_shape  # only element-by-element steps, on arrays of other shapes
        self.registers = 0
        self.steps: list[_Step] = []
        self.constants: dict[int, Any] = {}
        self.boxed: set[int] = set()
        self.values: dict[int, _Value] = {}
        self.derived: dict[Any, int] = {}
        for number in flat.inputs:
            shape = flat.aval(number).shape
            self.values[number] = _Value(self._register(), shape)
            if shape == ():
                self.boxed.add(self.values[number].register)
        self.inputs = [self.values[number].register for number in flat.inputs]
        with np.errstate(all="ignore"):
            for node in flat.nodes:
                self._node(node)
            self.outputs = [self._output(number) for number in flat.outputs]

    def _register(self) -> int:
        self.registers += 1
        return self.registers - 1

    def _value(self, number: int) -> _Value:
        found = self.values.get(number)
        if found is None:
            constant = self.flat.constants[number]
            if self.any_shape and constant.shape != ():
                raise Unsupported("a constant vector")
            found = self.values[number] = _Value(self._keep(constant), constant.shape)
        return found

    def _keep(self, constant) -> int:
        register = self._register()
        self.constants[register] = constant
        if type(constant) is np.ndarray and constant.shape == ():
            self.boxed.add(register)
        return register

    def _emit(self, kernel: Kernel, inputs: Sequence[int], count: int, fold: bool) -> list[int]:
        """Adds a step, or runs it now if everything it needs is constant."""
        if fold and all(register in self.constants for register in inputs):
            results = kernel(*[self.constants[register] for register in inputs])
            return [
                self._keep(np.asarray(x)) for x in ((results,) if count == 1 else tuple(results))
            ]
        outputs = [self._register() for _ in range(count)]
        self.steps.append(_Step(kernel, tuple(inputs), tuple(outputs)))
        return outputs

    def _derive(self, key: Any, kernel: Kernel, register: int, fold: bool = True) -> int:
        """`kernel` of one register, computed once for each key."""
        found = self.derived.get(key)
        if found is None:
            (found,) = self._emit(kernel, (register,), 1, fold)
            self.derived[key] = found
        return found

    def _full(self, number: int) -> int:
        """The register of a value in its aval's whole shape."""
        value, (shape, dtype) = self._value(number), self.flat.aval(number)
        if value.shape == shape or self.any_shape:
            return value.register
        size = int(np.prod(shape, dtype=np.int64))
        kernel = _expand(shape, dtype, size, int(np.prod(value.shape, dtype=np.int64)))
        return self._derive(
            ("full", value.register, shape), kernel, value.register, size <= _FOLD_SIZE
        )

    def _scalar(self, register: int) -> int:
        """The register of a NumPy scalar; arithmetic on those is faster than on 0-d arrays."""
        if register not in self.boxed:
            return register
        if register in self.constants:
            found = self.derived.get(("scalar", register))
            if found is None:
                found = self.derived["scalar", register] = self._register()
                self.constants[found] = self.constants[register][()]
            return found
        return self._derive(("scalar", register), lambda x: x[()], register)

    def _node(self, node: Node) -> None:
        name = node.name
        inputs = tuple(self.flat.aval(number) for number in node.inputs)
        outputs = tuple(self.flat.aval(number) for number in node.outputs)
        if name in _UNIFORM and self._value(node.inputs[0]).shape == ():
            self.values[node.outputs[0]] = self._value(node.inputs[0])
            return
        if name == "broadcast_in_dim":
            self._broadcast_in_dim(node, outputs[0].shape)
            return
        rule = RULES.get(name)
        if rule is None or (self.any_shape and not rule.elementwise):
            raise Unsupported(name)
        eqn = Equation(name, node.params, inputs, outputs, self._nested)
        kernel = widened(rule.build, eqn) if rule.widen else rule.build(eqn)
        if kernel is None:
            raise Unsupported(f"{name} of {', '.join(f'{a.dtype}{list(a.shape)}' for a in inputs)}")
        fold = name not in _LOOPS and sum(
            int(np.prod(aval.shape, dtype=np.int64)) for aval in outputs
        ) <= _FOLD_SIZE  # fmt: skip
        if rule.elementwise:
            values = [self._value(number) for number in node.inputs]
            registers, shape = [v.register for v in values], _broadcast([v.shape for v in values])
            if shape == () and rule.scalar and not any(aval.dtype in WIDER for aval in inputs):
                kernel = rule.scalar
                registers = [self._scalar(register) for register in registers]
            shapes = [shape]
        else:
            registers = [self._full(number) for number in node.inputs]
            shapes = [aval.shape for aval in outputs]
        if self.checked:
            kernel = _checking(kernel, name, shapes, outputs)
        results = self._emit(kernel, registers, len(outputs), fold)
        for number, register, shape in zip(node.outputs, results, shapes, strict=True):
            self.values[number] = _Value(register, shape)

    def _broadcast_in_dim(self, node: Node, shape: Shape) -> None:
        value = self._value(node.inputs[0])
        if self.any_shape:
            raise Unsupported("broadcast_in_dim of a vector")
        rank = len(self.flat.aval(node.inputs[0]).shape)
        actual = (1,) * (rank - len(value.shape)) + value.shape
        thin = [1] * len(shape)
        for size, place in zip(actual, node.params["broadcast_dimensions"], strict=True):
            thin[int(place)] = size
        while thin and thin[0] == 1:
            del thin[0]
        target, register = tuple(thin), value.register
        if target != value.shape:
            register = self._derive(
                ("reshape", register, target), lambda x: x.reshape(target), register
            )
            if target == () and register in self.constants:
                self.boxed.add(register)
        self.values[node.outputs[0]] = _Value(register, target)

    def _nested(self, closed_jaxpr) -> Callable[[Sequence], list]:
        return compile_program(closed_jaxpr, self.checked)

    def _output(self, number: int) -> int:
        register = self._full(number)
        if register in self.constants:
            # Every run hands out its own copy: the caller may write to it.
            return self._derive(("copy", register), np.array, register, fold=False)
        return register

    def finish(self) -> Callable[[Sequence], list]:
        """The steps that are needed, over as few slots as possible."""
        live, kept = set(self.outputs), []
        for step in reversed(self.steps):
            if not live.isdisjoint(step.outputs):
                live.update(step.inputs)
                kept.append(step)
        kept.reverse()
        last_use = {register: index for index, step in enumerate(kept) for register in step.inputs}
        slots = {register: slot for slot, register in enumerate(self.inputs)}
        template: list[Any] = [None] * len(self.inputs)
        for register, constant in self.constants.items():
            if register in live:
                slots[register] = len(template)
                template.append(constant)
        pinned = set(self.outputs) | set(self.constants) | set(self.inputs)
        free: list[int] = []
        steps = []
        for index, step in enumerate(kept):
            sources = [slots[register] for register in step.inputs]
            for register in set(step.inputs):
                if last_use[register] == index and register not in pinned:
                    free.append(slots[register])
            targets = []
            for register in step.outputs:
                if free:
                    slots[register] = free.pop()
                else:
                    slots[register] = len(template)
                    template.append(None)
                targets.append(slots[register])
            for register, slot in zip(step.outputs, targets, strict=True):
                if register not in last_use and register not in pinned:
                    free.append(slot)
            steps.append(_bind(step.kernel, sources, targets))
        return _runner(template, len(self.inputs), steps, [slots[r] for r in self.outputs])


def _expand(shape: Shape, dtype: np.dtype, size: int, held: int) -> Kernel:
    if size == held:
        return lambda x: x.reshape(shape)
    if size > _FILL_SIZE:
        return lambda x: np.broadcast_to(x, shape)
    empty = np.empty

    def fill(x):
        result = empty(shape, dtype)
        result[...] = x
        return result

    return fill


def _bind(kernel: Kernel, sources: list[int], targets: list[int]) -> Callable[[list], None]:
    """One step as a function of the slots; the common arities avoid building argument lists."""
    if len(targets) != 1:

        def many(env):
            for target, value in zip(targets, kernel(*[env[i] for i in sources]), strict=True):
                env[target] = value

        return many
    (out,) = targets
    if len(sources) == 1:
        (a,) = sources

        def unary(env):
            env[out] = kernel(env[a])

        return unary
    if len(sources) == 2:
        a, b = sources

        def binary(env):
            env[out] = kernel(env[a], env[b])

        return binary
    if len(sources) == 3:
        a, b, c = sources

        def ternary(env):
            env[out] = kernel(env[a], env[b], env[c])

        return ternary

    def variadic(env):
        env[out] = kernel(*[env[i] for i in sources])

    return variadic


def _runner(
    template: list, count: int, steps: list[Callable[[list], None]], outputs: list[int]
) -> Callable[[Sequence], list]:
    def run(arguments):
        env = template[:]
        env[:count] = arguments
        for step in steps:
            step(env)
        return [env[slot] for slot in outputs]

    return run


def _checking(
    kernel: Kernel, name: str, shapes: list[Shape], outputs: tuple[HostAval, ...]
) -> Kernel:
    def check(*operands):
        results = kernel(*operands)
        for x, shape, aval in zip(
            (results,) if len(outputs) == 1 else results, shapes, outputs, strict=True
        ):
            assert (x.shape, x.dtype) == (shape, aval.dtype), (
                f"{name}: expected {aval.dtype}{shape}, got {x.dtype}{x.shape}"
            )
        return results

    return check
