"""`tf.Variable`: holds the current tensor handle; assigning swaps it.

Ops read the handle itself (and tell the active tapes). `value()`, `read_value()` and conversion to
a tensor give a new tensor each time, as TensorFlow does, so that it can be watched on its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, name_scope
from tfshim._src.convert import by_registered, convert
from tfshim._src.dispatch import dispatch
from tfshim._src.engine import speed
from tfshim._src.engine.elementwise import Elementwise, Together
from tfshim._src.engine.kernel import Kernel
from tfshim._src.errors import InvalidArgumentError, op_error
from tfshim._src.registry import export
from tfshim._src.save_slice_info import SaveSliceInfo
from tfshim._src.shapes import TensorShape
from tfshim._src.tensor import STATE, EagerTensor, Reference, from_value, numpy_text
from tfshim._src.variable_creator import DirectMetaclass, VariableMetaclass
from tfshim._src.variable_options import VariableAggregationV2, VariableSynchronization

_serials = itertools.count()  # variables in the order in which they were made
_ASSIGN = Kernel("AssignVariableOp", lambda v: v, differentiable=False, form=Elementwise)
_READ = Kernel("ReadVariableOp", lambda v: v, form=Elementwise)


def _update_kernel(name: str, fn: Callable) -> Kernel:
    def checked(v, delta):
        if v.dtype == bool:
            raise InvalidArgumentError(
                None,
                None,
                f"No OpKernel was registered to support Op '{name}' used by {{{{node {name}}}}} "
                "with these attrs: [dtype=DT_BOOL]",
            )
        if v.shape != delta.shape:
            from tfshim._src.ops.common import brackets

            raise op_error(
                name,
                f"Cannot update variable with shape {brackets(v.shape)} using a Tensor with shape "
                f"{brackets(delta.shape)}, shapes must be equal.",
            )
        return fn(v, delta)

    return Kernel(name, checked, differentiable=False, form=Together)


_ASSIGN_ADD = _update_kernel("AssignAddVariableOp", jnp.add)
_ASSIGN_SUB = _update_kernel("AssignSubVariableOp", jnp.subtract)


@export("tf.Variable")
class Variable(metaclass=VariableMetaclass):
    """A tensor that can be assigned to.

    Args:
      initial_value: a tensor, anything that converts to one, or a callable that gives one.
      trainable: whether tapes watch it when it is read; True unless synchronised on read.
      caching_device, variable_def, import_scope: TensorFlow 1 arguments; only None here.
      validate_shape: False leaves the static shape unknown.
      name: name, prefixed by the name scopes in force.
      dtype: dtype of the value; by default the initial value's.
      constraint: a function from the new value to the one that optimisers then assign.
      synchronization, aggregation: kept as attributes.
      shape: static shape, which may have None in it, so that other sizes can be assigned.

    Raises:
      ValueError: without an initial value, or for one that does not fit.
    """

    __module__ = "tensorflow"
    __array_priority__ = 100
    SaveSliceInfo = SaveSliceInfo

    def __new__(cls, *args, **kwargs):
        return object.__new__(ResourceVariable if cls is Variable else cls)

    def __init__(
        self,
        initial_value=None,
        trainable=None,
        validate_shape=True,
        caching_device=None,
        name=None,
        variable_def=None,
        dtype=None,
        import_scope=None,
        constraint=None,
        synchronization=VariableSynchronization.AUTO,
        aggregation=VariableAggregationV2.NONE,
        shape=None,
        experimental_enable_variable_lifting=True,
    ):
        if initial_value is None:
            raise ValueError(
                "The `initial_value` arg to `tf.Variable` must be specified except when you are "
                "not providing a `variable_def`. You provided neither."
            )
        for arg, given in (("variable_def", variable_def), ("import_scope", import_scope)):
            if given is not None:
                raise ValueError(f"`{arg}` belongs to TensorFlow 1 graphs; got {given!r}.")
        if constraint is not None and not callable(constraint):
            raise ValueError(
                "Argument `constraint` must be None or a callable. a callable. Got a "
                f"{type(constraint)}:  {constraint}"
            )
        if not isinstance(synchronization, VariableSynchronization):
            raise ValueError(
                f"Invalid variable synchronization mode: {synchronization} for variable: {name}"
            )
        if not isinstance(aggregation, VariableAggregationV2):
            raise ValueError(
                f"Invalid variable aggregation mode: {aggregation} for variable: {name}"
            )
        if name is not None and not isinstance(name, str):
            raise ValueError("name for name_scope must be a string.")
        if callable(initial_value):
            initial_value = initial_value()
        wanted = None if dtype is None else dtypes.as_dtype(dtype)
        try:
            value = convert(initial_value, wanted)
        except ValueError as e:
            if isinstance(initial_value, EagerTensor):
                raise ValueError(f"initial_value: {e}") from None
            raise
        static_shape = TensorShape(value.aval.shape) if shape is None else TensorShape(shape)
        if not validate_shape and shape is None:
            static_shape = TensorShape(None)
        if not static_shape.is_compatible_with(value.aval.shape):
            raise ValueError(
                "In this `tf.Variable` creation, the initial value's shape "
                f"({value.shape}) is not compatible with the explicitly supplied `shape` argument "
                f"({shape})."
            )
        self._setup(value, static_shape, trainable, name, constraint, synchronization, aggregation)

    def _setup(
        self, value, static_shape, trainable, name, constraint, synchronization, aggregation
    ) -> None:
        self._serial = next(_serials)
        self._shape = static_shape
        self._dtype = value.aval.dtype
        self._constraint = constraint
        self._synchronization = synchronization
        self._aggregation = aggregation
        if trainable is None:
            trainable = synchronization is not VariableSynchronization.ON_READ
        self._trainable = bool(trainable)
        base = "Variable" if name is None else name
        self._handle_name = f"{name_scope.current_prefix()}{base}"
        create = getattr(STATE.trace, "create_variable", None)
        if create is not None:
            create(self, value)
        else:
            if STATE.lifted is not None:
                STATE.lifted.lifted_variable(self)
            self._handle = self._stored(value)

    def _stored(self, value: EagerTensor) -> EagerTensor:
        """A handle of its own for a value, unconnected to what it was computed from."""
        if value.aval.dtype.kind == "s":
            return from_value(value._host_value())
        STATE.pending.assigned = True
        return dispatch(_ASSIGN, (value,))

    # -- reading --

    @property
    def _root(self) -> Variable:
        """The variable itself, also for what `assign` returns."""
        return self

    def _current(self) -> EagerTensor:
        """The current value's handle, untold to tapes."""
        trace = STATE.trace
        return trace.read_variable(self) if trace.symbolic else self._handle  # type: ignore

    def _read(self) -> EagerTensor:
        """The current value's handle, for ops; tapes are told."""
        state = STATE
        trace = state.trace
        if trace.symbolic:
            handle = trace.read_variable(self)  # type: ignore[attr-defined]
        else:
            handle = self._handle
            if state.noting:
                trace.reads.append((len(trace.nodes), handle, self))  # type: ignore[attr-defined]
                return handle
        for recorder in state.active:
            recorder.variable_accessed(self, handle)
        return handle

    @property
    def _operand_dtype(self):
        return self._dtype

    def _as_operand(self, dtype=None) -> EagerTensor:
        if not isinstance(self, ResourceVariable):  # somebody else's kind of variable
            found = by_registered(self, dtype, None)
            if found is not None:
                return found
        if dtype is not None and dtype is not self._dtype:
            raise ValueError(
                f"Incompatible type conversion requested to type {dtype.name} for `tf.Variable of "
                f"type {self._dtype.name}. (Variable: {self!r})"
            )
        return self._read()

    def value(self) -> EagerTensor:
        """The current value as a new tensor."""
        handle = self._read()
        return from_value(handle._raw()) if self._dtype.kind == "s" else dispatch(_READ, (handle,))

    def read_value(self) -> EagerTensor:
        """The current value as a new tensor."""
        return self.value()

    def read_value_no_copy(self) -> EagerTensor:
        """The current value as a new tensor (nothing is copied in either case)."""
        return self.value()

    def numpy(self):
        """The current value as a NumPy array or scalar."""
        if STATE.trace.symbolic:
            raise NotImplementedError("numpy() is only available when eager execution is enabled.")
        return self._read().numpy()

    def _host_value(self) -> np.ndarray:
        return self._read()._host_value()

    def __array__(self, dtype=None, copy=None):
        return self._read().__array__(dtype, copy is not False)  # a copy, as in TensorFlow

    def __jax_array__(self):
        return self._read().__jax_array__()

    def sparse_read(self, indices, name=None):
        """The rows at these indices; the gradient is a `tf.IndexedSlices`."""
        from tfshim._src import variable_scatter
        from tfshim._src.ops import gather

        return gather.sparse_read(self, variable_scatter.index("ResourceGather", indices))

    def gather_nd(self, indices, name=None):
        """The slices at these multi-dimensional indices; see `tf.gather_nd`."""
        from tfshim._src import variable_scatter
        from tfshim._src.ops import gather

        indices = variable_scatter.index("ResourceGatherNd", indices)
        return gather.gather_nd(self._read(), indices)

    # -- writing --

    def _write(self, handle: EagerTensor) -> None:
        trace = STATE.trace
        if trace.symbolic:
            trace.write_variable(self, handle)  # type: ignore[attr-defined]
        else:
            pending = STATE.pending
            if pending.checks:
                pending.overwritten.append((len(pending.checks), self, self._handle))
            self._handle = handle

    def _update(self, kernel: Kernel, *inputs: Any) -> None:
        STATE.pending.assigned = True
        self._write(dispatch(kernel, (self._current(), *inputs)))

    def _add(self, kernel: Kernel, delta: Any, read_value: bool):
        """`assign_add` and `assign_sub`, which every step of an optimiser calls: kept short."""
        if type(delta) is not EagerTensor or delta.aval.dtype is not self._dtype:
            delta = convert(delta, self._dtype)
        state = STATE
        if state.trace.symbolic:
            self._update(kernel, delta)
        else:
            pending = state.pending
            pending.assigned = True
            if pending.checks:
                pending.overwritten.append((len(pending.checks), self, self._handle))
            self._handle = dispatch(kernel, (self._handle, delta))
        if not read_value:
            return None
        if state.active:
            self._read()
        result = object.__new__(UnreadVariable)
        result._of = self
        return result

    def _result(self, read_value: bool):
        if not read_value:
            return None
        if STATE.active:
            self._read()  # what is returned counts as a read
        return UnreadVariable(self)

    def assign(self, value, use_locking=None, name=None, read_value=True):
        """Replaces the value.

        Args:
          value: a tensor or what converts to one of the variable's dtype.
          use_locking: ignored by TensorFlow as well.
          name: ignored.
          read_value: whether to return the variable (as TensorFlow's unread variable) or None.

        Raises:
          ValueError: for a shape or dtype that does not fit.
        """
        value = convert(value, self._dtype)
        if not self._shape.is_compatible_with(value.aval.shape):
            raise ValueError(
                f"Cannot assign value to variable ' {self.name}': Shape mismatch.The variable "
                f"shape {self._shape}, and the assigned value shape {value.shape} are incompatible."
            )
        self._write(self._stored(value))
        return self._result(read_value)

    def assign_add(self, delta, use_locking=None, name=None, read_value=True):
        """Adds `delta`, of the same shape, to the value; see `assign`."""
        return self._add(_ASSIGN_ADD, delta, read_value)

    def assign_sub(self, delta, use_locking=None, name=None, read_value=True):
        """Subtracts `delta`, of the same shape, from the value; see `assign`."""
        return self._add(_ASSIGN_SUB, delta, read_value)

    def _scatter(self, how: str, sparse_delta):
        from tfshim._src import variable_scatter

        variable_scatter.scatter(self, how, sparse_delta)
        return self._result(True)

    def scatter_update(self, sparse_delta, use_locking=False, name=None):
        """Replaces rows by those of a `tf.IndexedSlices`."""
        return self._scatter("Update", sparse_delta)

    def scatter_add(self, sparse_delta, use_locking=False, name=None):
        """Adds the rows of a `tf.IndexedSlices`."""
        return self._scatter("Add", sparse_delta)

    def scatter_sub(self, sparse_delta, use_locking=False, name=None):
        """Subtracts the rows of a `tf.IndexedSlices`."""
        return self._scatter("Sub", sparse_delta)

    def scatter_mul(self, sparse_delta, use_locking=False, name=None):
        """Multiplies by the rows of a `tf.IndexedSlices`."""
        return self._scatter("Mul", sparse_delta)

    def scatter_div(self, sparse_delta, use_locking=False, name=None):
        """Divides by the rows of a `tf.IndexedSlices`."""
        return self._scatter("Div", sparse_delta)

    def scatter_min(self, sparse_delta, use_locking=False, name=None):
        """Takes the smaller of rows and those of a `tf.IndexedSlices`."""
        return self._scatter("Min", sparse_delta)

    def scatter_max(self, sparse_delta, use_locking=False, name=None):
        """Takes the larger of rows and those of a `tf.IndexedSlices`."""
        return self._scatter("Max", sparse_delta)

    def batch_scatter_update(self, sparse_delta, use_locking=False, name=None):
        """Replaces rows within each batch; indices have the batch shape in front."""
        from tfshim._src import variable_scatter

        variable_scatter.batch_scatter_update(self, sparse_delta)
        return self._result(True)

    def _scatter_nd(self, how: str, indices, updates):
        from tfshim._src import variable_scatter

        variable_scatter.scatter_nd(self, how, indices, updates)
        return self._result(True)

    def scatter_nd_update(self, indices, updates, name=None):
        """Replaces the slices at multi-dimensional indices."""
        return self._scatter_nd("Update", indices, updates)

    def scatter_nd_add(self, indices, updates, name=None):
        """Adds to the slices at multi-dimensional indices."""
        return self._scatter_nd("Add", indices, updates)

    def scatter_nd_sub(self, indices, updates, name=None):
        """Subtracts from the slices at multi-dimensional indices."""
        return self._scatter_nd("Sub", indices, updates)

    def scatter_nd_max(self, indices, updates, name=None):
        """Takes the larger of the slices at multi-dimensional indices and the updates."""
        return self._scatter_nd("Max", indices, updates)

    def scatter_nd_min(self, indices, updates, name=None):
        """Takes the smaller of the slices at multi-dimensional indices and the updates."""
        return self._scatter_nd("Min", indices, updates)

    def count_up_to(self, limit):
        """Adds one to a scalar integer variable and returns the value before.

        Raises:
          OutOfRangeError: when the limit is reached.
        """
        from tfshim._src import variable_scatter

        return variable_scatter.count_up_to(self, limit)

    def load(self, value, session=None):
        """Assigns a value, eagerly."""
        self.assign(value)

    # -- facts --

    @property
    def name(self) -> str:
        return f"{self._handle_name}:0"

    @property
    def _shared_name(self) -> str:
        return self._handle_name

    @property
    def _unique_id(self) -> str:
        return f"{self._handle_name}_{self._serial}"

    @property
    def shape(self) -> TensorShape:
        """The static shape; may have None in it."""
        return self._shape

    def get_shape(self) -> TensorShape:
        return self._shape

    def set_shape(self, shape) -> None:
        """Narrows the static shape.

        Raises:
          ValueError: if the two do not fit.
        """
        self._shape = self._shape.merge_with(shape)

    @property
    def dtype(self):
        return self._dtype

    @property
    def trainable(self) -> bool:
        return self._trainable

    @property
    def constraint(self):
        return self._constraint

    @property
    def synchronization(self):
        return self._synchronization

    @property
    def aggregation(self):
        return self._aggregation

    @property
    def device(self) -> str:
        return "/job:localhost/replica:0/task:0/device:CPU:0"

    @property
    def create(self):
        raise RuntimeError("This operation is not supported when eager execution is enabled.")

    @property
    def initializer(self):
        return None

    @property
    def initial_value(self):
        raise RuntimeError("This property is not supported when eager execution is enabled.")

    def is_initialized(self, name=None):
        """A bool tensor, True."""
        return convert(True)

    @property
    def op(self):
        raise AttributeError("Tensor.op is undefined when eager execution is enabled.")

    @property
    def graph(self):
        raise AttributeError("Tensor.graph is undefined when eager execution is enabled.")

    def eval(self, session=None):
        raise RuntimeError("This operation is not supported when eager execution is enabled.")

    # In eager mode these two raise in TensorFlow too.
    def initialized_value(self):
        raise NotImplementedError

    @staticmethod
    def from_proto(variable_def, import_scope=None):
        raise NotImplementedError

    def to_proto(self, export_scope=None):
        raise RuntimeError("This operation is not supported when eager execution is enabled.")

    def ref(self) -> Reference:
        """A hashable reference to this variable; `.deref()` gives it back."""
        return Reference(self._root)

    experimental_ref = ref

    def __hash__(self):
        raise TypeError(
            f"Variable is unhashable. Instead, use variable.ref() as the key. (Variable: {self!r})"
        )

    # -- Python --

    def __bool__(self) -> bool:
        return bool(self._read())

    __nonzero__ = __bool__

    def __int__(self) -> int:
        return int(self._read())

    def __float__(self) -> float:
        return float(self._read())

    def __complex__(self) -> complex:
        return complex(self._read())

    def __iter__(self):
        return iter(self._read())

    def __iadd__(self, other):
        raise _in_place("+", "assign_add", "+")

    def __isub__(self, other):
        raise _in_place("-", "assign_sub", "*")

    def __imul__(self, other):
        raise _no_in_place("*")

    def __itruediv__(self, other):
        raise _no_in_place("/")

    def __irealdiv__(self, other):
        raise _no_in_place("/")

    def __ipow__(self, other):
        raise _no_in_place("**")

    def __repr__(self) -> str:
        trace = STATE.trace
        if trace.symbolic:
            return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"
        text = numpy_text(self._read()._host_value(), is_repr=True)
        return (
            f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}, numpy={text}>"
        )

    def __copy__(self):
        return _Alias(self._root)  # a shallow copy shares the value

    def __deepcopy__(self, memo):
        if STATE.trace.symbolic:
            raise NotImplementedError(
                "__deepcopy__() is only available when eager execution is enabled."
            )
        copied = self._clone()
        memo[id(self)] = copied
        return copied

    def _clone(self):
        return type(self)(
            from_value(self._read()._raw()),
            trainable=self._trainable,
            constraint=self._constraint,
            dtype=self._dtype,
            name=self._shared_name,
            shape=self._shape,
            synchronization=self._synchronization,
            aggregation=self._aggregation,
        )

    def __reduce__(self):
        return _unpickle, (
            self._handle._host_value(),
            self._trainable,
            self._shared_name,
            self._shape,
            self._constraint,
            self._synchronization,
            self._aggregation,
        )

    def __getattr__(self, name: str):
        if name in ("op", "graph"):  # what a property raised comes here
            raise AttributeError(f"Tensor.{name} is undefined when eager execution is enabled.")
        raise AttributeError(f"'ResourceVariable' object has no attribute '{name}'")

    @property
    def handle(self) -> VariableHandle:
        """What stands for TensorFlow's resource handle: its dtype and shape."""
        return VariableHandle(self)


