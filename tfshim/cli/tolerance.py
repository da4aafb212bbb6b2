"""The one table of tolerances: how far two results may be apart and still be called rounding.

`(relative, absolute)` by dtype name: |got - expected| <= absolute + relative * |expected|. A dtype
that is not listed compares exactly; integers, booleans and strings are not listed. Shape and dtype
themselves always compare exactly.
"""

TABLE: dict[str, tuple[float, float]] = {
    "float64": (1e-11, 1e-12),
    "complex128": (1e-11, 1e-12),
    # Two or three units in the last place of each of a few chained ops: log, sin, exp and the
    # order of a sum differ between TensorFlow's kernels and XLA's.
    "float32": (1e-5, 1e-6),
    "complex64": (1e-5, 1e-6),
    "float16": (2e-3, 1e-3),
    "bfloat16": (1.6e-2, 1e-2),
    "float8_e4m3fn": (1.3e-1, 1e-2),
    "float8_e5m2": (2.6e-1, 1e-2),
    # A Python float of a notebook is, as a rule, a float32 tensor's value that was read.
    "python": (1e-5, 1e-6),
    # A number with a fraction in printed text: NumPy prints eight digits of a float32.
    "text": (1e-5, 1e-6),
}

EXACT = (0.0, 0.0)


def tolerance(dtype: str) -> tuple[float, float]:
    """The (relative, absolute) tolerance of a dtype name such as "float32"; (0, 0) is exact."""
    return TABLE.get(dtype, EXACT)
