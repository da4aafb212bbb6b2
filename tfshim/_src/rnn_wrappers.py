"""Wrappers of recurrent cells: on a device, with dropout, with a residual connection.

A cell is any object with `call(inputs, state) -> (output, state)`, `build(shape)`, `state_size` and
`output_size`. In TensorFlow the wrappers are layers of the Keras 2 inside it; here they are modules
with what of a layer makes sense around a cell.
"""

from __future__ import annotations

import base64
import collections
import hashlib
import inspect
import marshal
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import dtypes, nest
from tfshim._src.control_flow.tensor_array import TensorArray
from tfshim._src.convert import convert
from tfshim._src.device import device as device_scope
from tfshim._src.module import Module, camel_to_snake
from tfshim._src.name_scope import name_scope
from tfshim._src.ops.arithmetic import add, divide, multiply
from tfshim._src.ops.casting import cast
from tfshim._src.ops.creation import zeros
from tfshim._src.ops.elementwise import floor
from tfshim._src.ops.nn_dropout import dropout
from tfshim._src.ops.random_stateful import uniform
from tfshim._src.registry import export
from tfshim._src.shapes import TensorShape
from tfshim._src.tensor import EagerTensor

_names: collections.Counter = collections.Counter()


def _unique(kind: str) -> str:
    """`device_wrapper`, then `device_wrapper_1`, as Keras numbers layers."""
    _names[kind] += 1
    return kind if _names[kind] == 1 else f"{kind}_{_names[kind] - 1}"


