"""What Keras reads of TensorFlow outside of its public names.

Keras' TensorFlow backend imports a few modules of TensorFlow's own packages and uses
`tf.__internal__`. Each has a small module here with those names that Keras uses and no other. The
import hook serves them; none of them is part of tfshim's public API.
"""

from __future__ import annotations

import importlib
import types

#: Path below `tensorflow` -> the module here that stands for it.
SERVED = {
    "__internal__": "namespace",
    "compiler.tf2xla.python.xla": "xla",
    "experimental.dtensor": "dtensor",
    "python.eager.context": "context",
    "python.framework.config": "framework_config",
    "python.ops.linalg.sparse.sparse_csr_matrix_ops": "sparse_csr_matrix_ops",
    "python.ops.math_ops": "math_ops",
    "python.trackable.data_structures": "data_structures",
}

#: Packages that only lead to those.
_PARENTS = {
    path.rsplit(".", depth)[0]
    for path in SERVED
    for depth in range(1, path.count(".") + 1)
    if path.partition(".")[0] in ("python", "compiler")
}


def find(path: str) -> types.ModuleType | None:
    """The module that stands for `tensorflow.<path>`, or None."""
    if path in SERVED:
        return importlib.import_module(f"{__name__}.{SERVED[path]}")
    if path in _PARENTS:
        package = types.ModuleType(f"tensorflow.{path}", "Leads to what Keras imports.")
        package.__path__ = []
        return package
    return None
