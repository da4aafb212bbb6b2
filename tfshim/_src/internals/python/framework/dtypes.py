"""Dtypes, and sets of them."""

from tfshim._src.dtypes import DType, float32, float64, qint8, qint16, qint32, quint8, quint16

__all__ = ["DType", "QUANTIZED_DTYPES", "float32", "float64"]

QUANTIZED_DTYPES = frozenset([qint8, qint16, qint32, quint8, quint16])
