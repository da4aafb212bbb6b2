"""Random numbers: seeded by set_seed and an op's seed, stateless, and of generators.

The streams are TensorFlow's own: numbers compare by the table of tolerances, integers exactly.
"""

from conformance.cases.row import code, draw, f32, f64, i32, i64, make, ref, row, s

F16, BF16, F32 = ref("tf.float16"), ref("tf.bfloat16"), ref("tf.float32")
F64 = ref("tf.float64")
I32, I64, U32, U64 = ref("tf.int32"), ref("tf.int64"), ref("tf.uint32"), ref("tf.uint64")
I8, STRING = ref("tf.int8"), ref("tf.string")
SEED, LONG_SEED = [7, 42], i64([2**40 + 3, -5])
LOGITS = draw((3, 4), seed=1)

#: Distributions with a mean and a standard deviation.
SCALED = ["normal", "truncated_normal"]


def seeded():
    """Ops that draw from the place in the stream that set_seed and the op's seed give."""
    for name in SCALED:
        op = f"tf.random.{name}"
        yield row(op, [3, 5], set_seed=42)
        yield row(op, [7], seed=5)
        yield row(op, [2, 3], 1.5, 0.25, seed=5, set_seed=1)
        yield row(op, i64([4]), mean=f32([0, 1, 2, 3]), stddev=f32(2), seed=1, set_seed=2)
        yield row(op, [9], dtype=F64, set_seed=3)
        yield row(op, [9], dtype=F16, set_seed=3)
        yield row(op, [9], dtype=BF16, set_seed=3)
        yield row(op, [300], seed=-1, set_seed=2**40)
        yield row(op, [], set_seed=1, kind="boundary")
        yield row(op, [0], set_seed=1, kind="boundary")
        yield row(op, [2, 0, 3], dtype=F64, seed=0, set_seed=0, kind="boundary")
        yield row(op, [1], stddev=0.0, set_seed=1, kind="boundary")
        yield row(op, [3], stddev=float("inf"), set_seed=1, kind="boundary")
        yield row(op, [3], mean=f32(float("nan")), set_seed=1, kind="boundary")
        yield row(op, [-1], set_seed=1, kind="error")
        yield row(op, i32([[1, 2]]), set_seed=1, kind="error")
        yield row(op, f32([2]), set_seed=1, kind="error")
        yield row(op, [2], dtype=I32, set_seed=1, kind="error")
        yield row(op, [2], mean=f64(0), set_seed=1, kind="error")
        yield row(op, [2], mean=f32([1, 2, 3]), set_seed=1, kind="error")

    op = "tf.random.uniform"
    yield row(op, [3, 5], set_seed=42)
    yield row(op, [7], seed=5)
    yield row(op, [2, 3], -2.0, 5.0, seed=5, set_seed=1)
    yield row(op, [3], minval=f32([0, 10, 20]), maxval=f32([1, 11, 21]), set_seed=2)
    yield row(op, [9], dtype=F64, set_seed=3)
    yield row(op, [9], dtype=F16, set_seed=3)
    yield row(op, [9], dtype=BF16, set_seed=3)
    yield row(op, [20], maxval=100, dtype=I32, set_seed=3)
    yield row(op, [20], -(2**40), 2**40, dtype=I64, seed=9, set_seed=3)
    yield row(op, [5000], 3, 17, dtype=I32, seed=8)
    yield row(op, [], set_seed=1, kind="boundary")
    yield row(op, [0, 2], set_seed=1, kind="boundary")
    yield row(op, [5], minval=2.0, maxval=2.0, set_seed=1, kind="boundary")
    yield row(op, [5], minval=3.0, maxval=1.0, set_seed=1, kind="boundary")
    yield row(op, [5], minval=0, maxval=1, dtype=I32, set_seed=1, kind="boundary")
    yield row(op, [5], -(2**31), 2**31 - 1, dtype=I32, set_seed=1, kind="boundary")
    yield row(op, [0], 5, 5, dtype=I32, set_seed=1, kind="boundary")
    yield row(op, [3], dtype=I32, set_seed=1, kind="error")
    yield row(op, [3], 5, 5, dtype=I32, set_seed=1, kind="error")
    yield row(op, [3], 5, 2, dtype=I64, set_seed=1, kind="error")
    yield row(op, [3], i32([0, 1, 2]), i32(9), dtype=I32, set_seed=1, kind="error")
    yield row(op, [3], 0, 5, dtype=I8, set_seed=1, kind="error")
    yield row(op, [3], dtype=STRING, set_seed=1, kind="error")
    yield row(op, [-2], set_seed=1, kind="error")
    yield row(op, [3], f64(0), set_seed=1, kind="error")

    op = "tf.random.gamma"
    yield row(op, [5], 1.5, set_seed=1)
    yield row(op, [3], f32([0.5, 1, 3]), seed=4, set_seed=1)
    yield row(op, [2], f32([[0.3], [2]]), beta=f32([1, 2, 4]), set_seed=1)
    yield row(op, [4], f64([0.5, 20]), dtype=F64, set_seed=1)
    yield row(op, [4], 2.0, dtype=F16, seed=3, set_seed=1)
    yield row(op, [], 2.0, set_seed=1, kind="boundary")
    yield row(op, [0], f32([1, 2]), set_seed=1, kind="boundary")
    yield row(op, [3], 1e-6, set_seed=1, kind="boundary")
    yield row(op, [2], f32([]), set_seed=1, kind="boundary")
    yield row(op, [3], 1.0, set_seed=1, kind="boundary")
    yield row(op, [-1], 1.0, set_seed=1, kind="error")
    yield row(op, [3], 1.0, dtype=I32, set_seed=1, kind="error")
    yield row(op, [3], f64(1), set_seed=1, kind="error")
    yield row(op, [3], f32([1, 2]), f32([1, 2, 3]), set_seed=1, kind="error")

    op = "tf.random.poisson"
    yield row(op, [5], 3.0, set_seed=1)
    yield row(op, [4], f32([0.5, 5, 50]), seed=4, set_seed=1)
    yield row(op, [6], f64([2, 200]), dtype=I32, set_seed=1)
    yield row(op, [6], 4.0, dtype=I64, seed=2)
    yield row(op, [6], 12.0, dtype=F64, set_seed=1)
    yield row(op, [], 2.0, set_seed=1, kind="boundary")
    yield row(op, [0], f32([1, 2]), set_seed=1, kind="boundary")
    yield row(op, [3], f32([0, 1e-7]), set_seed=1, kind="boundary")
    yield row(op, [3], f32([]), set_seed=1, kind="boundary")
    yield row(op, [3], f32([-1, 1e6]), set_seed=1, kind="boundary")
    yield row(op, [-1], 1.0, set_seed=1, kind="error")
    yield row(op, [3], 1.0, dtype=I8, set_seed=1, kind="error")
    yield row(op, [3], s("a"), set_seed=1, kind="error")

    op = "tf.random.categorical"
    yield row(op, LOGITS, 6, set_seed=1, grad=())
    yield row(op, LOGITS, 6, dtype=I32, seed=3, set_seed=1, grad=())
    yield row(op, draw((2, 3), "float64"), i32(5), seed=3, grad=())
    yield row(op, draw((2, 3), "float16"), 5, set_seed=3, grad=())
    yield row(op, [[0.1, 0.9]], 4, set_seed=3)
    yield row(op, LOGITS, 0, set_seed=1, kind="boundary", grad=())
    yield row(op, f32([[3]]), 4, set_seed=1, kind="boundary", grad=())
    yield row(op, f32([], (0, 3)), 4, set_seed=1, kind="boundary", grad=())
    inf = float("inf")
    yield row(
        op,
        f32([[-inf, 0, -inf], [-inf, -inf, -inf], [float("nan"), 0, 1]]),
        4,
        set_seed=1,
        kind="boundary",
        grad=(),
    )
    yield row(op, f32([[inf, 0, 1]]), 4, set_seed=1, kind="boundary", grad=())
    yield row(op, f32([1, 2]), 4, set_seed=1, kind="error")
    yield row(op, LOGITS, -1, set_seed=1, kind="error")
    yield row(op, LOGITS, i32([1]), set_seed=1, kind="error")
    yield row(op, f32([], (2, 0)), 4, set_seed=1, kind="error")
    yield row(op, LOGITS, 3, dtype=F64, set_seed=1, kind="error")
    yield row(op, s([["a"]]), 3, set_seed=1, kind="error")

    op = "tf.random.shuffle"
    yield row(op, i32(range(10)), set_seed=1)
    yield row(op, draw((5, 2)), seed=3, set_seed=1)
    yield row(op, s(["a", "b", "c", "d"]), seed=3)
    yield row(op, [1, 2, 3, 4, 5, 6], seed=3, set_seed=2)
    yield row(op, i32(range(3000)), seed=9)
    yield row(op, i32(3), set_seed=1, kind="boundary")
    yield row(op, f32([]), set_seed=1, kind="boundary")
    yield row(op, f32([], (3, 0)), set_seed=1, kind="boundary")
    yield row(op, f32([[1, 2]]), set_seed=1, kind="boundary")
    yield row(op, i32([4, 5]), set_seed=1, kind="boundary")
    yield row(op, [[1], [2, 3]], set_seed=1, kind="error")
    yield row(op, None, set_seed=1, kind="error")


