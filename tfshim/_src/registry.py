"""The registry: `@op` turns a pure function of raw arrays into a public op.

    @op("tf.math.maximum", "tf.maximum", inputs=same("x", "y", of=REAL), jvp=ties_to_first)
    def maximum(x, y):
        \"\"\"The larger of x and y, element by element, with broadcasting.\"\"\"
        return jnp.maximum(x, y)

The function's parameters are TensorFlow's, with TensorFlow's defaults, without `name`, which is
added. Those named by `inputs` are tensors; all others are static attributes, brought into a
canonical hashable form by `static={parameter: converter}` (default `static.plain`). The body runs
with raw arrays and canonical attributes; it may raise through `errors.require`, since shapes are
known while tracing. What `@op` returns is the public function: it converts its arguments, finds
the kernel for the attributes and dispatches a node. Such a function is generated as source text,
so that it has the true signature and costs no argument binding.

`@export("tf.x")` publishes anything else (classes, functions written upon ops).
"""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from tfshim._src import codecache, composite, static as static_converters
from tfshim._src.dtypes import DType
from tfshim._src.engine import speed
from tfshim._src.engine.forms import FORMS
from tfshim._src.engine.kernel import Kernel
from tfshim._src.errors import OpError
from tfshim._src.rules import NO_TENSORS, Group, Rule

#: Public name -> object, and public name -> (module, attribute) where it is defined.
PUBLIC: dict[str, Any] = {}
PUBLIC_ORIGIN: dict[str, tuple[str, str]] = {}
#: Every op by function name, for the tables and tests that go through all of them.
OPS: dict[str, Op] = {}

#: Names that generated code uses; dispatch.py fills in what it defines.
RUNTIME: dict[str, Any] = {}

_DERIVED: Any = object()
_GENERATED_LOCALS = frozenset({"inputs_", "key_", "kernel_", "layout_", "error_", "out_"})
_PLAIN_TYPES = frozenset({int, bool, str, type(None), DType})


class Op:
    """What is known of one op.

    Attributes:
      name: the Python function's name.
      kernel: TensorFlow's kernel name (`AddV2`), for error text.
      body: the pure function of raw arrays.
      rule: which parameters are tensors, with which dtypes.
      static: converters of the other parameters.
      grad: Tensor-level gradient rule, None where TensorFlow has no gradient, or the derived one.
      public: public names.
    """

    def __init__(self, body, names, kernel, rule, static, grad, jvp, vjp, diff, host, settle):
        self.name = body.__name__
        self.body = body
        self.public = names
        self.kernel = kernel
        self.rule: Rule = rule
        self.grad = grad
        self.jvp = jvp
        self.vjp = vjp
        self.settle = settle
        self.host = host
        self.module = body.__module__
        self.parameters = list(inspect.signature(body).parameters.values())
        self.inputs = tuple(n.strip("*?") for n in rule.names)
        self.group_of: dict[str, Group] = {n.strip("*?"): g for g in rule.groups for n in g.names}
        self.optional = frozenset(n.rstrip("?") for n in rule.names if n.endswith("?"))
        self.lists = frozenset(n[1:] for n in rule.names if n.startswith("*"))
        params = [p.name for p in self.parameters]
        taken = sorted(set(params) & _GENERATED_LOCALS)
        if taken:
            raise ValueError(f"op {self.name}: parameters {taken} clash with generated code")
        unknown = [n for n in self.inputs if n not in params]
        if unknown:
            raise ValueError(f"op {self.name}: inputs {unknown} are not parameters")
        self.inputs = tuple(p for p in params if p in self.group_of)
        self.attributes = tuple(p for p in params if p not in self.group_of)
        self.static = {a: static.get(a, static_converters.plain) for a in self.attributes}
        self.diff = diff
        index = {n: i for i, n in enumerate(self.inputs)}
        #: (group, indices of its members among the inputs), for conversion
        self.groups = [(g, [index[n.strip("*?")] for n in g.names]) for g in rule.groups]
        self._kernels: dict[Any, Kernel] = {}
        self.raw_kernels: dict[Any, Kernel] = {}

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    @property
    def form(self) -> Callable[[Kernel], Any] | None:
        """Makes the closed form of one of its kernels; None if it has none."""
        from tfshim._src import forms  # noqa: F401  (registers them)

        return FORMS.get(self.name)

    def bind(self, *values: Any, layout: tuple | None = None) -> Kernel:
        """The kernel for these attribute values (in the order of `attributes`).

        Args:
          values: what the caller passed; converted here.
          layout: for optional and list inputs, per input None (absent), 1 or the list's length.
        """
        converted = [self.static[a](v) for a, v in zip(self.attributes, values, strict=True)]
        key = (tuple([_typed(v) for v in converted]), layout)
        found = self._kernels.get(key)
        if found is None:
            attrs = dict(zip(self.attributes, converted, strict=True))
            found = self._kernels[key] = self._make(attrs, layout)
        return found

    def bind_raw(self, raw_key: Any, *values: Any, layout: tuple | None = None) -> Kernel:
        """`bind`, remembered under the raw values where those are plain enough to be a key.

        Args:
          raw_key: the key; 0 where every value is the default; None where it has no hash.
          values, layout: as in `bind`.
        """
        kernel = self.bind(*values, layout=layout)
        if raw_key is not None and _keyed(values) is not None:
            self.raw_kernels[raw_key] = kernel
        return kernel

    def _make(self, attrs: dict[str, Any], layout: tuple | None) -> Kernel:
        body = self.body
        if layout is None:
            names = self.inputs
            if tuple(p.name for p in self.parameters[: len(names)]) == names:
                fn = _Body(body, attrs)
            else:
                fn = _NamedBody(body, names, attrs)
        else:
            fn = _LayoutBody(body, self.inputs, self.lists, layout, attrs)
        if self.jvp is not None:
            fn = _with_jvp(fn, self.jvp, attrs)
        elif self.vjp is not None:
            fn = _with_vjp(fn, self.vjp, attrs)
        diff = None
        if self.diff is not None:
            diff = frozenset(i for i, n in enumerate(self.inputs) if n in self.diff)
        kernel = Kernel(
            self.kernel,
            fn,
            attrs,
            rule=self.grad if callable(self.grad) else None,
            differentiable=self.grad is not None and not self.host,
            diff_inputs=diff,
            host_only=self.host,
            settle=self.settle,
            op=self,
        )
        if speed.core is not None:
            kernel.entry = speed.core.Entry(kernel, len(self.inputs) == 2 and len(self.groups) == 1)
        return kernel


