"""Speed, measured side by side: the same user program on tfshim and on TensorFlow."""