def streams():
    """Several draws in a row: where each op begins in the stream."""
    yield code("tf.random.normal", "lambda: [tf.random.normal([2]) for _ in range(3)]", set_seed=9)
    yield code(
        "tf.random.uniform",
        "lambda: [tf.random.uniform([5], seed=i % 2) for i in (0, 1, 2)]",
        set_seed=9,
    )
    yield code(
        "tf.random.shuffle",
        "lambda: (tf.random.normal([3]), tf.random.shuffle(tf.range(6)), "
        "tf.random.categorical([[0., 1.]], 5), tf.random.poisson([2], 3.), "
        "tf.random.gamma([2], 3.), tf.random.truncated_normal([3]))",
        set_seed=9,
    )


def stateless():
    """Ops that take the seed itself."""
    for name in SCALED:
        op = f"tf.random.stateless_{name}"
        yield row(op, [3, 5], SEED)
        yield row(op, [3, 5], LONG_SEED)
        yield row(op, i64([6]), i32([-1, 2]), 1.5, 0.25)
        yield row(op, [3], SEED, mean=f32([0, 1, 2]), stddev=f32([1, 2, 3]))
        yield row(op, [9], SEED, dtype=F64)
        yield row(op, [9], SEED, dtype=F16)
        yield row(op, [9], SEED, dtype=BF16)
        yield row(op, [300], [1, 2], alg="philox")
        yield row(op, [], SEED, kind="boundary")
        yield row(op, [0], SEED, kind="boundary")
        yield row(op, [2, 0], SEED, dtype=F64, kind="boundary")
        yield row(op, [1], [0, 0], stddev=0.0, kind="boundary")
        yield row(op, [3], i64([2**63 - 1, -(2**63)]), kind="boundary")
        yield row(op, [3], [1, 2, 3], kind="error")
        yield row(op, [3], f32([1, 2]), kind="error")
        yield row(op, [3], 5, kind="error")
        yield row(op, [-1], SEED, kind="error")
        yield row(op, [3], SEED, dtype=I32, kind="error")
        yield row(op, [3], SEED, alg="threefry", kind="error")
        yield row(op, [3], SEED, alg="mersenne", kind="error")
        yield row(op, [3], SEED, mean=f64(1), kind="error")

    op = "tf.random.stateless_uniform"
    yield row(op, [3, 5], SEED)
    yield row(op, [3, 5], LONG_SEED, -2.0, 5.0)
    yield row(op, [3], SEED, f32([0, 10, 20]), f32([1, 11, 21]))
    yield row(op, [9], SEED, dtype=F64)
    yield row(op, [9], SEED, dtype=F16)
    yield row(op, [9], SEED, dtype=BF16)
    yield row(op, [20], SEED, 0, 100, I32)
    yield row(op, [20], SEED, -(2**40), 2**40, I64)
    yield row(op, [9], SEED, None, None, I32)
    yield row(op, [9], SEED, None, None, I64)
    yield row(op, [9], SEED, None, None, U32)
    yield row(op, [9], SEED, None, None, U64, alg="philox")
    yield row(op, [5000], SEED, 3, 17, I32)
    yield row(op, [], SEED, kind="boundary")
    yield row(op, [0, 2], SEED, kind="boundary")
    yield row(op, [4], SEED, 2.0, 2.0, kind="boundary")
    yield row(op, [4], SEED, 3.0, 1.0, kind="boundary")
    yield row(op, [4], SEED, 0, 1, I32, kind="boundary")
    yield row(op, [4], SEED, -(2**63), 2**63 - 1, I64, kind="boundary")
    yield row(op, [0], SEED, 5, 5, I32, kind="boundary")
    yield row(op, [3], SEED, 5, 5, I32, kind="error")
    yield row(op, [3], SEED, 5, 2, I64, kind="error")
    yield row(op, [3], SEED, 0, None, I32, kind="error")
    yield row(op, [3], SEED, 0, 9, U32, kind="error")
    yield row(op, [3], SEED, 0, 9, I8, kind="error")
    yield row(op, [3], [1], kind="error")
    yield row(op, [3], SEED, None, None, I32, alg="threefry", kind="error")
    yield row(op, [[3]], SEED, kind="error")

    op = "tf.random.stateless_gamma"
    yield row(op, [5], SEED, 1.5)
    yield row(op, [4, 3], SEED, f32([0.5, 1, 3]))
    yield row(op, [2, 2, 3], LONG_SEED, f32([[0.3], [2]]), f32([1, 2, 4]))
    yield row(op, [4, 2], SEED, f64([0.5, 20]), dtype=F64)
    yield row(op, [4], SEED, 2.0, dtype=F16)
    yield row(op, [], SEED, 2.0, kind="boundary")
    yield row(op, [0, 2], SEED, f32([1, 2]), kind="boundary")
    yield row(op, [3], SEED, 1e-6, kind="boundary")
    yield row(op, [3], SEED, 1.0, kind="boundary")
    yield row(op, [3], SEED, f32([1, 2]), kind="error")
    yield row(op, [-1], SEED, 1.0, kind="error")
    yield row(op, [3], [1, 2, 3], 1.0, kind="error")
    yield row(op, [3], SEED, 1.0, dtype=I32, kind="error")
    yield row(op, [3], SEED, f64(1), kind="error")

    op = "tf.random.stateless_poisson"
    yield row(op, [5], SEED, 3.0)
    yield row(op, [4, 3], SEED, f32([0.5, 5, 50]))
    yield row(op, [6, 2], LONG_SEED, f64([2, 200]), dtype=F32)
    yield row(op, [6], SEED, 4.0, dtype=I64)
    yield row(op, [6], SEED, i32(7), F64)
    yield row(op, [], SEED, 2.0, kind="boundary")
    yield row(op, [0, 2], SEED, f32([1, 2]), kind="boundary")
    yield row(op, [3, 2], SEED, f32([0, 1e-7]), kind="boundary")
    yield row(op, [3, 0], SEED, f32([]), kind="boundary")
    yield row(op, [3], SEED, f32([1, 2]), kind="error")
    yield row(op, [-1], SEED, 1.0, kind="error")
    yield row(op, [3], [[1, 2]], 1.0, kind="error")
    yield row(op, [3], SEED, 1.0, dtype=I8, kind="error")

    op = "tf.random.stateless_binomial"
    yield row(op, [5], SEED, 10.0, 0.3, grad=())
    yield row(op, [4, 3], SEED, f32([1, 10, 100]), f32([0.2, 0.5, 0.9]), grad=())
    yield row(op, [4, 2, 3], LONG_SEED, f32([[5], [500]]), f32([0.1, 0.5, 0.7]), F32, grad=())
    yield row(op, [6], SEED, f64(40), f64(0.75), I64, grad=())
    yield row(op, [6], SEED, f64(40), f64(0.25), F64, grad=())
    yield row(op, [], SEED, 2.0, 0.5, kind="boundary")
    yield row(op, [0, 2], SEED, f32([1, 2]), 0.5, kind="boundary", grad=())
    yield row(op, [3, 4], SEED, f32([0, 5, 5, 0]), f32([0.5, 0, 1, 1]), kind="boundary", grad=())
    yield row(op, [3, 0], SEED, f32([]), 0.5, kind="boundary", grad=())
    yield row(op, [3], SEED, f32([1, 2]), 0.5, kind="error")
    yield row(op, [3], SEED, f32(1), f64(0.5), kind="error")
    yield row(op, [-1], SEED, 1.0, 0.5, kind="error")
    yield row(op, [3], [1], 1.0, 0.5, kind="error")
    yield row(op, [3], SEED, 1.0, 0.5, I8, kind="error")

    op = "tf.random.stateless_categorical"
    yield row(op, LOGITS, 6, SEED, grad=())
    yield row(op, LOGITS, 6, LONG_SEED, I32, grad=())
    yield row(op, draw((2, 3), "float64"), i32(5), SEED, grad=())
    yield row(op, [[0.1, 0.9]], 4, SEED)
    yield row(op, LOGITS, 0, SEED, kind="boundary", grad=())
    yield row(op, f32([[3]]), 4, SEED, kind="boundary", grad=())
    yield row(op, f32([], (0, 3)), 4, SEED, kind="boundary", grad=())
    inf = float("inf")
    yield row(op, f32([[-inf, 0, -inf], [-inf, -inf, -inf]]), 4, SEED, kind="boundary", grad=())
    yield row(op, f32([1, 2]), 4, SEED, kind="error")
    yield row(op, LOGITS, -1, SEED, kind="error")
    yield row(op, LOGITS, 3, [1, 2, 3], kind="error")
    yield row(op, LOGITS, 3, SEED, F64, kind="error")
    yield row(op, f32([], (2, 0)), 4, SEED, kind="error")

    op = "tf.random.experimental.stateless_shuffle"
    yield row(op, i32(range(10)), SEED)
    yield row(op, draw((5, 2)), LONG_SEED)
    yield row(op, [1, 2, 3, 4, 5, 6], SEED, alg="philox")
    yield row(op, i32(3), SEED, kind="boundary")
    yield row(op, f32([]), SEED, kind="boundary")
    yield row(op, f32([], (3, 0)), SEED, kind="boundary")
    yield row(op, f32([[1, 2]]), SEED, kind="boundary")
    yield row(op, i32(range(4)), [1], kind="error")
    yield row(op, i32(range(4)), SEED, alg="mersenne", kind="error")

    for op in ("tf.random.split", "tf.random.experimental.stateless_split"):
        yield row(op, i32([7, 42]))
        yield row(op, LONG_SEED, 3)
        yield row(op, [1, 2], num=4, alg="philox")
        yield row(op, i32([7, 42]), 1, kind="boundary")
        yield row(op, i32([7, 42]), 0, kind="boundary")
        yield row(op, i32([1, 2, 3]), kind="error")
        yield row(op, f32([1, 2]), kind="error")
        yield row(op, i32([1, 2]), -1, kind="error")
    for op in ("tf.random.fold_in", "tf.random.experimental.stateless_fold_in"):
        yield row(op, i32([7, 42]), 5)
        yield row(op, LONG_SEED, i32(3))
        yield row(op, i32([7, 42]), i64(2**40), alg="philox")
        yield row(op, i32([0, 0]), 0, kind="boundary")
        yield row(op, i64([2**63 - 1, -(2**63)]), i64(-1), kind="boundary")
        yield row(op, i32([1, 2, 3]), 1, kind="error")
        yield row(op, i32([1, 2]), f32(1), kind="error")


