"""`tf.summary`: values of a training run, written for TensorBoard.

A writer (writer.py) appends events (event_file.py) to a file in TensorFlow's format. What events
hold is made of plain arrays on the host (values.py), in functions by an effect, each time they run.
"""
