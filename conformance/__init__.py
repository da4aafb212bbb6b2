"""The conformance suite: notebooks that give the same on tfshim and on TensorFlow."""
