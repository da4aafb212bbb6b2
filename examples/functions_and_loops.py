"""Python's `while` and `if` in a compiled function, and derivatives through them.

Newton's method solves x ** 3 - 2 x = a for x. How many steps it takes depends on the data, and the
derivative of the solution is taken through all of them.
"""

import tfshim as tf


@tf.function
def solve(a, tolerance=1e-12):
    """The largest root x of x ** 3 - 2 x = a, and the number of steps it took."""
    x = a + 3.0
    steps = 0
    while tf.abs(x**3 - 2.0 * x - a) > tolerance:
        step = (x**3 - 2.0 * x - a) / (3.0 * x**2 - 2.0)
        if tf.abs(step) > 1.0:
            step = tf.sign(step)
        x -= step
        steps += 1
        if steps >= 50:
            break
    return x, steps


def main() -> float:
    """Solves for several values; returns the largest error of a derivative."""
    worst = 0.0
    for value in (0.5, 1.0, 4.0, 21.0):
        a = tf.constant(value, tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(a)
            x, steps = solve(a)
        slope = tape.gradient(x, a)
        wanted = 1.0 / (3.0 * x**2 - 2.0)  # by the implicit function theorem
        worst = max(worst, abs(float(slope - wanted)))
        assert abs(float(x**3 - 2.0 * x - a)) < 1e-10
        assert 0 < int(steps) < 50
    assert solve.experimental_get_tracing_count() == 1
    assert worst < 1e-9, worst
    return worst


if __name__ == "__main__":
    print(f"largest error of a derivative: {main():.1e}")
