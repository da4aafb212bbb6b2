"""`tf.test`: test cases, numeric gradients, benchmarks. Imported when `tf.test` is first used."""
