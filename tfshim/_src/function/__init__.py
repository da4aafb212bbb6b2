"""`tf.function`: trace once per input signature, then call the program as one node.

Read in this order: func_graph, concrete, tracing, signature, polymorphic, concrete_function.
"""
