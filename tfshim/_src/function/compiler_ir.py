"""The compiler's text of a traced function: before and after XLA's own passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from tfshim._src.function.concrete import GraphFunction

STAGES = ("hlo", "hlo_serialized", "optimized_hlo", "optimized_hlo_serialized")


def compiler_ir(function: GraphFunction) -> Callable:
    """What gives the text of each stage.

    Args:
      function: a trace; its variables and captured tensors are arguments of the program.
    """
    avals = [function.graph.ext[i].aval for i in function.open]

    def at_stage(
        stage: str = "hlo", device_name: str | None = None, platform_name: str | None = None
    ) -> Any:
        """The program at one stage of its compilation.

        Args:
          stage: "stablehlo", "hlo" or "optimized_hlo" as text, the last two also with
            "_serialized" as bytes.
          device_name, platform_name: None, or what names the device that programs run on.

        Raises:
          ValueError: for another stage or device.
        """
        for name in (device_name, platform_name):
            if name is not None and jax.default_backend() not in name.lower():
                raise ValueError(f"No matching device found for '{name}'.")
        if stage not in (*STAGES, "stablehlo"):
            valid = ", ".join([repr(s) for s in STAGES])
            raise ValueError(f"Invalid stage selected: '{stage}'. Valid values are: {valid}")
        lowered = jax.jit(function.kernel.fn).lower(*[a.struct for a in avals])
        if stage == "stablehlo":
            return lowered.as_text()
        if stage == "optimized_hlo":
            return lowered.compile().as_text()
        if stage == "optimized_hlo_serialized":
            (module,) = lowered.compile().runtime_executable().hlo_modules()  # type: ignore
            return module.as_serialized_hlo_module_proto()
        module = lowered.compiler_ir("hlo")
        assert module is not None
        return module.as_hlo_text() if stage == "hlo" else module.as_serialized_hlo_module_proto()

    return at_stage
