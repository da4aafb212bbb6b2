"""Facts about the public API of TensorFlow 2.21: names, signatures, class members, aliases.

The data file is made by tools/extract_api.py; nothing here needs TensorFlow or the rest of tfshim.
"""
