"""Random calls on tfshim and on a live TensorFlow, compared. See conformance/README.md."""