class _Wrapper(Module):
    """A cell around a cell, called as a layer is.

    Args:
      cell: what is wrapped.
      trainable: whether its variables are listed as trainable.
      name: of the layer; by default its kind and a number.
      dtype: to which floating inputs are cast; float32 by default.
      autocast: whether they are.
    """

    def __init__(
        self, cell, trainable=True, name=None, dtype=None, autocast=True, **kwargs: Any
    ) -> None:
        for unknown in kwargs:
            raise TypeError("Keyword argument not understood:", unknown)
        super().__init__()
        self._name = _unique(camel_to_snake(type(self).__name__)) if name is None else name
        self._trainable, self._autocast = trainable, autocast
        self._dtype = dtypes.as_dtype(dtype or dtypes.float32)
        self.built = False
        self.cell = cell
        spec = inspect.getfullargspec(cell.call)
        self._expects_training = "training" in spec.args or spec.varkw is not None

    def __call__(self, inputs, *args, **kwargs):
        """One step: converts and casts the inputs, builds the cell at first, and runs `call`.

        Args:
          inputs: tensors, or what becomes tensors.
          args: the state, a structure of tensors.
          kwargs: what the cell takes besides.

        Returns:
          Output and new state.
        """
        inputs = nest.map_structure(self._input, inputs)
        if kwargs.get("training") is None:
            kwargs.pop("training", None)
            if self._expects_training:
                kwargs["training"] = None
        elif not self._expects_training:
            del kwargs["training"]
        with name_scope(self._name):
            if not self.built:
                self.build(nest.map_structure(lambda x: x.shape, inputs))
            if self._autocast:
                inputs = nest.map_structure(self._cast, inputs)
            return self.call(inputs, *args, **kwargs)

    def _input(self, x):
        return convert(x) if isinstance(x, (np.ndarray, float, int)) else x

    def _cast(self, x):
        floating = hasattr(x, "dtype") and x.dtype.is_floating
        return cast(x, self._dtype) if floating and x.dtype != self._dtype else x

    def call(self, inputs, state, **kwargs):
        """The step itself, of inputs as they are; the cell must have been built."""
        return self._step(inputs, state, self.cell.call, **kwargs)

    def _step(self, inputs, state, run: Callable, **kwargs) -> tuple[Any, Any]:
        raise NotImplementedError

    def build(self, inputs_shape):
        """Builds the cell.

        Args:
          inputs_shape: a `tf.TensorShape`, or a structure of them.
        """
        self.cell.build(inputs_shape)
        self.built = True

    # -- state -------------------------------------------------------------------------------------

    @property
    def state_size(self):
        """The cell's."""
        return self.cell.state_size

    @property
    def output_size(self):
        """The cell's."""
        return self.cell.output_size

    def zero_state(self, batch_size, dtype):
        """The cell's own `zero_state`."""
        return self.cell.zero_state(batch_size, dtype)

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Zeros of the state's sizes.

        Args:
          inputs: a tensor whose first size and dtype are taken.
          batch_size: otherwise the first size.
          dtype: otherwise the dtype.

        Raises:
          ValueError: if neither is given.
        """
        if inputs is not None:
            batch_size, dtype = inputs.shape[0], inputs.dtype
        if batch_size is None or dtype is None:
            raise ValueError(
                "batch_size and dtype cannot be None while constructing initial state: "
                f"batch_size={batch_size}, dtype={dtype}"
            )

        def of(size):
            return zeros([batch_size, *TensorShape(size).as_list()], dtype=dtype)

        sizes = self.state_size
        return nest.map_structure(of, sizes) if nest.is_nested(sizes) else of(sizes)

    # -- what a layer tells ------------------------------------------------------------------------

    @property
    def dtype(self):
        """The name of the dtype to which inputs are cast."""
        return self._dtype.name

    @property
    def trainable(self):
        """Whether the variables are listed as trainable."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = value
        if isinstance(self.cell, _Wrapper):
            self.cell.trainable = value

    @property
    def trainable_weights(self):
        """The trainable variables inside, if the wrapper is trainable."""
        return list(super().trainable_variables) if self._trainable else []

    @property
    def non_trainable_weights(self):
        """The other ones."""
        trainable = {id(v) for v in self.trainable_weights}
        return [v for v in super().variables if id(v) not in trainable]

    @property
    def weights(self):
        """All variables inside, the trainable ones first."""
        return self.trainable_weights + self.non_trainable_weights

    variables = weights  # type: ignore[assignment]
    trainable_variables = trainable_weights  # type: ignore[assignment]
    non_trainable_variables = non_trainable_weights  # type: ignore[assignment]

    def get_weights(self):
        """The values of `weights`, as NumPy arrays."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights):
        """Assigns to `weights`.

        Args:
          weights: as many arrays.

        Raises:
          ValueError: for another number, or another shape.
        """
        into = self.weights
        if len(into) != len(weights):
            raise ValueError(
                f'You called `set_weights(weights)` on layer "{self.name}" with a weight list of '
                f"length {len(weights)}, but the layer was expecting {len(into)} weights. "
                f"Provided weights: {str(weights)[:50]}..."
            )
        for variable, value in zip(into, weights):
            shape = getattr(value, "shape", ())
            if not variable.shape.is_compatible_with(shape):
                raise ValueError(
                    f"Layer weight shape {variable.shape} not compatible with provided weight "
                    f"shape {shape}"
                )
        for variable, value in zip(into, weights):
            variable.assign(value)

    # -- configuration -----------------------------------------------------------------------------

    def get_config(self):
        """A dict from which `from_config` makes the wrapper again, without its variables."""
        return {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": self._dtype.name,
            "cell": {"class_name": type(self.cell).__name__, "config": self.cell.get_config()},
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A wrapper from what `get_config` gave.

        Args:
          config: the dict.
          custom_objects: the class of the cell by its name.

        Raises:
          ValueError: for a cell whose class is not among them.
        """
        config = dict(config)
        return cls(_cell(config.pop("cell"), custom_objects), **config)


def _cell(described: dict[str, Any], custom_objects: dict[str, Any] | None) -> Any:
    kind = (custom_objects or {}).get(described["class_name"])
    if kind is None:
        raise ValueError(
            f"Unknown layer: {described['class_name']}. Please ensure this object is passed to the "
            "`custom_objects` argument. See https://www.tensorflow.org/guide/keras/"
            "save_and_serialize#registering_the_custom_object for details."
        )
    make = getattr(kind, "from_config", None)
    if make is None:
        return kind(**described["config"])
    if "custom_objects" in inspect.signature(make).parameters:
        return make(described["config"], custom_objects=custom_objects)
    return make(described["config"])


def _described(function: Callable, key: str) -> dict[str, Any]:
    """A function as entries of a configuration: its code, defaults and closure, or its name."""
    if isinstance(function, types.FunctionType):
        code = base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii")
        cells = function.__closure__ and tuple(c.cell_contents for c in function.__closure__)
        what: Any = (code, function.__defaults__, cells or None)
        kind = "lambda"
    else:
        what, kind = getattr(function, "__name__", type(function).__name__), "function"
    return {key: what, f"{key}_type": kind, f"{key}_module": function.__module__}


