"""`tf.data`: lazy sequences of elements, run in the caller's thread.

Read structure.py and recipe.py, then dataset.py and what it is made of. There is no graph: a
dataset is a recipe for a Python iterator. Where elements are rows of arrays, what shuffles,
repeats and takes works on row numbers, and a batch is one indexing of the arrays.
"""
