"""`tf.experimental.numpy`: functions with NumPy's names and dtype rules, over the ops of `tf`.

promotion.py says which dtype a call computes in; the other modules hold the functions by topic;
behavior.py is `experimental_enable_numpy_behavior`, which changes tensors themselves.
"""
