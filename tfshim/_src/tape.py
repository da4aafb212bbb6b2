"""`tf.GradientTape`: sees the nodes of a computation and replays them backwards.

What it saw is in recording.py, how it is replayed in backprop.py and plans.py.
"""

from __future__ import annotations

import contextlib
from typing import Any

from tfshim._src import logs, nest
from tfshim._src.backprop import backprop, ones, zeros
from tfshim._src.convert import convert
from tfshim._src.engine import flush as engine
from tfshim._src.engine.aval import Aval
from tfshim._src.errors import dtype_mismatch
from tfshim._src.indexed_slices import IndexedSlices, aggregate, densify
from tfshim._src.plans import planned, replay
from tfshim._src.recording import Recording, enter, leave
from tfshim._src.registry import export
from tfshim._src.tensor import STATE, EagerTensor, Tensor
from tfshim._src.unconnected import UnconnectedGradients
from tfshim._src.variable import ResourceVariable, Variable, held


@export("tf.GradientTape")
class GradientTape:
    """Records operations for automatic differentiation.

    Args:
      persistent: whether `gradient` and the others may be called more than once.
      watch_accessed_variables: whether trainable variables are watched when they are read.
    """

    __module__ = "tensorflow"

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True):
        self._persistent = persistent
        self._watch_accessed_variables = watch_accessed_variables
        self._recording = False
        self._entered = False
        self._alive = False  # whether there is a recording that gradients can be taken of
        self._seen = Recording(watch_accessed_variables)

    # -- recording --

    def __enter__(self) -> GradientTape:
        if self._entered or not enter(self._seen):
            self._push()
        self._alive = self._recording = self._entered = True
        return self

    def __exit__(self, exc_type, exc, tb) -> None:
        if self._recording:
            self._pop()

    def _push(self) -> None:
        if self._recording:
            raise ValueError(
                "Tape is still recording, This can happen if you try to re-enter an "
                "already-active tape."
            )
        state = STATE
        trace = state.pending
        if trace.assigned and not state.active and state.trace is trace:
            engine.flush(trace)  # a training step ended: its program is complete
        if not self._alive:
            if self._entered:
                self._seen = Recording(self._watch_accessed_variables)
            self._alive = True
        state.push(self._seen)
        self._recording = self._entered = True

    def _pop(self) -> None:
        if not self._recording:
            raise ValueError("Tape is not recording.")
        if not leave(self._seen):
            STATE.pop(self._seen)
        self._recording = False

    def watch(self, tensor: Any) -> None:
        """Makes this tape follow a tensor, a variable or a nest of them.

        Raises:
          ValueError: for something that is neither a tensor nor a variable.
        """
        seen = self._seen
        if _is_plain(tensor):
            flat = [tensor] if type(tensor) is EagerTensor else tensor
            if seen.follows and _all_followed(flat):
                assert seen.trace is not None
                position = len(seen.trace.nodes)
                seen.events += [(position, t, None) for t in flat]
                return
        else:
            flat = nest.flatten(tensor, expand_composites=True)
        # TensorFlow watches nothing while no tape is active in this thread
        watching = any(type(r) is Recording for r in STATE.active)
        for t in flat:
            if not isinstance(t, (Tensor, Variable)):
                raise ValueError(
                    f"Passed in object {t} of type {type(t).__name__!r}, not tf.Tensor or "
                    "tf.Variable or ExtensionType."
                )
            if not self._entered:
                raise AttributeError(
                    "'NoneType' object has no attribute '_tape' (this tape was never entered)"
                )
            if not watching:
                continue
            if isinstance(t, Variable):
                seen.watch(t._current(), t._root)
                continue
            if not t.aval.trainable:
                logs.warn_first(
                    "The dtype of the watched tensor must be floating (e.g. tf.float32), got %r",
                    t.dtype,
                )
            seen.watch(t)

    @contextlib.contextmanager
    def stop_recording(self):
        """Pauses recording: what is computed inside is constant to this tape.

        Raises:
          RuntimeError: if this tape is not recording.
        """
        if not self._recording:
            raise RuntimeError("Trying to stop recording a tape which is not recording.")
        self._pop()
        try:
            yield
        finally:
            self._push()

    def reset(self) -> None:
        """Forgets all that was recorded and watched.

        Raises:
          ValueError: if this tape is not recording.
        """
        self._pop()
        self._alive = False
        self._push()

    def watched_variables(self) -> tuple[Variable, ...]:
        """The watched variables in the order in which they were made."""
        return tuple(sorted(self._seen.watched_variables(), key=lambda v: v._serial))

    # -- gradients --

    def _begin(self) -> None:
        if not self._alive:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients "
                "(or jacobians)"
            )

    def _release(self) -> None:
        if not self._persistent:
            self._alive = False
            self._seen.forget()

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
    ) -> Any:
        """The gradient of `target` with respect to `sources`.

        Args:
          target: a tensor or nest of tensors; several count as their sum.
          sources: a tensor or variable, or a nest of them.
          output_gradients: cotangents of the targets, in their structure; ones by default.
          unconnected_gradients: "none" or "zero": what an unconnected source gets.

        Returns:
          Gradients in the structure of `sources`: tensors, `tf.IndexedSlices` or None.

        Raises:
          RuntimeError: on a second call of a tape that is not persistent.
          ValueError: for an unknown `unconnected_gradients`.
          LookupError: if an operation on the way has no gradient.
        """
        self._begin()
        if output_gradients is None and not self._recording:
            one = type(sources) is not list
            found = replay(self._seen, target, [sources] if one else sources, unconnected_gradients)
            if found is not None:
                self._release()
                return found[0] if one else found
        if self._recording:
            if not self._persistent:
                self._pop()
            else:
                logs.warn_first(
                    "Calling GradientTape.gradient on a persistent tape inside its context is "
                    "significantly less efficient than calling it outside the context (it causes "
                    "the gradient ops to be recorded on the tape, leading to increased CPU and "
                    "memory usage). Only call GradientTape.gradient inside the context if you "
                    "actually want to trace the gradient in order to compute higher order "
                    "derivatives."
                )
        unconnected = unconnected_gradients
        if unconnected is not UnconnectedGradients.NONE:
            unconnected = UnconnectedGradients.parse(unconnected)
        if target is None:
            raise TypeError(
                "Argument `target` should be a list or nested structure of Tensors, Variables or "
                "CompositeTensors to be differentiated, but received None."
            )
        flat_targets = differentiated(target)
        # a list of tensors and variables stands for itself
        plain = type(sources) is list and _is_plain(sources)
        flat_sources = sources if plain else differentiated(sources)
        seeds: list[Any] = [None] * len(flat_targets)
        if output_gradients is not None:
            given = differentiated(output_gradients, check=False)
            for i, (g, t) in enumerate(zip(given, flat_targets)):  # TensorFlow ignores further ones
                seeds[i] = _seed(g, t)

        def walk():
            _warn_sources(flat_sources)
            return self._backprop(flat_targets, flat_sources, seeds, unconnected)

        if output_gradients is None:
            grads = planned(self._seen, flat_targets, flat_sources, unconnected, walk)
        else:
            grads = walk()
        self._release()
        return grads if flat_sources is sources else _packed(sources, grads)

    def _handles(self, source: Any) -> list[EagerTensor]:
        """The watched tensors that stand for a source on this tape."""
        if isinstance(source, Variable):
            reads = self._seen.reads(source._root)
            return [t for t in reads.values() if not _flows_on(t, reads, self._seen.entries)]
        return [source] if self._seen.watches(source) else []

    def _backprop(self, targets, sources, seeds, unconnected) -> list[Any]:
        seen = self._seen
        seen.read()
        handles = [self._handles(s) for s in sources]
        ids = {id(h) for hs in handles for h in hs}
        kept, direct = [], {}
        for t, seed in zip(targets, seeds, strict=True):
            if t.dtype.kind == "s":
                continue
            if isinstance(t, Tensor) and seen.watches(t):
                kept.append((t, seed))
            else:  # nothing leads to it but itself
                direct.setdefault(_identity(t), []).append((t, seed))
        found = backprop(seen.entries, [t for t, _ in kept], ids, [s for _, s in kept])
        result = []
        for source, hs in zip(sources, handles, strict=True):
            parts = [found[id(h)] for h in hs if id(h) in found]
            for t, seed in direct.get(_identity(source), ()):
                parts.append(ones(_aval_of(t)) if seed is None else seed)
            if parts:
                result.append(parts[0] if len(parts) == 1 else aggregate(parts))
            elif unconnected is UnconnectedGradients.ZERO:
                result.append(zeros_like_source(source))
            else:
                result.append(None)
        return result

    def jacobian(
        self,
        target,
        sources,
        unconnected_gradients=UnconnectedGradients.NONE,
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """The Jacobian of `target` with respect to `sources`; see `tfshim._src.jacobian`."""
        from tfshim._src import jacobian

        return jacobian.jacobian(
            self, target, sources, unconnected_gradients, parallel_iterations, experimental_use_pfor
        )

    def batch_jacobian(
        self,
        target,
        source,
        unconnected_gradients=UnconnectedGradients.NONE,
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """Per-example Jacobians; see `tfshim._src.jacobian`."""
        from tfshim._src import jacobian

        return jacobian.batch_jacobian(
            self, target, source, unconnected_gradients, parallel_iterations, experimental_use_pfor
        )


def _identity(thing: Any) -> int:
    return id(thing._root) if isinstance(thing, Variable) else id(thing)


def _aval_of(thing: Any) -> Aval:
    return thing._current().aval if isinstance(thing, Variable) else thing.aval


def zeros_like_source(source) -> EagerTensor:
    return zeros(_aval_of(source))


def _component(composite: Any) -> Any:
    """What of a ragged tensor is differentiated: its values.

    Raises:
      ValueError: for a sparse tensor, which TensorFlow differentiates by its values only.
    """
    if isinstance(composite, (Tensor, Variable, IndexedSlices)):
        return None
    if not hasattr(composite, "_flatten_components"):
        return None
    if hasattr(composite, "with_values") and not hasattr(composite, "dense_shape"):
        return composite.values
    raise ValueError(
        f"Type {type(composite).__name__} is not supported as a gradient source or gradient target."
    )


def differentiated(structure: Any, check: bool = True) -> list[Any]:
    """The tensors and variables of a nest; of composite tensors their values.

    Raises:
      TypeError, AttributeError: for what is no tensor, as TensorFlow does.
    """
    if _is_plain(structure):
        return [structure] if type(structure) is EagerTensor else list(structure)
    flat = []
    for thing in map(held, nest.flatten(structure)):
        while (inner := _component(thing)) is not None:
            thing = inner
        if check and isinstance(thing, IndexedSlices):
            thing = convert(thing)
        if check and not isinstance(thing, (Tensor, Variable)):
            if thing is None or isinstance(thing, str):
                raise TypeError(
                    f"Cannot convert the argument `type_value`: {thing!r} to a TensorFlow DType."
                )
            kind = type(thing)
            name = kind.__name__ if kind.__module__ == "builtins" else f"numpy.{kind.__name__}"
            raise AttributeError(f"{name!r} object has no attribute '_id'")
        flat.append(thing)
    return flat


def _is_plain(structure: Any) -> bool:
    """Whether it is one tensor, or a list of tensors and variables, as it nearly always is."""
    if type(structure) is list:
        return _PLAIN_SOURCES.issuperset(map(type, structure))
    return type(structure) is EagerTensor


def _all_followed(tensors: list[Any]) -> bool:
    """Whether these are tensors that a tape on a trace follows without a word."""
    for t in tensors:
        if type(t) is not EagerTensor or not t.aval.trainable:
            return False
    return True


_PLAIN_SOURCES = frozenset({EagerTensor, ResourceVariable})


def _packed(structure: Any, grads: list[Any]) -> Any:
    """Gradients in the structure of the sources; a composite's gradient is one of its own kind."""
    if _is_plain(structure):
        return grads if type(structure) is list else grads[0]
    rest = iter(grads)

    def one(thing):
        return with_component(thing, next(rest))

    return nest.pack_sequence_as(structure, [one(t) for t in nest.flatten(structure)])


def with_component(thing: Any, grad: Any) -> Any:
    inner = _component(thing)
    if inner is None or grad is None:
        return grad
    return thing.with_values(with_component(inner, densify(grad)))


def _seed(value: Any, target: Any) -> EagerTensor:
    """A cotangent that the user gave for a target.

    Raises:
      InvalidArgumentError: if it has another dtype.
    """
    seed = value if isinstance(value, IndexedSlices) else convert(value)
    if seed.dtype is not target.dtype:
        raise dtype_mismatch("Mul", 1, seed.dtype, target.dtype)
    return densify(seed)


def _warn_sources(sources) -> None:
    for s in sources:
        dtype = s.dtype
        if not dtype.trainable:
            logs.warn_first(
                "The dtype of the source tensor must be floating (e.g. tf.float32) when calling "
                "GradientTape.gradient, got %r",
                dtype,
            )


@contextlib.contextmanager
def stop_all_recording():
    """Nothing that is computed inside is seen by any tape or accumulator."""
    state = STATE
    saved = state.recorders
    state.recorders = []
    try:
        yield
    finally:
        state.recorders = saved


def _flows_on(handle: EagerTensor, reads: dict[int, Any], entries: list) -> bool:
    """Whether a variable's value comes from a recorded branch or loop that took one of these."""
    flows = getattr(handle._trace, "flows", None)
    before = None if flows is None else flows.get(id(handle))
    if before is None or id(before) not in reads:
        return False
    return any(out is handle for _, _, outputs in entries for out in outputs)