class _Body:
    """A body with its attributes bound; inputs come first in its signature."""

    def __init__(self, body, attrs):
        self.body, self.attrs = body, attrs

    def __call__(self, *values):
        return self.body(*values, **self.attrs)


class _NamedBody(_Body):
    """The same where the inputs are not the first parameters."""

    def __init__(self, body, names, attrs):
        super().__init__(body, attrs)
        self.names = names

    def __call__(self, *values):
        return self.body(**dict(zip(self.names, values, strict=True)), **self.attrs)


class _LayoutBody(_Body):
    """The same with absent inputs and lists of inputs."""

    def __init__(self, body, names, lists, layout, attrs):
        super().__init__(body, attrs)
        self.names, self.lists, self.layout = names, lists, layout

    def __call__(self, *values):
        args: dict[str, Any] = {}
        rest = iter(values)
        for name, count in zip(self.names, self.layout, strict=True):
            if name in self.lists:
                args[name] = None if count is None else [next(rest) for _ in range(count)]
            else:
                args[name] = None if count is None else next(rest)
        return self.body(**args, **self.attrs)


def _typed(value: Any) -> Any:
    """A key part that keeps 1, 1.0 and True, and 0.0 and -0.0, apart."""
    if isinstance(value, tuple):
        return tuple([_typed(v) for v in value])
    if isinstance(value, float):
        return (float, value.hex())
    if isinstance(value, complex):
        return (complex, value.real.hex(), value.imag.hex())
    return (type(value), value)


def _with_jvp(fn, jvp, attrs):
    """Gives a body TensorFlow's derivative: `jvp(primals, tangents, **attrs) -> (out, tangent)`."""
    wrapped = jax.custom_jvp(lambda *xs: fn(*xs))

    @wrapped.defjvp
    def _(primals, tangents):
        return jvp(primals, tangents, **attrs)

    return wrapped


