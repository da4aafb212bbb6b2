"""The part of `tf.distribute` without which Keras and Sonnet do not train: one replica.

There is one replica, always. Under the default strategy code runs in its context unless it left by
`merge_call`; in the scope of another strategy it runs there within `run` only.
"""

from __future__ import annotations

import contextlib
import enum
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tfshim._src import nest
from tfshim._src.registry import PUBLIC


class ReduceOp(enum.Enum):
    """How the values of the replicas are made one; of one value both are the value."""

    SUM = "SUM"
    MEAN = "MEAN"

    @classmethod
    def of(cls, op: Any) -> ReduceOp:
        return op if isinstance(op, cls) else cls[str(op).upper()]


class Strategy:
    """Base of strategies."""


class DistributedValues:
    """One value per replica; with one replica nothing is of this class."""


class DistributedDataset:
    """A dataset spread over replicas; with one replica nothing is of this class."""


class DistributedIterator:
    """An iterator over such a dataset; with one replica nothing is of this class."""


class _Extended:
    """What strategies offer to libraries."""

    def colocate_vars_with(self, variable: Any) -> contextlib.AbstractContextManager:
        """A context in which new variables go where this one is: where they go anyway."""
        return contextlib.nullcontext()

    def update(
        self, var: Any, fn: Callable, args: tuple = (), kwargs: Any = None, group: bool = True
    ) -> Any:
        """`fn(var, *args, **kwargs)`; grouped, its result is an op, which eager code shows as
        None."""
        result = fn(var, *args, **(kwargs or {}))
        return None if group else result


class _OneReplica(Strategy):
    """A strategy of one replica; values of a replica are the values themselves."""

    num_replicas_in_sync = 1

    def __init__(self) -> None:
        self.extended = _Extended()

    def scope(self) -> contextlib.AbstractContextManager:
        """A context in which this is the strategy, and code is of no replica.

        Raises:
          RuntimeError: inside the scope of another strategy, when it is entered.
        """
        return self._scope()

    @contextlib.contextmanager
    def _scope(self) -> Iterator[Strategy]:
        now = _STATE.frames[-1].strategy
        if now is not _DEFAULT and now is not self:
            raise RuntimeError(
                f"Mixing different tf.distribute.Strategy objects: {now} is not {self}"
            )
        with _within(self, None):
            yield self

    def run(self, fn: Callable, args: tuple = (), kwargs: Any = None, options: Any = None) -> Any:
        """`fn(*args, **kwargs)`, on the one replica."""
        with _within(self, _ReplicaContext(self)):
            return fn(*args, **(kwargs or {}))

    def reduce(self, reduce_op: Any, value: Any, axis: int | None) -> Any:
        """The value, summed or averaged over `axis` unless that is None."""
        kind = ReduceOp.of(reduce_op)
        if axis is None:
            return value
        reduce = PUBLIC["tf.reduce_sum" if kind is ReduceOp.SUM else "tf.reduce_mean"]
        return nest.map_structure(lambda v: reduce(v, axis=axis), value)

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        """The dataset itself."""
        return dataset

    def experimental_local_results(self, value: Any) -> tuple:
        """The value of each replica: a tuple of one."""
        return (value,)


class _Default(_OneReplica):
    """The strategy in force where no other was chosen."""

    def scope(self) -> contextlib.AbstractContextManager:
        """A context in which this is the strategy, as it is outside."""
        return contextlib.nullcontext(self)


class MirroredStrategy(_OneReplica):
    """One replica per device: of one device, whose variables stay plain ones.

    Args:
      devices: names of devices; None for those that there are.
      cross_device_ops: how devices tell each other values, which one has no need to.

    Raises:
      NotImplementedError: for more than one device.
    """

    def __init__(self, devices: Any = None, cross_device_ops: Any = None):
        if devices is None:
            devices = PUBLIC["tf.config.list_logical_devices"]("GPU")
        if not isinstance(devices, str) and len(devices) > 1:
            raise NotImplementedError(
                f"tfshim has tf.distribute.MirroredStrategy of one device, not of {len(devices)}"
            )
        super().__init__()


class OneDeviceStrategy(_OneReplica):
    """Everything on one device.

    Args:
      device: its name.
    """

    def __init__(self, device: str):
        super().__init__()
        self._device = device

    @contextlib.contextmanager
    def _scope(self) -> Iterator[Strategy]:
        with super()._scope(), PUBLIC["tf.device"](self._device):
            yield self


class MultiWorkerMirroredStrategy(Strategy):
    """A strategy that tfshim does not have."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError("tfshim has no tf.distribute.MultiWorkerMirroredStrategy")


class TPUStrategy(Strategy):
    """A strategy that tfshim does not have."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError("tfshim has no tf.distribute.TPUStrategy")


class _ReplicaContext:
    """Where code of the one replica runs."""

    num_replicas_in_sync = 1
    replica_id_in_sync_group = 0

    def __init__(self, strategy: Strategy):
        self._strategy = strategy

    @property
    def strategy(self) -> Strategy:
        return self._strategy

    def all_reduce(self, reduce_op: Any, value: Any, options: Any = None) -> Any:
        """The value: a sum or mean over one replica, as new tensors."""
        ReduceOp.of(reduce_op)
        identity = PUBLIC["tf.identity"]
        return nest.map_structure(identity, value)

    def merge_call(self, merge_fn: Callable, args: tuple = (), kwargs: Any = None) -> Any:
        """`merge_fn(strategy, *args, **kwargs)`, run as code that is of no replica."""
        with _within(self._strategy, None):
            return merge_fn(self._strategy, *args, **(kwargs or {}))


class _Frame(NamedTuple):
    """What is in force: a strategy, and the replica whose code runs, or None."""

    strategy: Strategy
    replica: _ReplicaContext | None


_DEFAULT = _Default()


class _State(threading.local):
    def __init__(self) -> None:
        self.frames = [_Frame(_DEFAULT, _ReplicaContext(_DEFAULT))]


_STATE = _State()


@contextlib.contextmanager
def _within(strategy: Strategy, replica: _ReplicaContext | None) -> Iterator[None]:
    _STATE.frames.append(_Frame(strategy, replica))
    try:
        yield
    finally:
        _STATE.frames.pop()


def has_strategy() -> bool:
    """Whether a strategy other than the default is in force."""
    return get_strategy() is not _DEFAULT


def get_strategy() -> Strategy:
    """The strategy in force."""
    return _STATE.frames[-1].strategy


def get_replica_context() -> _ReplicaContext | None:
    """The replica's context; None where code is of no replica."""
    return _STATE.frames[-1].replica


def in_cross_replica_context() -> bool:
    """Whether code is of no replica."""
    return get_replica_context() is None


def maybe_merge_call(fn: Callable, strategy: Any, *args: Any, **kwargs: Any) -> Any:
    """`fn(strategy, *args, **kwargs)`: one replica has nothing to merge."""
    return fn(strategy, *args, **kwargs)


def strategy_supports_no_merge_call() -> bool:
    """Whether updates may run without `merge_call`: yes, with one replica."""
    return True


#: `tf.__internal__.distribute`
INTERNAL = types.SimpleNamespace(
    interim=types.SimpleNamespace(maybe_merge_call=maybe_merge_call),
    strategy_supports_no_merge_call=strategy_supports_no_merge_call,
)
