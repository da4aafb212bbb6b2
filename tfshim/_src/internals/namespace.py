"""`tf.__internal__`, as far as packages use it; a name of another module than these is absent."""

from __future__ import annotations

import types as _types

from tfshim._src.internals import hooks, smart_cond, tensor_types as types, tracking
from tfshim._src.internals.composite import CompositeTensor
from tfshim._src.internals.distribute import INTERNAL as distribute
from tfshim._src.internals.hooks import (
    register_call_context_function,
    register_clear_session_function,
    register_get_session_function,
    register_load_model_function,
)
from tfshim._src.internals.python import tf2
from tfshim._src.internals.python.util import dispatch, nest, tf_decorator as decorator
from tfshim._src.tensor import EagerTensor

__all__ = [
    "CompositeTensor", "EagerTensor", "decorator", "dispatch", "distribute", "mixed_precision",
    "nest", "register_call_context_function", "register_clear_session_function",
    "register_get_session_function", "register_load_model_function", "saved_model", "smart_cond",
    "tf2", "tracking", "types",
]  # fmt: skip

mixed_precision = _types.SimpleNamespace(
    register_loss_scale_wrapper=hooks.register_loss_scale_wrapper
)
saved_model = _types.SimpleNamespace(
    load=_types.SimpleNamespace(
        VersionedTypeRegistration=hooks.VersionedTypeRegistration,
        register_revived_type=hooks.register_revived_type,
        registered_identifiers=hooks.registered_identifiers,
    )
)
