"""`tf.Tensor`: a handle of a value that is concrete, or still pending in a trace.

Operators and slicing are installed by operators.py, so that this file needs no op.
"""

from __future__ import annotations

import threading
from typing import Any

import jax
import numpy as np
from jax.core import Tracer

from tfshim._src import dtypes
from tfshim._src.engine import flush as flush_module, speed
from tfshim._src.engine.aval import Aval, aval_of
from tfshim._src.engine.kernel import on_accelerator
from tfshim._src.engine.stats import stats
from tfshim._src.engine.trace import ACTIVE, LISTENED, NOTING, Failed, Pending, Trace
from tfshim._src.engine.waiting import to_host
from tfshim._src.errors import OperatorNotAllowedInGraphError
from tfshim._src.fold import static_value
from tfshim._src.registry import export
from tfshim._src.shapes import TensorShape


class Inline(Trace):
    """The trace of tensors that wrap a JAX tracer: their ops run at once, as plain JAX code."""

    symbolic = True


INLINE = Inline()

#: An accelerator finds the extremes of more bytes than these itself; fewer are sooner read.
_FAR_BYTES = 1 << 20
_extremes = jax.jit(lambda x: jax.numpy.stack([x.min(), x.max()]))


#: Where TensorFlow's text sends who used a symbolic tensor as a Python value.
_LIMITS = (
    "See https://github.com/tensorflow/tensorflow/blob/master/tensorflow/python/autograph/g3doc/"
    "reference/limitations.md#access-to-source-code for more information."
)


class NeedsValue(OperatorNotAllowedInGraphError):
    """An op needs a value that is not known while a function is traced: it cannot be compiled."""


def not_iterable() -> OperatorNotAllowedInGraphError:
    """The error for a loop of Python over what is known only when the program runs."""
    return OperatorNotAllowedInGraphError(
        "Iterating over a symbolic `tf.Tensor` is not allowed. You can attempt the following "
        "resolutions to the problem: If you are running in Graph mode, use Eager execution mode "
        "or decorate this function with @tf.function. If you are using AutoGraph, you can try "
        "decorating this function with @tf.function. If that does not work, then you may be using "
        "an unsupported feature or your source code may not be visible to AutoGraph. " + _LIMITS
    )


class State(threading.local):
    """What each thread dispatches into.

    Attributes:
      pending: this thread's pending trace.
      trace: where nodes go: `pending`, or the innermost graph.
      listeners: who must be told of every node: observers, and the recorders but for tapes on a
        pending trace, which read its nodes later.
      observers: told of every node, also where recorders are paused; `observe` changes them.
      lifted: the function being traced around a `tf.init_scope`, if there is one.
      noting: whether all recorders find the reads of variables in `pending.reads`.
      told: whether an accumulator is active, which has tangents for the very tensors that are
        made; then tapes are told too, so that they keep these and not new handles of them.
    """

    def __init__(self) -> None:
        self.pending = Pending()
        self.trace: Trace = self.pending
        if speed.core is not None:
            speed.core.enter_thread(self.__dict__)
        self.active: list[Any] = []
        self.listeners: list[Any] = []
        self.observers: list[Any] = []
        self.told = False
        self.noting = False
        self.lifted: Any = None

    @property
    def recorders(self) -> list[Any]:
        """Active tapes and accumulators, outermost first; assign a new list to change them."""
        return self.active

    @recorders.setter
    def recorders(self, wanted: list[Any]) -> None:
        before, told, now_told = self.active, self.told, False
        for r in wanted:
            if r.eager:
                now_told = True
        self.active, self.told = wanted, now_told
        for r in before:
            if r not in wanted or told is not now_told:
                r.pause()
        trace, listeners, noting = self.trace, [*self.observers], bool(wanted)
        for r in wanted:
            if r not in before or told is not now_told:
                r.resume(trace, now_told)
            if not r.follows:
                listeners.append(r)
            if noting and not r.reads_trace:
                noting = False
        self.listeners, self.noting = listeners, noting
        self._tell()

    def _tell(self) -> None:
        """Lets the C core know, which reads it at each op."""
        told = LISTENED if self.listeners else 0
        if self.active:
            told |= ACTIVE | NOTING if self.noting else ACTIVE
        self.pending.told = told

    def push(self, recorder: Any) -> None:
        """A recorder becomes active inside of the others."""
        own = self.__dict__  # this thread's, found once
        active = own["active"]
        if own["told"] or recorder.eager:
            self.recorders = [*active, recorder]
            return
        recorder.resume(own["trace"], False)
        own["noting"] = recorder.reads_trace and (not active or own["noting"])
        own["active"] = [*active, recorder]
        if recorder.follows and not own["listeners"]:
            own["pending"].told = ACTIVE | NOTING if own["noting"] else ACTIVE
            return
        if not recorder.follows:
            self.listeners = [*self.listeners, recorder]
        self._tell()

    def pop(self, recorder: Any) -> None:
        """A recorder, mostly the innermost, is not active any more."""
        own = self.__dict__
        active = own["active"]
        if own["told"] or len(active) != 1 or active[0] is not recorder:
            self.recorders = [r for r in active if r is not recorder]
            return
        recorder.pause()
        own["active"], own["noting"] = [], False
        if own["listeners"]:
            own["listeners"] = [*own["observers"]]
            self._tell()
        else:
            own["pending"].told = 0

    def observe(self, wanted: list[Any]) -> None:
        """Sets who is told of every node, besides recorders."""
        self.observers = wanted
        self.listeners = [*wanted, *[r for r in self.active if not r.follows]]
        self._tell()