def held(thing: Any) -> Any:
    """The variable behind an object that acts as one (Keras' variables); else `thing`."""
    while not isinstance(thing, (Variable, EagerTensor)) and getattr(
        thing, "_should_act_as_resource_variable", False
    ):
        thing = thing.value
    return thing


class VariableHandle:
    """The identity of a variable, as TensorFlow's resource tensor shows it."""

    dtype = dtypes.resource
    shape = TensorShape([])

    def __init__(self, variable: Variable):
        self._variable = variable

    def __repr__(self):
        return f"<Resource handle of {self._variable.name}>"


class ResourceVariable(Variable):
    """What `tf.Variable(...)` gives: the class that `type(v)` shows."""

    __module__ = "tensorflow.python.ops.resource_variable_ops"


class UnreadVariable(ResourceVariable, metaclass=DirectMetaclass):
    """What assigning returns: the same variable, under the name `UnreadVariable`.

    Each assignment makes one, so it holds the variable and nothing else.
    """

    __module__ = "tensorflow.python.ops.resource_variable_ops"
    _of: Variable
    _handle_name = "UnreadVariable"

    def __init__(self, root: Variable):
        self._of = root

    @property
    def _root(self) -> Variable:
        return self._of._root

    @property
    def name(self) -> str:
        return "UnreadVariable"

    def _current(self):
        return self._of._current()

    def _read(self):
        return self._of._read()

    def _write(self, handle):
        self._of._write(handle)

    def _clone(self):
        return self._of._clone()