def indices():
    """Permutations of ranges, an element at a time."""
    op = "tf.random.experimental.index_shuffle"
    yield row(op, i32(range(10)), i32([1, 2]), 9)
    yield row(op, i64(range(10)), i64([1, 2]), i64(99))
    yield row(op, 5, [1, 2], 1000)
    yield row(op, i32(range(8)), i32([1, 2]), i32(range(20, 28)))
    yield row(op, i32(0), i32([1, 2]), 0, kind="boundary")
    yield row(op, i64(2**40), i32([0, 0]), i64(2**41), kind="boundary")
    yield row(op, i32(7), i32([1, 2]), 5, kind="error")
    yield row(op, i32(1), i32([1, 2, 3]), 5, kind="error")
    yield row(op, i32(1), f32([1, 2]), 5, kind="error")
    yield row(op, i32(range(8)), i32([[i, 2] for i in range(8)]), 20, kind="error")
    yield row(op, i32([]), i32([1, 2]), 5, kind="error")
    op = "tf.random_index_shuffle"
    yield row(op, i32(range(10)), i32([1, 2, 3]), i32(9))
    yield row(op, i64(range(10)), i64([1, 2, 3]), i64(99), rounds=6)
    yield row(op, 5, [1, 2, 3], 1000)
    yield row(op, i32(range(8)), i32([1, 2, 3]), i32(range(20, 28)))
    yield row(op, i32(0), i32([1, 2, 3]), 0, kind="boundary")
    yield row(op, i64(7), i64([-1, 2, 2**40]), i64(7), kind="boundary")
    yield row(op, i32([]), i32([1, 2, 3]), 5, kind="error")
    yield row(op, i32(7), i32([1, 2, 3]), 5, kind="error")
    yield row(op, i32(1), i32([1, 2]), 5, kind="error")
    yield row(op, i32([1, 2]), i32([1, 2, 3]), i32([5, 5, 5]), kind="error")


