"""`tf.train.Checkpoint`, in TensorFlow's own files.

crc32c.py and table.py are the formats beneath, bundle.py tensors by name in them, objects.py the
graph of objects, checkpoint.py what users call, and manager.py the files of a folder.
"""