def _function(config: dict[str, Any], key: str, custom_objects: dict | None) -> Callable:
    """The function of such entries, which are taken out."""
    what, kind = config.pop(key), config.pop(f"{key}_type")
    module = sys.modules.get(config.pop(f"{key}_module"))
    names = {**(vars(module) if module else {}), **(custom_objects or {})}
    if kind == "function":
        if what not in (custom_objects or {}):
            raise ValueError(f"Unknown function in wrapper: {what}")
        return names[what]
    code, defaults, cells = what
    made = types.FunctionType(
        marshal.loads(base64.decodebytes(code.encode("ascii"))),
        names,
        argdefs=defaults and tuple(defaults),
        closure=cells and tuple(types.CellType(c) for c in cells),
    )
    return made


# -- device ----------------------------------------------------------------------------------------


class DeviceWrapperBase(_Wrapper):
    """See `DeviceWrapper`."""

    def __init__(self, cell, device, **kwargs):
        super().__init__(cell, **kwargs)
        self._device = device

    def zero_state(self, batch_size, dtype):
        """The cell's own `zero_state`, on the device."""
        with device_scope(self._device):
            return self.cell.zero_state(batch_size, dtype)

    def _step(self, inputs, state, run, **kwargs):
        with device_scope(self._device):
            return run(inputs, state, **kwargs)

    def get_config(self):
        return {**super().get_config(), "device": self._device}


@export("tf.nn.RNNCellDeviceWrapper")
class DeviceWrapper(DeviceWrapperBase):
    """Runs a cell on a device.

    Args:
      cell: the cell.
      device: what `tf.device` takes.
      trainable, name, dtype, autocast: as of any layer.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)


# -- residual --------------------------------------------------------------------------------------


def _sum(inputs, outputs):
    nest.assert_same_structure(inputs, outputs)
    for i, o in zip(nest.flatten(inputs), nest.flatten(outputs)):
        i.shape.assert_is_compatible_with(o.shape)
    return nest.map_structure(add, inputs, outputs)


class ResidualWrapperBase(_Wrapper):
    """See `ResidualWrapper`."""

    def __init__(self, cell, residual_fn=None, **kwargs):
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def _step(self, inputs, state, run, **kwargs):
        outputs, new_state = run(inputs, state, **kwargs)
        return (self._residual_fn or _sum)(inputs, outputs), new_state

    def get_config(self):
        base = super().get_config()
        if self._residual_fn is None:
            return base
        return {**base, **_described(self._residual_fn, "residual_fn")}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        if "residual_fn" in config:
            config = dict(config)
            config["residual_fn"] = _function(config, "residual_fn", custom_objects)
        return super().from_config(config, custom_objects)


@export("tf.nn.RNNCellResidualWrapper")
class ResidualWrapper(ResidualWrapperBase):
    """Adds a cell's inputs to its outputs.

    Args:
      cell: the cell.
      residual_fn: makes the output of the inputs and the cell's output; their sum by default.
      trainable, name, dtype, autocast: as of any layer.

    Source: He et al., "Deep Residual Learning for Image Recognition" (2015).
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)


# -- dropout ---------------------------------------------------------------------------------------


def _no_arrays(part) -> bool:
    """What of a state is dropped by default: all but tensor arrays."""
    return not isinstance(part, TensorArray)