STATE = State()


_Base: Any = object if speed.core is None else speed.core.Base


@export("tf.Tensor")
class Tensor(_Base):
    """A multi-dimensional array of one dtype.

    Tensors are immutable. Their value may not be computed yet; looking at it (`numpy()`, `bool()`,
    `print`, NumPy and JAX functions) computes all that is pending.
    """

    __slots__ = (
        "aval", "_value", "_trace", "_slot", "_literal", "_name",
        *(("__weakref__", "__dict__") if speed.core is None else ()),  # else the base has them
    )  # fmt: skip
    __module__ = "tensorflow"
    __array_priority__ = 100
    OVERLOADABLE_OPERATORS = frozenset(
        """__abs__ __add__ __and__ __div__ __eq__ __floordiv__ __ge__ __getitem__ __gt__ __invert__
        __le__ __lt__ __matmul__ __mod__ __mul__ __ne__ __neg__ __or__ __pow__ __radd__ __rand__
        __rdiv__ __rfloordiv__ __rmatmul__ __rmod__ __rmul__ __ror__ __rpow__ __rsub__ __rtruediv__
        __rxor__ __sub__ __truediv__ __xor__""".split()
    )

    aval: Aval
    _value: Any
    _trace: Trace | None
    _slot: int
    _literal: bool | int  # see engine/trace.py

    # -- value --

    def _force(self) -> None:
        """Computes this tensor's value now; raises if it is symbolic or its computation failed."""
        trace = self._trace
        if trace is None:
            return
        if isinstance(trace, Pending):
            flush_module.flush(trace)
            trace = self._trace
            if trace is None:
                return
        if isinstance(trace, Failed):
            raise trace.error
        if trace is INLINE:
            return
        raise NeedsValue(
            "Using a symbolic `tf.Tensor` as a Python value is not allowed: its value is not known "
            "while a function is traced."
        )

    def _raw(self) -> Any:
        """The NumPy array, jax.Array or tracer."""
        if self._trace is not None:
            self._force()
        return self._value

    def _host_value(self) -> np.ndarray:
        """The value as a NumPy array that must not be written to.

        Of a symbolic tensor, if it depends on constants only (fold.py).
        """
        if self._trace is not None:
            if self._trace.symbolic:
                known = static_value(self)
                if known is not None:
                    return known
            self._force()
        value = self._value
        if type(value) is np.ndarray:
            return value
        stats.to_host += 1
        stats.to_host_bytes += self.aval.nbytes
        return to_host(value)

    def _extent(self) -> tuple[int, int]:
        """The least and the largest element of an integer tensor, found once; (0, -1) if empty."""
        found = self.__dict__.get("_extent_found")
        if found is None:
            if self.aval.nbytes > _FAR_BYTES and on_accelerator(self._raw()):
                low, high = np.asarray(_extremes(self._value)).tolist()
            elif self.aval.size:
                value = self._host_value()
                low, high = int(value.min()), int(value.max())
            else:
                low, high = 0, -1
            found = self.__dict__["_extent_found"] = low, high
        return found

    def _is_symbolic(self) -> bool:
        return self._trace is not None and self._trace.symbolic

    @property
    def numpy(self) -> Any:
        """`numpy()` gives the value as a NumPy array of its own, or scalar for a scalar tensor.

        A symbolic tensor has no such method, and much code asks `hasattr(x, "numpy")`.
        """
        if self._trace is not None:
            self._only_eager("numpy")
        return self._as_numpy

    def _as_numpy(self) -> Any:
        if self._trace is INLINE:
            raise NotImplementedError("numpy() of a value inside a JAX transformation.")
        value = self._host_value()
        return value[()] if value.ndim == 0 else value.copy()

    def _only_eager(self, name: str) -> None:
        """Raises AttributeError for a tensor of a function that is traced."""
        if self._is_symbolic() and self._trace is not INLINE:
            raise AttributeError(f"'SymbolicTensor' object has no attribute '{name}'")

    def _numpy(self) -> np.ndarray:
        return self._host_value()

    def __array__(self, dtype=None, copy=None):
        if self._is_symbolic():
            raise NotImplementedError(
                f"Cannot convert a symbolic tf.Tensor ({self._graph_name()}) to a numpy array. "
                "This error may indicate that you're trying to pass a Tensor to a NumPy call, "
                "which is not supported."
            )
        value = self._host_value()
        if dtype is not None and np.dtype(dtype) != value.dtype:
            return value.astype(dtype)
        if copy:
            return value.copy()
        if value.flags.writeable:  # as in TensorFlow, what is not copied cannot be written to
            value = value.view()
            value.flags.writeable = False
        return value

    def __jax_array__(self):
        value = self._raw()
        return value if isinstance(value, jax.Array) else jax.numpy.asarray(value)

    def __dlpack__(self, **kwargs):
        return self.__jax_array__().__dlpack__(**kwargs)

    def __dlpack_device__(self):
        return self.__jax_array__().__dlpack_device__()  # pyright: ignore

    def __buffer__(self, flags):
        return memoryview(self._host_value()).toreadonly()  # pyright: ignore

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self  # it cannot change

    def __reduce__(self):
        return _unpickle, (self._host_value(),)

    # -- Python scalars --

    def __bool__(self) -> bool:
        if self._is_symbolic():
            raise OperatorNotAllowedInGraphError(
                "Using a symbolic `tf.Tensor` as a Python `bool` is not allowed. You can attempt "
                "the following resolutions to the problem: If you are running in Graph mode, use "
                "Eager execution mode or decorate this function with @tf.function. If you are "
                "using AutoGraph, you can try decorating this function with @tf.function. If that "
                "does not work, then you may be using an unsupported feature or your source code "
                "may not be visible to AutoGraph. " + _LIMITS
            )
        value = self._host_value()
        if value.size > 1:
            raise ValueError(
                "The truth value of an array with more than one element is ambiguous. "
                "Use a.any() or a.all()"
            )
        return bool(value.size) and bool(value.reshape(())[()])

    __nonzero__ = __bool__

    def _item(self, refused: str) -> Any:
        if self._is_symbolic():
            raise TypeError(refused)
        value = self._host_value()
        if value.ndim:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        return value[()]

    def __int__(self) -> int:
        return int(
            self._item(
                "int() argument must be a string, a bytes-like object or a real number, not "
                "'SymbolicTensor'"
            )
        )

    def __float__(self) -> float:
        return float(
            self._item("float() argument must be a string or a real number, not 'SymbolicTensor'")
        )

    def __complex__(self) -> complex:
        message = "complex() first argument must be a string or a number, not 'SymbolicTensor'"
        return complex(self._item(message))

    def __index__(self) -> int:
        if self._is_symbolic():
            raise TypeError("'SymbolicTensor' object cannot be interpreted as an integer")
        value = self._host_value()
        if value.ndim:
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return value[()].__index__()

    def __len__(self) -> int:
        if self._is_symbolic() and self._trace is not INLINE:
            raise TypeError(
                f"len is not well defined for a symbolic Tensor ({self._graph_name()}). Please "
                "call `x.shape` rather than `len(x)` for shape information."
            )
        if not self.aval.shape:
            raise TypeError("Scalar tensor has no `len()`")
        return self.aval.shape[0]

    def __iter__(self):
        if self._is_symbolic() and self._trace is not INLINE:
            raise not_iterable()
        if not self.aval.shape:
            raise TypeError("Cannot iterate over a scalar tensor.")
        return (self[i] for i in range(self.aval.shape[0]))  # pyright: ignore

    def __format__(self, spec: str) -> str:
        if self._is_symbolic():
            if spec:
                raise TypeError("unsupported format string passed to SymbolicTensor.__format__")
            return str(self)
        return self.numpy().__format__(spec)

    # -- identity --

    def __hash__(self):
        raise TypeError("Tensor is unhashable. Instead, use tensor.ref() as the key.")

    def ref(self) -> Reference:
        """A hashable reference to this very tensor; `.deref()` gives it back."""
        return Reference(self)

    experimental_ref = ref

    @property
    def _id(self) -> int:
        return id(self)

    # -- static facts --

    @property
    def shape(self) -> TensorShape:
        """The static shape, a `tf.TensorShape`."""
        aval, trace = self.aval, self._trace
        if trace is not None and trace.sizes is not None:
            return trace.sizes.of(self)
        found = aval.tensor_shape
        if found is None:
            found = aval.tensor_shape = TensorShape(aval.shape)  # pyright: ignore
        return found

    def get_shape(self) -> TensorShape:
        return self.shape

    @property
    def dtype(self) -> dtypes.DType:
        return self.aval.dtype

    @property
    def ndim(self) -> int:
        return len(self.aval.shape)

    @property
    def _rank(self) -> int:
        return len(self.aval.shape)

    def _shape_tuple(self) -> tuple[int, ...]:
        return self.aval.shape

    def set_shape(self, shape) -> None:
        """Checks the shape. In a function that does not know it, it is known from then on.

        Raises:
          ValueError: if it cannot be that.
        """
        have = self.shape
        if not have.is_compatible_with(shape):
            raise ValueError(
                f"Tensor's shape {have} is not compatible with supplied shape {TensorShape(shape)}."
            )
        if not have.is_fully_defined():
            assert self._trace is not None
            self._trace.sizes.settle(self, have.merge_with(shape))

    @property
    def device(self) -> str:
        if self._trace is not None or isinstance(self._value, np.ndarray):
            return "/job:localhost/replica:0/task:0/device:CPU:0"
        device = next(iter(self._value.devices()))
        kind = {"cuda": "GPU", "gpu": "GPU", "rocm": "GPU"}.get(
            device.platform, device.platform.upper()
        )
        return f"/job:localhost/replica:0/task:0/device:{kind}:{device.id}"

    @property
    def backing_device(self) -> str:
        self._only_eager("backing_device")
        return self.device

    @property
    def is_packed(self) -> bool:
        self._only_eager("is_packed")
        return False

    @property
    def cpu(self) -> Any:
        """`cpu()` gives a copy on the host."""
        self._only_eager("cpu")
        return lambda: from_value(np.asarray(self._raw()))

    @property
    def gpu(self) -> Any:
        """`gpu(gpu_index=0)` gives a copy on a GPU; RuntimeError where it does not exist."""
        self._only_eager("gpu")
        return self._to_gpu

    def _to_gpu(self, gpu_index=0) -> Tensor:
        try:
            device = jax.devices("gpu")[gpu_index]
        except (RuntimeError, IndexError):
            raise RuntimeError(f"GPU:{gpu_index} unknown device.") from None
        return from_value(jax.device_put(self._raw(), device))

    def _graph_name(self) -> str:
        name = getattr(self, "_name", None)
        if name is None:
            find = getattr(self._trace, "name_of", None)
            name = f"Tensor_{self._slot}:0" if find is None else find(self)
        return name

    @property
    def name(self) -> str:
        if self._is_symbolic():
            return self._graph_name()
        raise AttributeError("Tensor.name is undefined when eager execution is enabled.")

    @property
    def op(self):
        if self._is_symbolic():
            from tfshim._src.function.operations import Operation

            return Operation(self)
        raise AttributeError("Tensor.op is undefined when eager execution is enabled.")

    @property
    def graph(self):
        if self._is_symbolic():
            return self._trace
        raise AttributeError("Tensor.graph is undefined when eager execution is enabled.")

    @property
    def value_index(self):
        if self._is_symbolic():
            return 0
        raise AttributeError("Tensor.value_index is undefined when eager execution is enabled.")

    def consumers(self):
        raise NotImplementedError("Tensor.consumers is undefined when eager execution is enabled.")

    def eval(self, feed_dict=None, session=None):
        raise NotImplementedError(
            "eval is not supported when eager execution is enabled, is .numpy() what you're "
            "looking for?"
        )

    def __getattr__(self, name: str):
        if name == "_trace":  # not set yet
            raise AttributeError(name)
        shown = type(self).__name__
        if self._is_symbolic() and self._trace is not INLINE:
            shown = "SymbolicTensor"
            if name not in _NUMPY_NAMES:
                raise AttributeError(f"'{shown}' object has no attribute '{name}'")
        if name in _NUMPY_NAMES:
            raise AttributeError(
                f"{shown} object has no attribute '{name}'. \n"
                "        If you are looking for numpy-related methods, please run the following:\n"
                "        tf.experimental.numpy.experimental_enable_numpy_behavior()\n      "
            )
        if name in ("graph", "name", "op", "value_index"):  # what a property raised comes here
            raise AttributeError(f"Tensor.{name} is undefined when eager execution is enabled.")
        raise AttributeError(
            f"'tensorflow.python.framework.ops.{type(self).__name__}' object has no attribute "
            f"'{name}'"
        )

    def __round__(self, ndigits=0):
        # TensorFlow rounds by NumPy's names, which tensors lack: so this raises, as there.
        return self.__getattr__("astype")

    # -- protocols --

    def __tf_tensor__(self, dtype=None, name=None) -> Tensor:
        if dtype is not None and dtypes.as_dtype(dtype) is not self.dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtypes.as_dtype(dtype).name} for Tensor with "
                f"dtype {self.dtype.name}: {self!r}"
            )
        return self

    def __tf_tracing_type__(self, context):
        from tfshim._src.spec import TensorSpec

        return TensorSpec(self.shape, self.dtype)

    # -- text --

    def __repr__(self) -> str:
        if self._is_symbolic():
            shape = shown_shape(self)
            return f"<tf.Tensor '{self._graph_name()}' shape={shape} dtype={self.dtype.name}>"
        return (
            f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, "
            f"numpy={numpy_text(self._host_value(), is_repr=True)}>"
        )

    def __str__(self) -> str:
        if self._is_symbolic():
            shape = shown_shape(self)
            known = "" if shape.rank is None else f"shape={shape}, "
            return f'Tensor("{self._graph_name()}", {known}dtype={self.dtype.name})'
        text = numpy_text(self._host_value(), is_repr=False)
        return f"tf.Tensor({text}, shape={self.shape}, dtype={self.dtype.name})"


