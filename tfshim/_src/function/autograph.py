"""AutoGraph: Python control flow on tensors becomes control flow of the program.

The source transformation is diastatic-malt's, TensorFlow's AutoGraph as a library. What `if`,
`while`, `for` and the rest then call is autograph_operators.py. Both are imported when the first
function is traced.
"""

from __future__ import annotations

import contextlib
import enum
import functools
import inspect
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

from tfshim._src import logs
from tfshim._src.errors import OpError
from tfshim._src.function.mode import OP_BY_OP
from tfshim._src.function.user_code import with_user_code
from tfshim._src.registry import export
from tfshim._src.tensor import STATE

_lock = threading.RLock()


@functools.cache
def _malt() -> Any:
    """The converter with this package's operators; None where it cannot be imported."""
    try:
        from tfshim._src.function import autograph_operators
    except ImportError as e:
        logs.warn("AutoGraph needs the package diastatic-malt, which does not import: %s", e)
        return None
    unspecified = autograph_operators.DIRECTIVES.UNSPECIFIED
    set_loop_options.__defaults__ = (unspecified,) * 4  # the converter asks for these very objects
    autograph_operators.DIRECTIVES.set_loop_options = set_loop_options
    return autograph_operators


@contextlib.contextmanager
def _converting(operators: Any) -> Iterator[None]:
    """Makes converted code use this package's operators, while such code runs."""
    with _lock:
        saved = operators.API._TRANSPILER, operators.LOGGING.warning
        operators.API._TRANSPILER, operators.LOGGING.warning = operators.TRANSPILER, logs.warn
        try:
            yield
        finally:
            operators.API._TRANSPILER, operators.LOGGING.warning = saved


def unconverted(function: Callable) -> Callable:
    """The function, run with AutoGraph switched off also for what it calls."""
    operators = _malt()

    def call(*args, **kwargs):
        target, args = _target(function, args)
        if operators is None:
            return target(*args, **kwargs)
        with operators.CONTEXT.ControlStatusCtx(status=operators.CONTEXT.Status.DISABLED):
            return target(*args, **kwargs)

    return call


def _target(function: Callable, args: tuple) -> tuple[Callable, tuple]:
    """What to run: for a method of a weakly held instance, the function and the instance."""
    bound = getattr(function, "bound", None)
    if bound is None:
        return function, args
    method, instance = bound()
    return method, (instance, *args)


def converted(function: Callable, options: Any = None) -> Callable:
    """The function with its control flow converted, and that of what it calls.

    Args:
      function: a Python function, method, partial or callable object.
      options: optional features, as `experimental_autograph_options` takes them.
    """
    operators = _malt()
    if operators is None:
        return unconverted(function)

    def call(*args, **kwargs):
        target, args = _target(function, args)
        settings = operators.OPTIONS(
            recursive=True, user_requested=True, optional_features=_features(options, operators)
        )
        context = operators.CONTEXT.ControlStatusCtx(
            status=operators.CONTEXT.Status.ENABLED, options=settings
        )
        with _converting(operators), context:
            try:
                return operators.converted_call(target, args, kwargs, options=settings)
            except Exception as e:
                if isinstance(e, OpError) and OP_BY_OP.depth and not STATE.trace.symbolic:
                    raise  # what a run of the function finds
                told = with_user_code(e)
                if told is e:
                    raise
                raise told.with_traceback(e.__traceback__) from None

    return call


def _features(options: Any, operators: Any) -> Any:
    if options is None:
        return None
    many = options if isinstance(options, (tuple, list, set, frozenset)) else (options,)
    names = [o.name for o in many]
    if "ALL" in names:
        names = [f.name for f in operators.FEATURES if f.name != "ALL"]
    without = ("NAME_SCOPES", "AUTO_CONTROL_DEPS")  # names are text, and effects keep their order
    return tuple([operators.FEATURES[n] for n in names if n not in without])


# -- tf.autograph --


