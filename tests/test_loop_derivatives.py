"""Derivatives of any order through loops of unknown length, against loops that JAX reverses."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tfshim as tf
from tfshim._src.control_flow import raw_loops


def counted(step, floats, n):
    """A loop of n steps, n known only when it runs."""
    return raw_loops.while_loop(
        lambda c, cs: c[0] < cs[0],
        lambda c, cs: (c[0] + 1, *step(c[1:], cs[1:])),
        (jnp.int32(0), *floats[0]),
        (n, *floats[1]),
    )[1:]


def smooth(carry, consts):
    a, b = carry
    return jnp.sin(a) * consts[0] + b, a * b / (1 + b * b)


def with_own_pullback(carry, consts):
    """A step through what JAX can only reverse."""

    @jax.custom_vjp
    def product(x, y):
        return x * y

    product.defvjp(lambda x, y: (x * y, (x, y)), lambda r, ct: (ct * r[1], ct * r[0]))
    a, b = carry
    return jnp.sin(product(a, consts[0])) + b, product(a, b) / (1 + b * b)


def with_a_loop(carry, consts):
    """A step with a loop of unknown length in it."""
    a, b = carry
    inner = raw_loops.while_loop(
        lambda c, cs: c[0] < 2,
        lambda c, cs: (c[0] + 1, jnp.sin(c[1]) * cs[0]),
        (jnp.int32(0), a),
        consts,
    )[1]
    return inner + b, a * b / (1 + b * b)


STEPS = {"smooth": smooth, "own pullback": with_own_pullback, "a loop": with_a_loop}
POINT = (jnp.float64(0.7), jnp.float64(0.4), jnp.float64(1.1))


def looped(step, n):
    def f(a, b, c):
        out = counted(step, ((a, b), (c,)), n)
        return out[0] * 2.0 + out[1]

    return f


def by_scan(step, n):
    def plain(carry, consts):
        a, b = carry
        inner = jnp.sin(jnp.sin(a) * consts[0]) * consts[0]
        return inner + b, a * b / (1 + b * b)

    once = plain if step is with_a_loop else step

    def f(a, b, c):
        a, b = jax.lax.scan(lambda ab, _: (once(ab, (c,)), None), (a, b), None, length=n)[0]
        return a * 2.0 + b

    return f


@pytest.mark.parametrize("name", STEPS)
def test_second_order(name):
    """One program for all lengths; 40 steps do not fit in the slots."""
    step = STEPS[name]

    def hessian(f):
        def gradient(*point):
            return jnp.stack(jax.grad(f, (0, 1, 2))(*point))

        return jax.jit(jax.jacrev(gradient, (0, 1, 2)))

    def found(n, *point):
        return jnp.stack(
            jax.jacrev(lambda *p: jnp.stack(jax.grad(looped(step, n), (0, 1, 2))(*p)), (0, 1, 2))(
                *point
            )
        )

    program = jax.jit(found)
    for n in (0, 1, 5, 40):
        if n > 5 and name == "a loop":
            break
        wanted = jnp.stack(hessian(by_scan(step, n))(*POINT))
        assert np.allclose(program(jnp.int32(n), *POINT), wanted, rtol=1e-9, atol=1e-12), n


def test_third_order():
    def third(f):
        return jax.grad(jax.grad(jax.grad(lambda a: f(a, *POINT[1:]))))(POINT[0])

    found = jax.jit(lambda n: third(looped(smooth, n)))(jnp.int32(6))
    assert np.allclose(found, jax.jit(lambda: third(by_scan(smooth, 6)))(), rtol=1e-9)


def test_complex_states():
    def step(carry, consts):
        (z,) = carry
        return (z * z * consts[0] + jnp.conj(z) * 0.5j,)

    z, c = jnp.complex128(0.3 + 0.2j), jnp.complex128(0.8 - 0.1j)

    def real(f):
        return lambda z, c: jnp.real(f(z, c)) + jnp.abs(f(z, c)) ** 2

    def plain(z, c):
        for _ in range(4):
            (z,) = step((z,), (c,))
        return z

    def loop(z, c):
        return counted(step, ((z,), (c,)), jnp.int32(4))[0]

    def second(f):
        inner = jax.grad(real(f), (0, 1))
        return jax.grad(lambda z, c: sum(jnp.real(g) + jnp.imag(g) for g in inner(z, c)), (0, 1))(
            z, c
        )

    assert np.allclose(second(loop), second(plain), rtol=1e-9)


def test_vmap_of_a_second_derivative():
    f = looped(smooth, jnp.int32(5))
    second = jax.jit(jax.vmap(jax.grad(jax.grad(lambda a: f(a, *POINT[1:])))))
    points = jnp.linspace(0.1, 1.0, 4)
    g = by_scan(smooth, 5)
    wanted = jax.jit(jax.vmap(jax.grad(jax.grad(lambda a: g(a, *POINT[1:])))))(points)
    assert np.allclose(second(points), wanted, rtol=1e-9)


def loops_in(jaxpr):
    """How many loops a program has, those of its parts included."""
    count = 0
    for eqn in jaxpr.eqns:
        count += eqn.primitive.name == "while"
        for value in jax.tree_util.tree_leaves(
            list(eqn.params.values()), is_leaf=lambda v: hasattr(v, "eqns") or hasattr(v, "jaxpr")
        ):
            inner = getattr(value, "jaxpr", value)
            if hasattr(inner, "eqns"):
                count += loops_in(inner)
    return count


def test_an_order_more_is_not_a_power_more():
    """What XLA has to compile: the loops of the program, which JAX has pruned."""
    f = lambda a, n: looped(smooth, n)(a, *POINT[1:])  # noqa: E731
    orders = [f, jax.grad(f), jax.grad(jax.grad(f)), jax.grad(jax.grad(jax.grad(f)))]
    loops = []
    for g in orders:
        jaxpr = jax.make_jaxpr(g)(POINT[0], jnp.int32(3))
        loops.append(loops_in(jaxpr.jaxpr))
    assert loops[0] == 1
    assert loops[2] <= 4 * loops[1] and loops[3] <= 4 * loops[2], loops


# -- through tapes --


def power(x):
    y = x
    while y < 100.0:
        y = y * x + tf.sin(y)
    return y


def nested(x):
    return tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (
            i + 1,
            tf.while_loop(lambda j, b: j < i + 1, lambda j, b: (j + 1, b * x), (0, a))[1],
        ),
        (0, x),
    )[1]


def by_index(x):
    table = tf.stack([x, x * x, x * 0.5])
    i, total = tf.constant(0), x * 0.0
    while i < 3:
        total = tf.sin(total + tf.gather(table, i)) * x
        i += 1
    return total


@tf.custom_gradient
def cubed(x):
    return x**3, lambda upstream: upstream * 3.0 * x * x


def with_custom_gradient(x):
    y = x
    while y < 50.0:
        y = cubed(y) + x
    return y


@pytest.mark.parametrize("f", [power, nested, by_index, with_custom_gradient])
def test_orders_by_tapes(f):
    def order(f, x, n):
        if n == 0:
            return f(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = order(f, x, n - 1)
        return tape.gradient(y, x)

    x = tf.constant(1.5, tf.float64)
    for n in range(3):
        found, wanted = order(tf.function(f), x, n), order(f, x, n)
        assert np.allclose(found, wanted, rtol=1e-9), n