class EagerTensor(Tensor):
    """What ops return. The class of every tensor, as `type(t)` shows it."""

    __slots__ = ()
    __module__ = "tensorflow.python.framework.ops"


def shown_shape(t: Tensor) -> Any:
    """The shape in a symbolic tensor's text: with None where the function's signature has it."""
    return t.__dict__.get("_shown_shape", t.shape)


_NUMPY_NAMES = frozenset("T astype ravel transpose reshape clip size tolist data".split())


def numpy_text(value: np.ndarray, is_repr: bool) -> str:
    """A value's text inside a tensor's repr or str: a multi-line array starts on its own line."""
    if value.ndim == 0:
        item = value[()]
        if not is_repr:
            return str(item)
        if isinstance(item, bytes):
            return repr(item)
        return repr(item.item())  # the nearest double, with all its digits
    text = repr(value) if is_repr else str(value)
    return "\n" + text if "\n" in text and is_repr else ("\n" + text if "\n" in text else text)


class Reference:
    """A hashable reference to a tensor or variable, equal to another one of the same object."""

    __slots__ = ("_wrapped", "__weakref__")

    def __init__(self, wrapped):
        self._wrapped = wrapped

    def deref(self):
        """The tensor or variable itself."""
        return self._wrapped

    def __hash__(self):
        return id(self._wrapped)

    def __eq__(self, other):
        return isinstance(other, Reference) and self._wrapped is other._wrapped

    def __ne__(self, other):
        return not self == other

    def __lt__(self, other):
        return id(self._wrapped) < id(_unwrapped(other))

    def __gt__(self, other):
        return id(self._wrapped) > id(_unwrapped(other))

    def __repr__(self):
        return f"<Reference wrapping {self._wrapped!r}>"


def _unwrapped(reference):
    if not isinstance(reference, Reference):
        raise TypeError("Cannot compare wrapped object with unwrapped object")
    return reference._wrapped


_new = EagerTensor.__new__


def pending(aval: Aval, trace: Trace, slot: int) -> EagerTensor:
    """A handle of a value that the trace will produce."""
    t = _new(EagerTensor)
    t.aval = aval
    t._value = None
    t._trace = trace
    t._slot = slot
    t._literal = False
    return t


def concrete(value: Any, aval: Aval) -> EagerTensor:
    """A handle of a raw array of that aval."""
    t = _new(EagerTensor)
    t.aval = aval
    t._value = value
    t._trace = None
    t._slot = 0
    t._literal = False
    return t


def from_value(value: Any) -> EagerTensor:
    """A handle of a NumPy array (not copied), a jax.Array or a JAX tracer."""
    t = concrete(value, aval_of(value))
    if isinstance(value, Tracer):
        t._trace = INLINE
    return t


def _unpickle(value: np.ndarray) -> EagerTensor:
    return from_value(value)
