"""Protocol messages of TensorFlow: tensors, shapes, dtypes and type specs as bytes."""