def generators():
    """`tf.random.Generator` and the global one."""
    op = "tf.random.create_rng_state"
    yield row(op, 1, "philox")
    yield row(op, 2**70 + 5, "philox")
    yield row(op, [1, 2, 3], alg=1)
    yield row(op, 5, "threefry")
    yield row(op, 5, ref("tf.random.Algorithm.PHILOX"))
    yield row(op, 0, "philox", kind="boundary")
    yield row(op, -1, "philox", kind="boundary")
    yield row(op, [1, 2, 3, 4, 5], "philox", kind="boundary")
    yield row(op, 2**200, "philox", kind="boundary")
    yield row(op, 1, "mersenne", kind="error")
    yield row(op, 1, 1.5, kind="error")

    drawn = {
        "normal": "g.normal([2, 3]), g.normal([3], 1., 2., tf.float64), g.normal([], dtype='half')",
        "truncated_normal": "g.truncated_normal([5]), g.truncated_normal([0]), g.normal([1])",
        "uniform": "g.uniform([4]), g.uniform([4], 3, 9, tf.int32), g.uniform([2], -1., 1.)",
        "uniform_full_int": "g.uniform_full_int([3]), g.uniform_full_int([2], tf.int32)",
        "binomial": "g.binomial([3, 2], [10., 20.], [.2, .7]), g.normal([1])",
        "make_seeds": "g.make_seeds(2), g.make_seeds()",
        "split": "[h.normal([2]) for h in g.split(2)], g.normal([1])",
        "skip": "g.skip(5), g.normal([2]), g.state, g.key, g.algorithm",
    }
    for source in drawn.values():
        yield code(
            "tf.random.Generator", f"lambda g: ({source})", make("tf.random.Generator.from_seed", 7)
        )
    yield code(
        "tf.random.Generator",
        "lambda: tf.random.Generator.from_state([1, 2, 3], 'philox').normal([4])",
    )
    yield code(
        "tf.random.Generator",
        "lambda: tf.random.Generator.from_key_counter(5, [2**63, 3], 1).normal([4])",
    )
    yield code(
        "tf.random.Generator",
        "lambda: tf.random.Generator.from_seed([1, 2]).state",
        kind="boundary",
    )
    yield code(
        "tf.random.Generator",
        "lambda: tf.random.Generator.from_state([1, 2], 'philox')",
        kind="error",
    )
    yield code(
        "tf.random.Generator",
        "lambda: tf.random.Generator.from_seed(1).uniform([2], 5, None, tf.int32)",
        kind="error",
    )
    yield code(
        "tf.random.Generator", "lambda: tf.random.Generator.from_seed(1).normal([-2])", kind="error"
    )

    both = "(tf.random.set_global_generator(tf.random.Generator.from_seed({})), {})[1]"
    there = "tf.random.get_global_generator()"
    yield code(
        "tf.random.get_global_generator", "lambda: " + both.format(3, f"{there}.normal([3])")
    )
    yield code("tf.random.get_global_generator", f"lambda: {there} is {there}", kind="boundary")
    yield code(
        "tf.random.get_global_generator",
        f"lambda: {there}.normal([3])",
        set_seed=5,
        kind="boundary",
        compare_values=False,
        reason="TensorFlow's own is seeded by the operating system",
    )
    yield code(
        "tf.random.set_global_generator", "lambda: " + both.format(4, f"{there}.uniform([3])")
    )
    yield code(
        "tf.random.set_global_generator",
        "lambda: " + both.format(0, f"({there}.state, {there}.algorithm)"),
        kind="boundary",
    )