def _with_vjp(fn, vjp, attrs):
    """Gives a body a pullback: `vjp(inputs, outputs, cotangents, **attrs) -> input cotangents`.

    Outputs and cotangents are tuples for ops of several outputs, single arrays otherwise; None
    stands for a zero. The pushforward is its linear transpose, so forward mode agrees with it.
    """
    wrapped = jax.custom_jvp(lambda *xs: fn(*xs))

    @wrapped.defjvp
    def _(primals, tangents):
        outs = wrapped(*primals)
        moving = [i for i, x in enumerate(primals) if jnp.issubdtype(x.dtype, jnp.inexact)]

        def pull(cotangents):
            grads = vjp(primals, outs, cotangents, **attrs)
            zeros = [jnp.zeros_like(primals[i]) for i in moving]
            return [z if grads[i] is None else grads[i] for i, z in zip(moving, zeros, strict=True)]

        push = jax.linear_transpose(pull, outs)
        (tangent,) = push([tangents[i] for i in moving])
        return outs, tangent

    return wrapped


def export(*names: str) -> Callable[[Any], Any]:
    """Publishes a class, function or constant under these full names (`tf.x`, `tf.math.x`)."""

    def decorate(thing):
        # Not thing.__module__: that is the public one where text shows it.
        module = sys._getframe(1).f_globals["__name__"]
        if inspect.isfunction(thing) and not composite.AWARE.isdisjoint(names):
            thing = composite.aware(thing, names)
        for name in names:
            publish(name, thing, module, thing.__name__)
        return thing

    return decorate


def publish(name: str, thing: Any, module: str, attribute: str) -> None:
    """Publishes `module.attribute`; for constants, which carry no module of their own."""
    if name in PUBLIC and PUBLIC[name] is not thing:
        raise ValueError(f"{name} is published twice: by {PUBLIC_ORIGIN[name]} and {module}")
    PUBLIC[name] = thing
    PUBLIC_ORIGIN[name] = (module, attribute)


def op(
    *names: str,
    inputs: Rule = NO_TENSORS,
    kernel: str | None = None,
    static: dict[str, Callable] | None = None,
    grad: Any = _DERIVED,
    jvp: Callable | None = None,
    vjp: Callable | None = None,
    diff: tuple[str, ...] | None = None,
    host: bool = False,
    settle: Callable | None = None,
) -> Callable[[Callable], Callable]:
    """Registers an op; see the module's text.

    Args:
      names: public names; none for an op that other public functions are made of.
      inputs: the dtype rule, which also says what the tensor parameters are.
      kernel: TensorFlow's kernel name; by default the function's name in CamelCase.
      static: converters for the attributes.
      grad: None where TensorFlow has no gradient (the result is unconnected), or a rule on tensors
        `grad(call) -> list of input gradients` (tape.Call), for IndexedSlices and the like.
      jvp: TensorFlow's derivative where it differs from JAX's, as a pushforward of raw arrays.
      vjp: the same as a pullback of raw arrays; for rules that are not easily a pushforward.
      diff: the only inputs that have a gradient; by default all of a float or complex dtype.
      host: runs at once, on NumPy arrays, outside XLA: strings, and shapes that depend on data.
      settle: what TensorFlow's gradient kernel makes of 0 times infinity (engine/kernel.py).
    """

    def decorate(body: Callable) -> Callable:
        camel = "".join(w[:1].upper() + w[1:] for w in body.__name__.strip("_").split("_"))
        entry = Op(
            body, names, kernel or camel, inputs, static or {}, grad, jvp, vjp, diff, host, settle
        )
        if OPS.setdefault(entry.name, entry) is not entry:
            raise ValueError(f"two ops are named {entry.name}")
        public = _generate(entry)
        #: For operators: how it is called with operands that it met before, where there is a way.
        public.entry = (
            None
            if entry.attributes or "KERNEL" not in public.__globals__
            else (public.__globals__["KERNEL"].entry)
        )
        for name in names:
            publish(name, public, body.__module__, body.__name__)
        return public

    return decorate