class DropoutWrapperBase(_Wrapper):
    """See `DropoutWrapper`."""

    def __init__(
        self,
        cell,
        input_keep_prob=1.0,
        output_keep_prob=1.0,
        state_keep_prob=1.0,
        variational_recurrent=False,
        input_size=None,
        dtype=None,
        seed=None,
        dropout_state_filter_visitor=None,
        **kwargs,
    ):
        super().__init__(cell, dtype=dtype, **kwargs)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise TypeError("dropout_state_filter_visitor must be callable")
        self._filter = dropout_state_filter_visitor or _no_arrays
        self._input_keep_prob = _probability("input_keep_prob", input_keep_prob)
        self._state_keep_prob = _probability("state_keep_prob", state_keep_prob)
        self._output_keep_prob = _probability("output_keep_prob", output_keep_prob)
        self._variational, self._input_size, self._seed = variational_recurrent, input_size, seed
        self._noise: dict[str, Any] = {"input": None, "state": None, "output": None}
        if variational_recurrent:
            if dtype is None:
                raise ValueError("When variational_recurrent=True, dtype must be provided")
            sizes = {"state": cell.state_size, "output": cell.output_size}
            if _drops(self._input_keep_prob):
                if input_size is None:
                    raise ValueError(
                        "When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, "
                        "input_size must be provided"
                    )
                sizes = {"input": input_size, **sizes}
            self._noise.update((k, self._mask(k, size, dtype)) for k, size in sizes.items())

    def _mask(self, what: str, sizes, dtype):
        """Uniform numbers that serve all steps and all rows of the batch."""

        def one(index, size):
            shape = [1, *TensorShape(size).as_list()]
            return uniform(shape, seed=self._seed_of(what, index), dtype=dtype)

        flat = [one(i, size) for i, size in enumerate(nest.flatten(sizes))]
        return nest.pack_sequence_as(sizes, flat)

    def _seed_of(self, what: str, index: int) -> int | None:
        """A seed for each tensor that is dropped, of the wrapper's seed."""
        if self._seed is None:
            return None
        digest = hashlib.md5(f"{self._seed}{what}_{index}".encode(), usedforsecurity=False)
        return int(digest.hexdigest()[:8], 16) & 0x7FFFFFFF

    @property
    def wrapped_cell(self):
        """The cell."""
        return self.cell

    def _step(self, inputs, state, run, **kwargs):
        if _drops(self._input_keep_prob):
            inputs = self._dropped("input", inputs, self._input_keep_prob)
        output, new_state = run(inputs, state, **kwargs)
        if _drops(self._state_keep_prob):
            new_state = self._dropped("state", new_state, self._state_keep_prob, self._filter)
        if _drops(self._output_keep_prob):
            output = self._dropped("output", output, self._output_keep_prob)
        return output, new_state

    def _dropped(self, what: str, values, keep, wanted: Callable = lambda part: True):
        """A structure with dropout where it is wanted; tensors are counted in order."""
        count = iter(range(2**31))

        def leaf(value, noise, drop: bool):
            index = next(count)
            if not drop:
                return value
            if self._variational:
                kept = floor(add(keep, noise))
                return multiply(divide(value, keep), kept)
            return dropout(value, rate=1.0 - keep, seed=self._seed_of(what, index))

        def walk(part, noise):
            decision = wanted(part)
            if not nest.is_nested(part):
                return leaf(part, noise, bool(decision))
            parts = nest.parts(part)
            if isinstance(decision, bool):
                if not decision:
                    return leaf(part, noise, False)
                decision = [True] * len(parts)
            else:
                nest.assert_same_structure(decision, part, check_types=False)
                decision = nest.parts(decision)
            noises = nest.parts(noise) if nest.is_nested(noise) else [noise] * len(parts)
            made = [
                walk(p, n) if d else leaf(p, n, False) for p, n, d in zip(parts, noises, decision)
            ]
            return nest.rebuilt(part, made)

        return walk(values, self._noise[what])

    def get_config(self):
        config = {
            **super().get_config(),
            "input_keep_prob": self._input_keep_prob,
            "output_keep_prob": self._output_keep_prob,
            "state_keep_prob": self._state_keep_prob,
            "variational_recurrent": self._variational,
            "input_size": self._input_size,
            "seed": self._seed,
        }
        if self._filter is not _no_arrays:
            config |= _described(self._filter, "dropout_fn")
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        if "dropout_fn" in config:
            config = dict(config)
            visitor = _function(config, "dropout_fn", custom_objects)
            config["dropout_state_filter_visitor"] = visitor
        return super().from_config(config, custom_objects)


def _probability(name: str, value: Any) -> Any:
    """A float, where the value is known."""
    tensor = convert(value)
    if not isinstance(tensor, EagerTensor) or tensor._is_symbolic():
        return tensor
    number = tensor.numpy()
    if number < 0 or number > 1:
        raise ValueError(f"Parameter {name} must be between 0 and 1: {int(number)}")
    return float(number)


def _drops(keep: Any) -> bool:
    return not isinstance(keep, float) or keep < 1


@export("tf.nn.RNNCellDropoutWrapper")
class DropoutWrapper(DropoutWrapperBase):
    """Dropout of a cell's inputs, outputs and states.

    Args:
      cell: the cell.
      input_keep_prob, output_keep_prob, state_keep_prob: with which probability an element stays;
        numbers in [0, 1], or scalar tensors in a function.
      variational_recurrent: whether one mask serves all steps.
      input_size: the sizes of the inputs, where one mask serves them.
      dtype: of that mask, and of the layer.
      seed: an integer; each tensor has a seed of its own from it.
      dropout_state_filter_visitor: says of a part of the state whether it is dropped: a bool, or
        one for each element of it. By default, all but `tf.TensorArray`s are.
      trainable, name, autocast: as of any layer.

    Source: Gal and Ghahramani, "A Theoretically Grounded Application of Dropout in Recurrent Neural
    Networks" (2016).
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
