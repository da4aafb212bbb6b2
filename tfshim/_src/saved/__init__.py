"""`tf.saved_model`: modules on disk, in a format of our own.

A folder holds `module.json` (the tree of objects, their variables and functions), `arrays.npz`
(values of variables and of constants) and one `program_<n>.bin` for each program: StableHLO, by
`jax.export`. Loading needs neither the Python source nor what made it. A program has fixed sizes,
so a function is saved for the sizes it was traced with.
"""
