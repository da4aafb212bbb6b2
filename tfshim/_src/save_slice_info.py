"""`tf.Variable.SaveSliceInfo`: which part of a larger variable a variable is, in a checkpoint."""

from __future__ import annotations

from typing import Any


class SaveSliceInfo:
    """Where a slice stands in a larger variable.

    Args:
      full_name: name of the larger variable.
      full_shape: its shape, a list of ints.
      var_offset: where the slice starts, one int for each axis.
      var_shape: the slice's shape.
      save_slice_info_def: a message to take all of these from.
      import_scope: put in front of the message's name.
    """

    def __init__(
        self,
        full_name=None,
        full_shape=None,
        var_offset=None,
        var_shape=None,
        save_slice_info_def=None,
        import_scope=None,
    ):
        if save_slice_info_def is not None:
            source = save_slice_info_def
            assert hasattr(source, "full_name")
            full_name = source.full_name
            if import_scope:
                full_name = f"{import_scope}/{full_name}"
            full_shape, var_offset = list(source.full_shape), list(source.var_offset)
            var_shape = list(source.var_shape)
        self.full_name = full_name
        self.full_shape = full_shape
        self.var_offset = var_offset
        self.var_shape = var_shape

    @property
    def spec(self) -> str:
        """The slice as text: the full shape, then `offset,size` for each axis."""
        parts = zip(self.var_offset, self.var_shape, strict=False)  # type: ignore[arg-type]
        sizes = " ".join(str(int(n)) for n in self.full_shape)  # type: ignore[union-attr]
        return f"{sizes} {':'.join(f'{int(o)},{int(n)}' for o, n in parts)}"

    def to_proto(self, export_scope=None) -> Any:
        """The message `SaveSliceInfoDef`.

        Args:
          export_scope: a scope that is taken off the name; without it there, the result is None.
        """
        from tfshim._src.protos.messages import message

        name = self.full_name or ""
        if export_scope:
            if not name.startswith(export_scope):
                return None
            name = name.removeprefix(export_scope).removeprefix("/")
        return message("SaveSliceInfoDef")(
            full_name=name,
            full_shape=self.full_shape,
            var_offset=self.var_offset,
            var_shape=self.var_shape,
        )
