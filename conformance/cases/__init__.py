"""Op cases: rows as data, held against what TensorFlow 2.21 does. See README.md."""
