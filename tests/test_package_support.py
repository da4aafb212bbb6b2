"""What packages written for TensorFlow read of it, without them; the numbers are TensorFlow's."""

import numpy as np
import pytest

import tfshim as tf
from tfshim._src.internals import distribute, lent, raw_ops, served
from tfshim._src.internals.composite import CompositeTensor


def inner(path):
    found = served.find(path)
    assert found is not None, path
    return found


def test_a_strategy_has_one_replica():
    strategy = distribute.MirroredStrategy()
    other = distribute.OneDeviceStrategy("/cpu:0")
    assert not distribute.has_strategy() and not distribute.in_cross_replica_context()
    with strategy.scope():
        assert distribute.get_strategy() is strategy and distribute.in_cross_replica_context()
        context = strategy.run(distribute.get_replica_context)
        assert context.strategy is strategy and float(context.all_reduce("mean", 2.0)) == 2.0
        with pytest.raises(RuntimeError, match="Mixing different tf.distribute.Strategy objects"):
            with other.scope():
                pass
    assert not distribute.has_strategy()
    with pytest.raises(NotImplementedError, match="of one device, not of 2"):
        distribute.MirroredStrategy(["/gpu:0", "/gpu:1"])


def test_raw_kernels_take_keywords():
    assert float(raw_ops.AddV2(x=1.0, y=2.0)) == 3.0
    with pytest.raises(TypeError, match="only takes keyword args"):
        raw_ops.AddV2(1.0, 2.0)
    assert not hasattr(raw_ops, "BlockLSTMV2")