def _generate(entry: Op) -> Callable:
    """The public function of an op, from source text."""
    scope: dict[str, Any] = {"__name__": entry.module, "OP": entry, "R": RUNTIME}
    params, keyword_only = [], False
    for p in entry.parameters:
        if p.kind is p.KEYWORD_ONLY and not keyword_only:
            params.append("*")
            keyword_only = True
        if p.default is p.empty:
            params.append(p.name)
        else:
            scope[f"_d_{p.name}"] = p.default
            params.append(f"{p.name}=_d_{p.name}")
    if not any(p.name == "name" for p in entry.parameters):
        params.append("name=None")
    xs, attrs = entry.inputs, entry.attributes
    lines = [f"def {entry.name}({', '.join(params)}):"]
    scope.update(T=None, DISPATCH=None)
    plain = not (entry.optional or entry.lists or entry.host)
    fast = plain and bool(xs) and speed.core is not None
    if plain:
        lines += _finding(entry, scope)
        if fast:
            lines += [
                "    if kernel_ is not None:",
                f"        out_ = kernel_.entry({', '.join(xs)})",
                "        if out_ is not MISS:",
                "            return out_",
            ]
            scope["MISS"] = MISS
        lines += _checking(entry, scope)
        if attrs:
            lines += [
                "    if kernel_ is None:",
                f"        kernel_ = OP.bind_raw(key_, {', '.join(attrs)})",
            ]
    else:
        lines += _converting(entry, "inputs_, layout_ = CONVERT_LAYOUT", 4)
        lines += _finding(entry, scope) if attrs else ["    key_ = 0"]
        lines += [
            "    kernel_ = None if key_ is None else RAW.get((key_, layout_))",
            "    if kernel_ is None:",
            f"        kernel_ = OP.bind_raw(key_ if key_ is None else (key_, layout_), "
            f"{', '.join((*attrs, 'layout=layout_'))})",
        ]
        scope["RAW"] = entry.raw_kernels
    lines += [
        "    try:",
        "        out_ = DISPATCH(kernel_, inputs_)",
        "    except OPERROR as error_:",
        f"        NAMED(error_, ({_tuple(_arguments_in_errors(entry))}), name, {entry.host})",
        "        raise",
        *(["    kernel_.entry.accept(inputs_)"] if fast else []),
        "    return out_",
    ]
    scope.update(OPERROR=OpError, NAMED=_name_error)
    source = "\n".join(lines) + "\n"
    filename = f"<tfshim op {entry.name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    scope.update(RUNTIME)
    _PENDING_SCOPES.append(scope)
    nameless = "\n".join(["def FUNCTION" + lines[0][4 + len(entry.name) :], *lines[1:]])
    exec(codecache.compiled(nameless), scope)
    fn = scope["SELF"] = scope.pop("FUNCTION")
    fn.__name__ = entry.name
    fn.__code__ = fn.__code__.replace(
        co_name=entry.name, co_qualname=entry.name, co_filename=filename
    )
    scope.update(COMPOSITE=composite.CompositeOperand, HANDLE=composite.handle)
    fn.__doc__ = entry.body.__doc__
    fn.__module__ = entry.module
    fn.__qualname__ = entry.name
    fn.op = entry
    return fn


def _finding(entry: Op, scope: dict[str, Any]) -> list[str]:
    """Lines that look the kernel up: None the first time, with the key it will be kept under."""
    attrs = entry.attributes
    if not attrs:
        scope["KERNEL"] = entry.bind()
        return ["    kernel_ = KERNEL"]
    scope["RAW"] = entry.raw_kernels
    scope.update(SEQUENCES=_SEQUENCES, KEYED=_keyed)
    values = _tuple(attrs)
    key = [
        f"key_ = ({', '.join(f'{a}, type({a})' for a in attrs)})",
        f"if {' or '.join(f'type({a}) in SEQUENCES' for a in attrs)}:",
        f"    key_ = KEYED(({values}))",
    ]
    lines = [f"    {line}" for line in key]
    if all(f"_d_{a}" in scope for a in attrs):  # nothing given is the commonest
        omitted = " and ".join(f"{a} is _d_{a}" for a in attrs)
        lines = [f"    if {omitted}:", "        key_ = 0", "    else:"]
        lines += [f"        {line}" for line in key]
    return [
        *lines,
        "    try:",
        "        kernel_ = RAW.get(key_)",
        "    except TypeError:",
        "        kernel_ = key_ = None",
    ]


_SEQUENCES = frozenset({list, tuple})


def _keyed(values: Any) -> tuple | None:
    """A key of attributes of which some are lists or tuples, with the type of each element; None
    where one has elements that are no plain values."""
    parts: list[Any] = [type(values)]
    for v in values:
        kind = type(v)
        if kind in _SEQUENCES:
            inner = _keyed(v)
            if inner is None:
                return None
            parts.append(inner)
        elif kind in _PLAIN_TYPES:
            parts += (v, kind)
        else:
            return None
    return tuple(parts)


