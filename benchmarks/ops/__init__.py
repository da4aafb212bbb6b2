"""Ops one by one, against TensorFlow's eager mode and `jnp` under `jax.jit`."""