def test_fused_batch_norm():
    x = tf.constant(np.random.RandomState(0).randn(2, 3, 3, 2).astype("float32"))
    scale, offset = tf.constant([1.5, 0.5]), tf.constant([0.1, -0.2])
    mean, variance = tf.constant([0.3, 0.4]), tf.constant([1.2, 0.7])
    fused, none = raw_ops.FusedBatchNormV3, tf.constant([], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(scale)
        own = fused(x=x, scale=scale, offset=offset, mean=none, variance=none)
        loss = tf.reduce_sum(own.y**3)
    np.testing.assert_allclose(tape.gradient(loss, scale), [-94.19007, -9.47779], rtol=1e-4)
    np.testing.assert_allclose(own.y[0, 0, 0], [1.75977, -0.03257], atol=1e-4)
    np.testing.assert_allclose(own.batch_variance, [1.29887, 1.09741], rtol=1e-4)
    np.testing.assert_allclose(own.reserve_space_2, [1.22671, 1.03645], rtol=1e-4)
    mixed = fused(
        x=x, scale=scale, offset=offset, mean=mean, variance=variance, exponential_avg_factor=0.3
    )
    np.testing.assert_allclose(mixed.batch_mean, [0.37154, 0.29777], rtol=1e-4)
    given = fused(
        x=x, scale=scale, offset=offset, mean=mean, variance=variance, epsilon=0.01,
        is_training=False,
    )  # fmt: skip
    np.testing.assert_allclose(given.y[0, 0, 0], [2.09644, -0.19991], atol=1e-4)
    with pytest.raises(tf.errors.InvalidArgumentError, match="got 1 and 2"):
        fused(x=x, scale=scale[:1], offset=offset, mean=none, variance=none)


def test_gradients_of_gamma_kernels():
    a, x = tf.constant([0.5, 2.2, 5.0]), tf.constant([0.3, 0.7, 6.0])
    np.testing.assert_allclose(
        raw_ops.RandomGammaGrad(alpha=a, sample=x), [1.0098021, 0.5732294, 1.131063], rtol=1e-4
    )
    np.testing.assert_allclose(
        raw_ops.IgammaGradA(a=a, x=x), [-0.7705704, -0.1683977, -0.15139577], rtol=1e-4
    )


@pytest.mark.parametrize(
    ("s0", "s1", "r0", "r1"),
    [
        ([2, 3], [2, 3], [], []),
        ([1], [1, 1], [0, 1], [0, 1]),
        ([2, 3], [3], [], [0]),
        ([4, 1, 1], [2, 3], [1, 2], [0]),
    ],
)
def test_axes_of_broadcasting(s0, s1, r0, r1):
    found = raw_ops.BroadcastGradientArgs(s0=tf.constant(s0), s1=tf.constant(s1))
    assert [f.numpy().tolist() for f in found] == [r0, r1]


def test_composites_of_others():
    spec_base = inner("framework.type_spec").BatchableTypeSpec

    class Pair(CompositeTensor):
        def __init__(self, a, b, mark):
            self.a, self.b, self.mark = tf.convert_to_tensor(a), tf.convert_to_tensor(b), mark

        @property
        def _type_spec(self):
            return PairSpec(self.mark, {k: tf.type_spec_from_value(getattr(self, k)) for k in "ab"})

    class PairSpec(spec_base):
        value_type = Pair

        def __init__(self, mark, parts):
            self.mark, self.parts = mark, parts

        def _serialize(self):
            return self.mark, self.parts

        @property
        def _component_specs(self):
            return self.parts

        def _to_components(self, value):
            return {"a": value.a, "b": value.b}

        def _from_components(self, components):
            return Pair(**components, mark=self.mark)

    traced = []

    @tf.function
    def swapped(pair):
        traced.append(pair.mark)
        return Pair(pair.b, pair.a * 2.0, pair.mark + "!")

    found = swapped(Pair(1.0, 2.0, "x"))
    assert (float(found.a), float(found.b), found.mark) == (2.0, 2.0, "x!")
    swapped(Pair(3.0, 4.0, "x"))
    swapped(Pair(3.0, 4.0, "y"))
    assert traced == ["x", "y"]
    assert [float(v) for v in tf.nest.flatten(found, expand_composites=True)] == [2.0, 2.0]
    assert isinstance(tf.ragged.constant([[1]]), CompositeTensor)
    assert not isinstance(tf.ragged.constant([[1]]), Pair)


def test_specs_have_names():
    registry = inner("framework.type_spec_registry")
    assert registry.lookup("tf.TensorSpec") is tf.TensorSpec
    assert registry.get_name(tf.RaggedTensorSpec) == "tf.RaggedTensorSpec"
    with pytest.raises(ValueError, match="must have the form"):
        registry.register("a.b-c")
    with pytest.raises(ValueError, match="has already been registered with name"):
        registry.register("a.b")(tf.TensorSpec)


def test_how_deep_a_structure_is_gone_through():
    nest = inner("util.nest")
    go = nest.get_traverse_shallow_structure
    lists = go(lambda s: isinstance(s, (list, tuple)), [1, (2, [3]), {"k": 4}])
    assert lists == [False, (False, [False]), False]
    deeper = go(
        lambda s: {"a": True, "b": False} if isinstance(s, dict) else True, {"b": [1], "a": [3]}
    )
    assert list(deeper.items()) == [("b", False), ("a", [True])]


def test_names_are_lent_while_a_package_is_loaded(monkeypatch):
    monkeypatch.setitem(lent._NAMES, "mine", {"tf.image": "ResizeMethod"})
    with lent.while_loading("mine"):
        with lent.while_loading("mine"):
            pass
        base = tf.image.ResizeMethod  # type: ignore[attr-defined]

        class Mine(base):
            """A subclass, which is only defined."""

        with pytest.raises(NotImplementedError, match="tf.image.ResizeMethod, which Mine needs"):
            Mine()
    assert not hasattr(tf.image, "ResizeMethod")


def test_variable_scopes_know_their_names():
    scopes = inner("ops.variable_scope")
    with scopes.variable_scope("a"), scopes.variable_scope("b") as scope:
        assert scope.name == "a/b" and scopes.get_variable_scope() is scope
        with scopes.variable_scope(scope) as again:
            assert again.name == "a/b"
    assert scopes.get_variable_scope().name == ""


def test_modules_that_are_lent_can_be_asked_for():
    """A lent name may be that of a module which leads to what is asked: no endless import."""
    from tfshim._src import internals

    converters = internals.inner("autograph.converters")
    assert converters is not None
    with pytest.raises(Exception, match="break_statements"):
        converters.break_statements.transform(None, None)