@export("tf.autograph.experimental.do_not_convert")
def do_not_convert(func=None) -> Any:
    """Decorates a function that AutoGraph is to leave as it is, with all that it calls.

    Args:
      func: the function; without it, a decorator is returned.
    """
    if func is None:
        return do_not_convert

    def wrapper(*args, **kwargs):
        operators = _malt()
        if operators is None:
            return func(*args, **kwargs)
        with operators.CONTEXT.ControlStatusCtx(status=operators.CONTEXT.Status.DISABLED):
            return func(*args, **kwargs)

    if inspect.isfunction(func) or inspect.ismethod(func):
        wrapper = functools.update_wrapper(wrapper, func)
    wrapper.autograph_info__ = None  # type: ignore[attr-defined]
    return wrapper


_UNSPECIFIED = object()


@export("tf.autograph.experimental.set_loop_options")
def set_loop_options(
    parallel_iterations=_UNSPECIFIED,
    swap_memory=_UNSPECIFIED,
    maximum_iterations=_UNSPECIFIED,
    shape_invariants=_UNSPECIFIED,
) -> None:
    """Says what `tf.while_loop` is to be called with for the loop that it stands in.

    Args:
      parallel_iterations, swap_memory, maximum_iterations: as in `tf.while_loop`.
      shape_invariants: pairs of a loop variable and its shape.
    """


@export("tf.autograph.experimental.Feature")
class Feature(enum.Enum):
    """Optional parts of the conversion."""

    ALL = "ALL"
    AUTO_CONTROL_DEPS = "AUTO_CONTROL_DEPS"
    ASSERT_STATEMENTS = "ASSERT_STATEMENTS"
    BUILTIN_FUNCTIONS = "BUILTIN_FUNCTIONS"
    EQUALITY_OPERATORS = "EQUALITY_OPERATORS"
    LISTS = "LISTS"
    NAME_SCOPES = "NAME_SCOPES"


@export("tf.autograph.to_graph")
def to_graph_v2(entity, recursive=True, experimental_optional_features=None) -> Any:
    """The converted form of a Python function, for use while a function is traced or eagerly.

    Args:
      entity: a function.
      recursive: whether what it calls is converted as well.
      experimental_optional_features: a `Feature` or several.
    """
    operators = _malt()
    if operators is None:
        raise ImportError("AutoGraph needs the package diastatic-malt")
    with _converting(operators):
        made = operators.API.to_graph(
            entity, recursive, _features(experimental_optional_features, operators)
        )

    @functools.wraps(entity)
    def call(*args, **kwargs):
        settings = operators.OPTIONS(recursive=recursive, user_requested=True)
        context = operators.CONTEXT.ControlStatusCtx(
            status=operators.CONTEXT.Status.ENABLED, options=settings
        )
        with _converting(operators), context:
            return made(*args, **kwargs)

    call.__name__ = f"tf__{getattr(entity, '__name__', 'call')}"  # as TensorFlow names them
    call.__wrapped__ = made
    call.autograph_info__ = None  # type: ignore[attr-defined]
    return call


@export("tf.autograph.to_code")
def to_code_v2(entity, recursive=True, experimental_optional_features=None) -> str:
    """The source code of the converted form of a Python function.

    Args:
      entity, recursive, experimental_optional_features: as in `tf.autograph.to_graph`.
    """
    import textwrap

    made = to_graph_v2(entity, recursive, experimental_optional_features)
    source = textwrap.dedent(inspect.getsource(made.__wrapped__))
    return re.sub(r"\bag__(?=\w)", "tf__", source)  # as TensorFlow calls converted functions


@export("tf.autograph.set_verbosity")
def set_verbosity(level, alsologtostdout=False) -> None:
    """How much AutoGraph logs.

    Args:
      level: 0 for nothing, up to 10.
      alsologtostdout: whether to print it as well.
    """
    operators = _malt()
    if operators is not None:
        operators.LOGGING.set_verbosity(level, alsologtostdout)


@export("tf.autograph.trace")
def trace(*args) -> None:
    """Prints its arguments while a function is traced."""
    print(*args)