def _checking(entry: Op, scope: dict[str, Any]) -> list[str]:
    """Lines that make `inputs_`: the arguments themselves where they are tensors that fit."""
    xs = entry.inputs
    if not xs:
        return ["    inputs_ = ()"]
    tests = [f"type({x}) is T" for x in xs]
    for g in entry.rule.groups:
        tests += [f"{a}.aval.dtype is {g.names[0]}.aval.dtype" for a in g.names[1:]]
    limited = [g for g in entry.rule.groups if g.of or g.dtype]
    for i, g in enumerate(limited):
        scope[f"A{i}"] = g.allowed if g.dtype is None else frozenset({g.dtype})
        tests.append(f"{g.names[0]}.aval.dtype in A{i}")
    return [
        f"    if {' and '.join(tests)}:",
        f"        inputs_ = ({_tuple(xs)})",
        *_scalar_branch(entry, tests),
        "    else:",
        *_converting(entry, "inputs_ = CONVERT", 8),
    ]


def _converting(entry: Op, call: str, indent: int) -> list[str]:
    """Lines that convert the inputs; a public op lets composites find their implementation."""
    pad, line = " " * indent, f"{call}(OP, ({_tuple(entry.inputs)}))"
    if not entry.public:
        return [pad + line]
    args = ", ".join(f"{p.name!r}: {p.name}" for p in entry.parameters)
    return [
        f"{pad}try:",
        f"{pad}    {line}",
        f"{pad}except COMPOSITE as error_:",
        f"{pad}    return HANDLE(error_, OP.public, SELF, {{{args}}})",
    ]


def _scalar_branch(entry: Op, tests: list[str]) -> list[str]:
    """The case `tensor op number` of an op with two operands, the commonest after two tensors."""
    xs = entry.inputs
    if len(xs) != 2 or len(entry.rule.groups) != 1:
        return []
    x, y = xs
    keep = [t for t in tests if t.startswith(f"{x}.") or t == f"type({x}) is T"]
    return [
        f"    elif {' and '.join(keep)} and {x}.aval.dtype.kind in FITS.get(type({y}), ''):",
        f"        inputs_ = ({x}, LITERAL({y}, {x}.aval.dtype))",
    ]


_PENDING_SCOPES: list[dict[str, Any]] = []


def _arguments_in_errors(entry: Op) -> tuple[str, ...]:
    return entry.inputs if entry.host else tuple(p.name for p in entry.parameters)


def _name_error(error: OpError, arguments: tuple, name: str | None, texts: bool = False) -> None:
    """Ends an error's text as TensorFlow does: with the call's name, or without one where an
    argument was a Python sequence (or a string, for a string op), since TensorFlow then takes
    another path to its kernel."""
    text = error._message
    if text.endswith(" name: "):
        slow = (list, tuple, str, bytes) if texts else (list, tuple)
        if any(type(a) in slow for a in arguments):
            error._message = text.removesuffix(" name: ")
        elif isinstance(name, str):
            error._message = text + name


def provide(**names: Any) -> None:
    """Gives generated functions what they call: T, DISPATCH, CONVERT, CONVERT_LAYOUT."""
    RUNTIME.update(names)
    for scope in _PENDING_SCOPES:
        scope.update(names)


def _tuple(names: tuple[str, ...]) -> str:
    return ", ".join(names) + ("," if len(names) == 1 else "")


def shortcut(public: Callable, *attrs: Any) -> Callable:
    """A way to call an op with operands that were accepted by it before.

    Args:
      public: what `@op` returned.
      attrs: its attributes.

    Returns:
      A function of the operands: the result, or MISS, where the op itself must be called.
    """
    entry = public.op.bind(*attrs).entry  # type: ignore[attr-defined]
    return always_miss if entry is None else entry


#: What a shortcut gives where there is none.
MISS: Any = object() if speed.core is None else speed.core.MISS


def always_miss(*operands: Any) -> Any:
    """The shortcut where there is none."""
    return MISS


def raw(public: Callable) -> Callable:
    """The body of a public op, for other bodies that build upon it."""
    return public.op.body  # type: ignore[attr-defined]
