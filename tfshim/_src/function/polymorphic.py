"""`tf.function`: one Python function, traced once per signature."""

from __future__ import annotations

import functools
import inspect
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tfshim._src import nest
from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.function import needs_value, retracing
from tfshim._src.function.concrete_function import ConcreteFunction, Logical
from tfshim._src.function.graph_errors import GraphValueError
from tfshim._src.function.hush import hushed
from tfshim._src.function.mode import MODE, OP_BY_OP
from tfshim._src.function.op_by_op import OpByOp
from tfshim._src.function.signature import (
    Arguments,
    FunctionType,
    Signature,
    TensorKey,
    composite_type,
    expanded,
    join,
    plain_key,
    plain_keywords,
    rebuild,
    same,
    stand_in,
    takes,
    tensor_keys,
)
from tfshim._src.function.tracing import ModifiedArguments, Trace, as_results, trace
from tfshim._src.function.unknown_sizes import RANKS, at_run_time, sampled
from tfshim._src.random_graph import Streams, numbered, numbering
from tfshim._src.registry import export
from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import STATE, EagerTensor, NeedsValue

#: Calls are found by their arguments as they come, up to so many different ones per function.
MAX_FAST = 4096


class Function:
    """What `tf.function` returns: callable like the Python function, compiled per signature.

    Args:
      python_function: what to trace.
      name: for text and tables.
      input_signature: specs of the arguments, or None.
      autograph: whether Python control flow on tensors is converted.
      jit_compile: accepted; everything is compiled by XLA when it is hot.
      reduce_retracing: whether sizes that differ between calls become unknown.
      attributes: `experimental_attributes` and `experimental_implements`, kept.
    """

    __module__ = "tensorflow.python.eager.polymorphic_function.polymorphic_function"

    def __init__(
        self,
        python_function: Callable,
        name: str,
        input_signature: Any = None,
        autograph: bool = True,
        jit_compile: bool | None = None,
        reduce_retracing: bool = False,
        autograph_options: Any = None,
        attributes: dict | None = None,
    ):
        self._python_function = python_function
        self._name = name
        self._autograph = autograph
        self._jit_compile = jit_compile
        self._reduce_retracing = reduce_retracing
        self._autograph_options = autograph_options
        self._attributes = attributes
        self._signature = Signature(python_function, input_signature, name)
        self._input_signature = None if input_signature is None else tuple(input_signature)
        self._detector = retracing.detector(python_function)
        self._lock = threading.RLock()
        self._instances: dict[int, tuple[Any, Function]] = {}
        self._converted: Callable | None = None
        self._reset()
        functools.update_wrapper(self, python_function, updated=())
        for attribute, value in getattr(python_function, "__dict__", {}).items():
            self.__dict__.setdefault(attribute, value)
        self.__wrapped__ = python_function

    def _reset(self) -> None:
        #: exact key -> the trace that serves it
        self._exact: dict[Any, Trace] = {}
        #: what `plain_key` makes of arguments -> the same, and whether arrays are among them
        self._fast: dict[tuple, tuple[Trace, bool]] = {}
        self._logical: list[Logical] = []
        #: signatures that run op by op
        self._unmade: list[Logical] = []
        self._count = 0
        self._created: list[Any] = []
        self._initialized = False
        self._uncaptured = False

    # -- facts --

    @property
    def python_function(self) -> Callable:
        """The Python function."""
        return self._python_function

    @property
    def input_signature(self) -> Any:
        return self._input_signature

    @property
    def name(self) -> str:
        return self._name

    @property
    def function_spec(self) -> Signature:
        return self._signature

    @property
    def function_type(self) -> FunctionType:
        """The signature, with types where an `input_signature` gives them."""
        signature = self._signature
        return FunctionType(signature.parameters, signature.text(), signature.long_text())

    def experimental_get_tracing_count(self) -> int:
        """How often the function was traced."""
        return self._count

    def pretty_printed_concrete_signatures(self, verbose: bool = True) -> str:
        """The signatures traced so far, as text."""
        return ("\n\n" if verbose else "\n").join(
            [
                ConcreteFunction(self, one).pretty_printed_signature(verbose)
                for one in sorted([*self._logical, *self._unmade], key=lambda one: one.number)
            ]
        )

    def _decorate(self, decorator: Callable) -> None:
        if self._logical:
            raise ValueError(
                "Functions cannot be decorated after they have been traced. Function: "
                f"{self._python_function}."
            )
        self._python_function = decorator(self._python_function)
        self._signature = Signature(self._python_function, self._input_signature, self._name)

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__} object at {hex(id(self))}>"

    def __reduce__(self):
        return _restore, (
            self._python_function,
            self._input_signature,
            self._autograph,
            self._jit_compile,
            self._reduce_retracing,
        )

    # -- methods --

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """The function of one instance: each has traces of its own, that die with it."""
        if instance is None:
            return self
        key = id(instance)
        found = self._instances.get(key)
        if found is not None and found[0]() is instance:
            return found[1]
        table = self._instances
        ref = weakref.ref(instance, lambda _: table.pop(key, None))
        made = self._clone(_Bound(self._python_function, ref))
        table[key] = (ref, made)
        return made

    def _clone(self, python_function: Callable) -> Function:
        return type(self)(
            python_function,
            self._name,
            self._input_signature_of(python_function),
            self._autograph,
            self._jit_compile,
            self._reduce_retracing,
            self._autograph_options,
            self._attributes,
        )

    def _input_signature_of(self, python_function: Callable) -> Any:
        return self._input_signature

    # -- calling --

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        parts, tensors, variables = [], [], []
        for a in args:
            if type(a) is EagerTensor:
                parts.append(a.aval)
                tensors.append(a)
            elif not plain_key(a, parts, tensors, variables):
                return self._call(args, kwargs)
        if kwargs and not plain_keywords(kwargs, parts, tensors, variables):
            return self._call(args, kwargs)
        key = tuple(parts)
        known = self._fast.get(key)
        if known is None or MODE.eagerly:
            return self._call(args, kwargs, key, tensors, variables)
        found, arrays = known
        if found.inner.unstable and not found.inner.fits():
            return self._call(args, kwargs, key, tensors, variables)
        self._detector.since += 1
        if arrays:
            tensors = [convert(t) for t in tensors]
        direct, state = found.direct, STATE
        if (
            direct is not None
            and not direct.cold
            and state.trace is state.pending
            and not state.recorders
            and not state.observers
        ):
            outs = direct(tensors)
            if outs is not None:
                return outs[0]
        return found.call(tensors, variables)

    def _call(
        self,
        args: tuple,
        kwargs: dict,
        fast: tuple | None = None,
        tensors: list | tuple = (),
        variables: list | tuple = (),
    ) -> Any:
        if MODE.eagerly:
            return self._python_function(*args, **kwargs)
        if self._uncaptured and not STATE.trace.symbolic:
            return self._run_uncaptured(args, kwargs)
        args, kwargs = self._bind(args, kwargs)
        arguments = Arguments()
        key = self._key(arguments, args, kwargs)
        found = self._exact.get(key)
        if found is None or not found.inner.fits():
            if any(isinstance(t, TensorSpec) for t in arguments.tensors):
                spec = next(t for t in arguments.tensors if isinstance(t, TensorSpec))
                raise ValueError(
                    f"Attempt to convert a value ({spec!r}) with an unsupported type "
                    f"({type(spec)}) to a Tensor."
                )
            if any(takes(one.key, key) for one in self._unmade):
                return self._run_as_python(key, args, kwargs)
            strings = [i for i, t in enumerate(arguments.tensors) if t.aval.dtype.kind == "s"]
            if strings and self._jit_compile:
                raise InvalidArgumentError(
                    None,
                    None,
                    "Detected unsupported operations when trying to compile graph "
                    f"__inference_{self._name} on XLA_CPU_JIT: _Arg (No registered '_Arg' OpKernel "
                    "for XLA_CPU_JIT devices, but attributes didn't match) Requested Attributes: "
                    f"T=DT_STRING, index={strings[0]})",
                )
            try:
                with hushed(0) as printed:
                    found = self._make(key, arguments, args, kwargs)
            except NeedsValue as e:
                if STATE.trace.symbolic:
                    raise  # the outermost function runs un-captured
                if not strings:
                    self._uncaptured = True
                    needs_value.warn(self._name, e)
                return self._run_as_python(key, args, kwargs, printed.shown)
        else:
            self._detector.since += 1
        if (
            fast is not None
            and not found.inner.graph.fleeting
            and same(tensors, arguments.origins)
            and same(variables, arguments.variables)
        ):
            if len(self._fast) > MAX_FAST:
                self._fast.clear()
            self._fast[fast] = found, any(type(t) is np.ndarray for t in tensors)
        return found.call(arguments.tensors, arguments.variables)

    def _run_uncaptured(self, args: tuple, kwargs: dict) -> Any:
        """Runs op by op what was found to need that; it was warned of."""
        args, kwargs = self._bind(args, kwargs)
        return self._run_as_python(self._key(Arguments(), args, kwargs), args, kwargs)

    def _run_as_python(self, key: tuple, args: tuple, kwargs: dict, shown: int = 0) -> Any:
        """Runs the Python function op by op, on the tensors that a trace would get.

        It counts as traced, and what it prints is seen, as often as if it could be.

        Args:
          key, args, kwargs: of the call.
          shown: how much of what it prints is seen already.
        """
        if STATE.trace.symbolic:
            raise NeedsValue("strings are not part of a compiled program")
        args = tuple([stand_in(rebuild(a, convert)) for a in args])
        kwargs = {k: stand_in(rebuild(v, convert)) for k, v in kwargs.items()}
        hide: int | None = shown
        known = next((one for one in self._unmade if takes(one.key, key)), None)
        if known is not None:
            self._detector.since += 1
            hide = None
        else:
            known = self._add_unmade(key, args, kwargs)
            retracing.traced(self, self._reduce_retracing or self._input_signature is not None)
        OP_BY_OP.depth += 1
        try:
            around = numbering()
            streams = known.streams if around is None else around.part()
            with hushed(hide), numbered(streams):
                function = self._python_function
                if self._autograph:  # branches and loops have limits and random streams there
                    function = self._converted_function()
                result = function(*args, **kwargs)
            return as_results(result, repr(self._python_function))
        finally:
            OP_BY_OP.depth -= 1

    def _bind(self, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        args, kwargs = self._signature.bind(args, kwargs)
        if self._input_signature is not None:
            args = self._signature.cast(args, kwargs)
        return args, kwargs

    def _key(self, arguments: Arguments, args: tuple, kwargs: dict) -> tuple:
        return (
            tuple([arguments.key(a) for a in args]),
            *[(k, arguments.key(kwargs[k])) for k in sorted(kwargs)],
        )

    def _make(self, key: tuple, arguments: Arguments, args: tuple, kwargs: dict) -> Trace:
        """The trace for new arguments: of a known signature for new sizes, or of a new one."""
        with self._lock:
            found = self._exact.get(key)
            if found is not None and found.inner.fits():
                return found
            avals = [t.aval for t in arguments.tensors]
            logical = self._find(key)
            made = None if logical is None else logical.traces.get(tuple(avals))
            if made is not None and made.inner.fits():  # for a supertype, of these sizes
                self._exact[key] = made
                return made
            if logical is None:
                try:
                    logical, made = self._new(key, args, kwargs, avals, arguments)
                except GraphValueError:
                    logical = self._of_other_sizes(key, args, kwargs, arguments)
                    if logical is None:
                        raise
            if made is None:
                with hushed(), at_run_time(self, logical, arguments.tensors):
                    made = self._trace(logical, args, kwargs, avals, arguments, False)
                self._detector.since += 1
            if not made.inner.graph.fleeting:
                self._exact[key] = made
                logical.traces[tuple(avals)] = made
            return made

    def _of_other_sizes(self, key, args, kwargs, arguments) -> Logical | None:
        """A new signature that does not know the sizes of a call that fails by its sizes alone."""
        general = self._generalize(key, args, [one.key for one in self._logical])
        if all(k.known for k in tensor_keys(general, [])):
            return None
        try:
            with hushed():
                return self._new_of_sizes(general, args, kwargs, arguments)[0]
        except Exception:
            return None

    def try_op_by_op(self, logical: Logical, tensors: list) -> None:
        """Runs the Python function op by op, where that is possible, for the error it may raise."""
        if STATE.trace.symbolic:
            return
        rest = iter(tensors)
        args = [stand_in(rebuild(a, lambda _: convert(next(rest)))) for a in logical.args]
        kwargs = {
            k: stand_in(rebuild(v, lambda _: convert(next(rest))))
            for k, v in logical.kwargs.items()
        }
        OP_BY_OP.depth += 1
        try:
            with hushed(), numbered(Streams(None)):
                self._python_function(*args, **kwargs)
        finally:
            OP_BY_OP.depth -= 1

    def _find(self, key: tuple) -> Logical | None:
        best = None
        for one in self._logical:
            if takes(one.key, key) and (best is None or takes(best.key, one.key)):
                best = one
        return best

    def _new(self, key, args, kwargs, avals, arguments) -> tuple[Logical, Trace]:
        general = self._generalize(key, args, [one.key for one in self._logical])
        logical = Logical(self._signature, general, args, kwargs)
        if not self._initialized:
            made = self._trace(logical, args, kwargs, avals, arguments, True)
            created = made.inner.graph.created
            if created:
                self._created = [weakref.ref(v) for v in created]
                self._initialized = True
                self._count += 1
                # the trace that is kept is one that creates nothing
                made = self._trace(logical, args, kwargs, avals, arguments, False)
            self._initialized = True
        else:
            made = self._trace(logical, args, kwargs, avals, arguments, False)
        logical.number = self._count
        self._count += 1
        retracing.traced(self, self._reduce_retracing or self._input_signature is not None)
        logical.structure = made.structure
        self._logical.append(logical)
        return logical, made

    def _generalize(self, key: tuple, args: tuple, known: list[tuple]) -> tuple:
        """The signature that a call with this key is traced for, given those before."""
        if self._input_signature is not None:
            arguments = Arguments()
            positional = (
                tuple(self._input_signature[: len(args)]) + args[len(self._input_signature) :]
            )
            try:
                return (tuple([arguments.key(a) for a in positional]), *key[1:])
            except TypeError:
                return key
        key = self._of_composites(key, args)
        if self._reduce_retracing:
            for one in known:
                joined = join(one, key)
                if joined is not None:
                    return joined
        return key

    def _of_composites(self, key: tuple, args: tuple) -> tuple:
        """The key with unknown sizes where the types of ragged and sparse tensors have them."""

        def described(value: Any) -> Any:
            ours = hasattr(value, "_flatten_components") and not isinstance(value, type)
            spec = composite_type(value) if ours else None
            return value if spec is None or expanded(spec) is None else spec

        specs = [
            nest.map_structure(described, a) if nest.is_nested(a) else described(a) for a in args
        ]
        if same(nest.flatten(specs), nest.flatten(list(args))):
            return key
        arguments = Arguments()
        general = tuple([arguments.key(a) for a in specs]), *key[1:]
        return general if takes(general, key) else key

    def _trace(self, logical, args, kwargs, avals, arguments, may_create) -> Trace:
        try:
            return trace(
                self._converted_function(),
                self._name,
                args,
                kwargs,
                avals,
                logical.tensor_names(),
                arguments.variables,
                may_create,
                arguments.tensors,
                repr(self._python_function),
                late=self._initialized and not self._created,
                shapes=[k.shape for k in logical.tensors],
                checked=not self._jit_compile,  # as TensorFlow's XLA clamps
                streams=logical.streams,
            )
        except ModifiedArguments as e:
            raise self._modified(e) from None

    def _modified(self, error: ModifiedArguments) -> ValueError:
        names = [p.name for p in self._signature.parameters]
        changed = [
            names[c] if isinstance(c, int) and c < len(names) else str(c) for c in error.changed
        ]
        name = getattr(self._python_function, "__qualname__", self._name)
        return ValueError(
            f"{name}{inspect.signature(self._python_function)} should not modify its Python "
            "input arguments. Modifying a copy is allowed. The following parameter(s) were "
            f"modified: {', '.join(changed)}"
        )

    def _converted_function(self) -> Callable:
        if not self._autograph:
            from tfshim._src.function import autograph

            return autograph.unconverted(self._python_function)
        if self._converted is None:
            from tfshim._src.function import autograph

            self._converted = autograph.converted(self._python_function, self._autograph_options)
        return self._converted

    # -- concrete functions --

    def experimental_get_compiler_ir(self, *args: Any, **kwargs: Any) -> Callable:
        """A function of a stage that gives XLA's program for these arguments (compiler_ir.py).

        Raises:
          ValueError: without `jit_compile=True`.
        """
        from tfshim._src.function.compiler_ir import compiler_ir

        if not self._jit_compile:
            raise ValueError(
                "Compiler IR can only be returned for functions marked with 'jit_compile=True'"
            )
        return compiler_ir(self.get_concrete_function(*args, **kwargs)._trace.inner)

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> ConcreteFunction:
        """The trace for these arguments, in which `tf.TensorSpec` may stand for tensors.

        Raises:
          TypeError: for arguments that do not fit the signature.
        """
        if self._input_signature is not None and not args and not kwargs:
            args = self._input_signature
        args, kwargs = self._bind(args, kwargs)
        if self._input_signature is not None:
            args = tuple(self._input_signature) + tuple(args[len(self._input_signature) :])
        arguments = Arguments()
        key = self._key(arguments, args, kwargs)
        with self._lock:
            logical = self._find(key)
            if logical is None:
                logical = next((one for one in self._unmade if takes(one.key, key)), None)
            if logical is None:
                try:
                    logical, made, avals = self._new_of_sizes(key, args, kwargs, arguments)
                except NeedsValue as e:
                    if STATE.trace.symbolic:
                        raise
                    logical = self._unmakable(key, args, kwargs, e)
                else:
                    logical.traces[tuple(avals)] = made
                    if all(k.known for k in tensor_keys(key, [])):
                        self._exact[key] = made
            return self._concrete(logical)

    def _concrete(self, logical: Logical) -> ConcreteFunction:
        """The one concrete function of a signature, made anew where nobody holds it."""
        found = None if logical.concrete is None else logical.concrete()
        if found is None:
            found = ConcreteFunction(self, logical)
            logical.concrete = weakref.ref(found)
        return found

    def _unmakable(self, key: tuple, args: tuple, kwargs: dict, error: NeedsValue) -> Logical:
        """A new signature that runs op by op, since its trace raised this error."""
        if not any(k.dtype.kind == "s" for k in tensor_keys(key, [])):
            self._uncaptured = True
            needs_value.warn(self._name, error)
        return self._add_unmade(key, args, kwargs)

    def _add_unmade(self, key: tuple, args: tuple, kwargs: dict) -> Logical:
        general = self._generalize(key, args, [one.key for one in self._unmade])
        logical = Logical(self._signature, general, args, kwargs)
        logical.number = self._count
        self._unmade.append(logical)
        self._count += 1
        return logical

    _get_concrete_function_garbage_collected = get_concrete_function

    def _new_of_sizes(self, key, args, kwargs, arguments) -> tuple[Logical, Any, list[Any]]:
        """As `_new`, for sizes of our own where the signature knows none; and the avals."""
        keys = tensor_keys(key, [])

        def attempt(sizes: tuple[int, ...], rank: int) -> tuple[Logical, Any, list[Any]]:
            avals = [guess(k, sizes, rank) for k in keys]
            return *self._new(key, args, kwargs, avals, arguments), avals

        if all(k.known for k in keys):
            return attempt((), 0)
        return sampled(attempt, ranks=[0] if all(k.shape is not None for k in keys) else RANKS)[0]

    def specialize(self, logical: Logical, tensors: list, variables: list) -> Any:
        """A known signature's trace for these tensors."""
        avals = tuple([t.aval for t in tensors])
        if any(one is logical for one in self._unmade):
            if logical.op_by_op is None:
                logical.op_by_op = OpByOp(self, logical)
            return logical.op_by_op
        found = logical.traces.get(avals)
        if found is not None and found.inner.fits():
            return found
        with self._lock, hushed():
            arguments = Arguments()
            self._key(arguments, logical.args, logical.kwargs)
            made = self._trace(logical, logical.args, logical.kwargs, list(avals), arguments, False)
            logical.traces[avals] = made
        return made

    def reshaped(
        self, logical: Logical, args: tuple, kwargs: dict, tensors: list, variables: list
    ) -> Trace:
        """A trace for variables of other shapes than a signature was traced with."""
        avals = tuple([t.aval for t in tensors])
        key = avals, tuple([v._current().aval for v in variables])
        with self._lock, hushed():
            found = logical.traces.get(key)
            if found is None:
                arguments = Arguments()
                self._key(arguments, args, kwargs)
                found = self._trace(logical, args, kwargs, list(avals), arguments, False)
                logical.traces[key] = found
            return found

    def _list_all_concrete_functions(self) -> list[ConcreteFunction]:
        """A concrete function for each signature so far."""
        made = sorted([*self._logical, *self._unmade], key=lambda one: one.number)
        return [self._concrete(one) for one in made]

    _list_all_concrete_functions_for_serialization = _list_all_concrete_functions


def guess(key: TensorKey, sizes: Sequence[int], rank: int) -> Any:
    """An aval for a tensor of which not all sizes are known: those of its axes are taken."""
    from tfshim._src.engine.aval import make_aval

    dims = (None,) * rank if key.shape is None else key.shape
    return make_aval(tuple([sizes[i] if d is None else d for i, d in enumerate(dims)]), key.dtype)


class _Bound:
    """A method whose instance is held weakly."""

    def __init__(self, function: Callable, instance: weakref.ref):
        self.function = function
        self.instance = instance
        functools.update_wrapper(self, function, updated=())
        parameters = list(inspect.signature(function).parameters.values())
        self.__signature__ = inspect.Signature(parameters[1:] if parameters else [])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(self.instance(), *args, **kwargs)

    @property
    def __self__(self) -> Any:
        """The instance, as of a bound method; None once it is gone."""
        return self.instance()

    def bound(self) -> tuple[Callable, Any]:
        """The function and its `self`: None once the instance is gone, as in TensorFlow."""
        return self.function, self.instance()


def _restore(
    python_function, input_signature, autograph, jit_compile, reduce_retracing
) -> Function:
    return function(
        python_function,
        input_signature=input_signature,
        autograph=autograph,
        jit_compile=jit_compile,
        reduce_retracing=reduce_retracing,
    )


#: What `experimental_attributes` may have.
_ATTRIBUTES = frozenset(
    "_OutputsOnOpDevice _disable_acd _implements _noinline _tf_data_function api_implements "
    "api_preferred_device disable_summaries_at_runtime experimental_ints_on_device "
    "function_runs_at_most_once go_backwards runtime_constant_optimization time_major".split()
)


@export("tf.function")
def function(
    func=None,
    input_signature=None,
    autograph=True,
    jit_compile=None,
    reduce_retracing=False,
    experimental_implements=None,
    experimental_autograph_options=None,
    experimental_attributes=None,
    experimental_relax_shapes=None,
    experimental_compile=None,
    experimental_follow_type_hints=None,
) -> Any:
    """Compiles a Python function: it is traced once per signature, then called as one node.

    Args:
      func: a function of tensors and Python values; without it, a decorator is returned.
      input_signature: a sequence of `tf.TensorSpec`, one per positional argument: one trace only.
      autograph: whether Python control flow on tensors becomes part of the program.
      jit_compile: None or a bool; programs are compiled by XLA in any case.
      reduce_retracing: whether sizes that differ between calls are taken as unknown.
      experimental_implements, experimental_attributes: kept as attributes of the function.
      experimental_autograph_options: optional features of AutoGraph.
      experimental_relax_shapes, experimental_compile: old names of `reduce_retracing` and
        `jit_compile`.
      experimental_follow_type_hints: has no meaning any more, in TensorFlow neither.

    Raises:
      TypeError: for what cannot be called.
      ValueError: for an attribute that TensorFlow does not know.
    """
    if experimental_relax_shapes is not None:
        reduce_retracing = experimental_relax_shapes
    if experimental_compile is not None:
        jit_compile = experimental_compile
    attributes = dict(experimental_attributes or {})
    for attribute in attributes:
        if attribute not in _ATTRIBUTES:
            raise ValueError(f"`{attribute} is not supported by tf.function as an attribute.")
    if experimental_implements is not None:
        attributes["api_implements"] = experimental_implements

    def decorate(inner: Callable) -> Function:
        if not callable(inner):
            raise TypeError(f"{inner!r} is not a callable object")
        name = getattr(inner, "__name__", None)
        if name is None:
            name = getattr(getattr(inner, "func", None), "__name__", type(inner).__name__)
        return Function(
            inner,
            name,
            input_signature,
            autograph,
            jit_compile,
            bool(reduce_retracing),
            experimental_autograph_options,
            attributes,
        )

    return decorate if func is None else decorate(func)
