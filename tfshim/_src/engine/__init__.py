"""The engine: knows nodes, kernels and programs; knows no op and no Tensor API.

Read in this order: aval, kernel, trace, flush, program, stats.
"""