def truncated():
    op = "tf.random.stateless_parameterized_truncated_normal"
    yield row(op, [5], SEED)
    yield row(op, [20], LONG_SEED, 1.0, 2.0, -1.0, 4.0)
    yield row(op, [9], SEED, minvals=0.0, maxvals=0.5)  # by uniforms
    yield row(op, [9], SEED, minvals=3.0, maxvals=20.0)  # by the exponential distribution
    yield row(op, [9], SEED, minvals=-20.0, maxvals=-3.0)
    yield row(op, [4, 3], SEED, f32([0, 5, 0]), f32(1), f32([-2, 0, 3]), f32([2, 10, 10]))
    yield row(op, [4, 2, 3], SEED, f32([[0], [1]]), f32([1, 2, 3]), f32(-2), f32([[3]]))
    yield row(op, i64([6]), SEED, f64(0), f64(1), f64(-2), f64(2), second=True)
    yield row(op, [6], SEED, f64(0), f64(1), f64(0), f64(0.5), second=True)
    yield row(op, [6], SEED, f64(0), f64(1), f64(3), f64(9), grad=(2, 3, 4))
    yield row(op, [6], SEED, f32(0.5), f32(2), minvals=float("-inf"), maxvals=1.0)
    yield row(op, [6], SEED, f32(0.5), f32(2), minvals=2.0, maxvals=float("inf"))
    yield row(op, [], SEED, kind="boundary")
    yield row(op, [0], SEED, f32(0), kind="boundary")
    yield row(op, [3, 0], SEED, f32([]), kind="boundary")
    yield row(op, [4], SEED, minvals=2.0, maxvals=1.0, kind="error")
    yield row(op, [4], SEED, stddevs=-1.0, kind="error")
    yield row(op, [4], SEED, minvals=float("-inf"), maxvals=float("inf"), kind="error")
    yield row(op, [4], SEED, f32([1, 2]), kind="error")
    yield row(op, [2, 3], SEED, f32([1, 2, 3]), f32([1, 2]), kind="error")
    yield row(op, [4], SEED, f64(1), kind="error")
    yield row(op, [4], SEED, i32(1), kind="error")
    yield row(op, [[4]], SEED, kind="error")
    yield row(op, [-1], SEED, kind="error")
    yield row(op, [4], [1, 2, 3], kind="error")
    yield row(op, [4], [1.0, 2.0], kind="error")


ROWS = [*seeded(), *streams(), *stateless(), *truncated(), *indices(), *generators()]
