"""The part of `tf.distribute` without which Keras does not train: the default strategy.

There is one replica, always, and code runs in its context unless it left by `merge_call`.
"""

from __future__ import annotations

import contextlib
import enum
import threading
import types
from collections.abc import Callable
from typing import Any

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


class MultiWorkerMirroredStrategy(Strategy):
    """A strategy that tfshim does not have."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError("tfshim has no tf.distribute.MultiWorkerMirroredStrategy")


class TPUStrategy(Strategy):
    """A strategy that tfshim does not have."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError("tfshim has no tf.distribute.TPUStrategy")


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


class _Default(Strategy):
    """The strategy in force where no other was chosen."""

    num_replicas_in_sync = 1

    def __init__(self) -> None:
        self.extended = _Extended()

    def scope(self) -> contextlib.AbstractContextManager:
        """A context in which this is the strategy, as it is outside."""
        return contextlib.nullcontext(self)

    def run(self, fn: Callable, args: tuple = (), kwargs: Any = None, options: Any = None) -> Any:
        """`fn(*args, **kwargs)`, on the one replica."""
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


class _State(threading.local):
    def __init__(self) -> None:
        self.merging = False


class _ReplicaContext:
    """Where code of the one replica runs."""

    num_replicas_in_sync = 1
    replica_id_in_sync_group = 0

    @property
    def strategy(self) -> Strategy:
        return _DEFAULT

    def all_reduce(self, reduce_op: Any, value: Any, options: Any = None) -> Any:
        """The value: a sum or mean over one replica, as new tensors."""
        ReduceOp.of(reduce_op)
        identity = PUBLIC["tf.identity"]
        return nest.map_structure(identity, value)

    def merge_call(self, merge_fn: Callable, args: tuple = (), kwargs: Any = None) -> Any:
        """`merge_fn(strategy, *args, **kwargs)`, run as code that is of no replica."""
        _STATE.merging = True
        try:
            return merge_fn(_DEFAULT, *args, **(kwargs or {}))
        finally:
            _STATE.merging = False


_DEFAULT = _Default()
_REPLICA = _ReplicaContext()
_STATE = _State()


def has_strategy() -> bool:
    """Whether a strategy other than the default is in force: never."""
    return False


def get_strategy() -> Strategy:
    """The default strategy."""
    return _DEFAULT


def get_replica_context() -> _ReplicaContext | None:
    """The replica's context; None inside `merge_call`."""
    return None if _STATE.merging else _REPLICA


def in_cross_replica_context() -> bool:
    """Whether code runs inside `merge_call`."""
    return _STATE.merging


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
