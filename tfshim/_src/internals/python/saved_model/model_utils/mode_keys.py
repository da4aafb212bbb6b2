"""What a Keras model does."""

__all__ = ["KerasModeKeys"]


class KerasModeKeys:
    """Names of it."""

    TRAIN = "train"
    TEST = "test"
    PREDICT = "predict"
