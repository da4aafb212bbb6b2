"""TensorFlow's binding to its runtime, of which there is nothing here to bind to."""

__all__ = ["TF_ListPluggablePhysicalDevices"]


def TF_ListPluggablePhysicalDevices() -> list[bytes]:
    """Devices that plug-ins have brought: none."""
    return []
