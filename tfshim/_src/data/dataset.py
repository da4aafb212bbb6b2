"""`tf.data.Dataset`: recipe, sources and transformations in one class."""

from __future__ import annotations

from tfshim._src.data import structure
from tfshim._src.data.batches import Batches
from tfshim._src.data.functions import Functions
from tfshim._src.data.recipe import Recipe
from tfshim._src.data.sources import Sources
from tfshim._src.data.streams import Streams
from tfshim._src.registry import export, publish

publish("tf.data.DatasetSpec", structure.DatasetSpec, structure.__name__, "DatasetSpec")


@export("tf.data.Dataset")
class DatasetV2(Sources, Streams, Functions, Batches):
    """A sequence of elements, each a nest of tensors; made by `from_tensor_slices`, `range` etc.

    Transformations give new datasets. Each `iter` starts anew.
    """

    __module__ = "tensorflow.python.data.ops.dataset_ops"

    def __init__(self, variant_tensor=None):
        raise TypeError("datasets are made by class methods such as Dataset.from_tensor_slices")


Recipe.made = DatasetV2
