"""Control flow on tensors: branches, loops, arrays of tensors.

Eagerly each of these is the Python statement that it names. In a function being traced it becomes
one node, whose branches or bodies are captured graphs (captured.py) and whose raw form is JAX's
(raw_loops.py).
"""
