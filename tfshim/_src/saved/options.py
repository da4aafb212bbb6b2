"""`tf.saved_model.SaveOptions` and `LoadOptions`: what of them the format of this package has."""

from __future__ import annotations

from typing import Any

from tfshim._src.registry import export


class _Options:
    """Named options of which only some values have a meaning here."""

    _meaning: dict[str, tuple[Any, ...]] = {}

    def _keep(self, **given: Any) -> None:
        for name, value in given.items():
            meant = self._meaning[name]
            if not any(value is m or (m is not None and value == m) for m in meant):
                raise ValueError(
                    f"{name}={value!r}: the format has no such thing; it takes "
                    + " or ".join(map(repr, meant))
                )
            setattr(self, name, value)


@export("tf.saved_model.SaveOptions")
class SaveOptions(_Options):
    """Options of `tf.saved_model.save`.

    Gradients that a user defined with `tf.custom_gradient` are always saved. What belongs to
    TensorFlow's graphs and devices raises ValueError.
    """

    _meaning = {
        "namespace_whitelist": (None, []),
        "save_debug_info": (False,),
        "function_aliases": (None, {}),
        "experimental_debug_stripper": (False, True),  # there are no debug nodes to strip
        "experimental_io_device": (None,),
        "experimental_variable_policy": (None,),
        "experimental_custom_gradients": (True,),
        "experimental_image_format": (False,),
        "experimental_skip_saver": (False,),
        "experimental_sharding_callback": (None,),
        "extra_tags": (None, []),
    }

    def __init__(
        self,
        namespace_whitelist=None,
        save_debug_info=False,
        function_aliases=None,
        experimental_debug_stripper=False,
        experimental_io_device=None,
        experimental_variable_policy=None,
        experimental_custom_gradients=True,
        experimental_image_format=False,
        experimental_skip_saver=False,
        experimental_sharding_callback=None,
        extra_tags=None,
    ):
        self._keep(**{k: v for k, v in locals().items() if k in self._meaning})
        self.function_aliases = {}


@export("tf.saved_model.LoadOptions")
class LoadOptions(_Options):
    """Options of `tf.saved_model.load`; what belongs to TensorFlow's format raises ValueError."""

    _meaning = {
        "allow_partial_checkpoint": (False, True),  # a saved module is never partial
        "experimental_io_device": (None,),
        "experimental_skip_checkpoint": (False,),
        "experimental_variable_policy": (None,),
        "experimental_load_function_aliases": (False,),
    }

    def __init__(
        self,
        allow_partial_checkpoint=False,
        experimental_io_device=None,
        experimental_skip_checkpoint=False,
        experimental_variable_policy=None,
        experimental_load_function_aliases=False,
    ):
        self._keep(**{k: v for k, v in locals().items() if k in self._meaning})