def _of_root(name: str) -> property:
    """An attribute of the variable itself."""

    def get(self):
        return getattr(self._of, name)

    def put(self, value):
        setattr(self._of, name, value)

    return property(get, put)


for _name in (
    "_handle", "_serial", "_shape", "_dtype", "_constraint", "_synchronization", "_aggregation",
    "_trainable",
):  # fmt: skip
    setattr(UnreadVariable, _name, _of_root(_name))


UnreadVariable.__name__ = UnreadVariable.__qualname__ = "_UnreadVariable"  # as TensorFlow's shows


class _Alias(UnreadVariable):
    """A shallow copy: the same variable under its own name."""

    @property
    def name(self) -> str:
        return self._of.name


if speed.core is not None:
    for _kernel, _method in (
        (_ASSIGN, "assign"), (_ASSIGN_ADD, "assign_add"), (_ASSIGN_SUB, "assign_sub"),
    ):  # fmt: skip
        _plain = getattr(Variable, _method)
        setattr(Variable, _method, speed.core.Update(_kernel, _plain, _kernel is not _ASSIGN))


def _in_place(operator: str, method: str, shown: str) -> RuntimeError:
    return RuntimeError(
        f"`variable {operator}= value` with `tf.Variable`s is not supported. Use "
        f"`variable.{method}(value)` to modify the variable, or `out = variable {shown} value` if "
        "you need to get a new output Tensor."
    )


def _no_in_place(operator: str) -> RuntimeError:
    return RuntimeError(
        f"`var {operator}= value` with `tf.Variable`s is not supported. Use "
        f"`var.assign(var {operator} value)` to modify the variable, or "
        f"`out = var {operator} value` if you need to get a new output Tensor."
    )


def _unpickle(value, trainable, name, shape, constraint, synchronization, aggregation):
    return Variable(
        from_value(value),
        trainable=trainable,
        name=name,
        shape=shape,
        constraint=constraint,
        synchronization=synchronization,
        aggregation=aggregation,
    )
