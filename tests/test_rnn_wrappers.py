"""`tf.nn.RNNCell*Wrapper`: what rows of one call cannot show, as TensorFlow 2.21 has it."""

import numpy as np
import pytest

import tfshim as tf

WRAPPERS = {
    "device": lambda cell, **k: tf.nn.RNNCellDeviceWrapper(cell, "/cpu:0", **k),
    "residual": tf.nn.RNNCellResidualWrapper,
    "dropout": tf.nn.RNNCellDropoutWrapper,
}
each = pytest.mark.parametrize("kind", WRAPPERS)


class Cell(tf.Module):
    state_size = output_size = 3

    def __init__(self):
        super().__init__()
        self.w = tf.Variable(tf.fill([3, 3], 0.1))
        self.shapes = []

    def build(self, shape):
        self.shapes.append(shape)

    def call(self, inputs, state, training=None):
        y = tf.tanh(inputs @ self.w + state)
        return (y * 2 if training else y), y


@each
def test_is_built_once_and_knows_the_cells_variables(kind):
    wrapper = WRAPPERS[kind](Cell())
    x, state = tf.ones([2, 3]), tf.zeros([2, 3])
    assert not wrapper.built
    for _ in range(2):
        with tf.GradientTape() as tape:
            output, _ = wrapper(x, state)
        assert tape.gradient(output, wrapper.trainable_variables)[0].shape == (3, 3)
    assert wrapper.cell.shapes == [tf.TensorShape([2, 3])]
    assert [v.ref() for v in wrapper.weights] == [wrapper.cell.w.ref()]
    wrapper.trainable = False
    assert wrapper.trainable_weights == [] and len(wrapper.non_trainable_variables) == 1


@each
def test_training_goes_to_a_cell_that_takes_it(kind):
    wrapper = WRAPPERS[kind](Cell())
    x, state = tf.zeros([1, 3]), tf.ones([1, 3])
    plain, trained = (wrapper(x, state, training=t)[0].numpy() for t in (False, True))
    np.testing.assert_allclose(trained, 2 * plain)


@each
def test_weights_are_set_whole_or_not_at_all(kind):
    wrapper = WRAPPERS[kind](Cell())
    wrapper.set_weights([np.ones((3, 3))])
    assert wrapper.get_weights()[0].tolist() == np.ones((3, 3)).tolist()
    with pytest.raises(ValueError, match="weight list of length 2, but the layer was expecting 1"):
        wrapper.set_weights([1, 2])
    with pytest.raises(ValueError, match=r"shape \(3, 3\) not compatible .* shape \(2,\)"):
        wrapper.set_weights([np.ones(2)])


@each
def test_names_are_numbered(kind):
    names = [WRAPPERS[kind](Cell()).name.split("_") for _ in range(3)]
    assert all(n[:2] == [kind, "wrapper"] for n in names)
    assert int(names[2][2]) == int(names[1][2]) + 1
    assert WRAPPERS[kind](Cell(), name="mine").name == "mine"


def test_a_variational_mask_is_the_same_at_each_step():
    wrapper = tf.nn.RNNCellDropoutWrapper(
        Cell(), output_keep_prob=0.5, variational_recurrent=True, dtype=tf.float32, seed=3
    )
    x, state = tf.ones([4, 3]), tf.ones([4, 3])
    outputs = [wrapper(x, state)[0].numpy() for _ in range(3)]
    assert all((o == outputs[0]).all() for o in outputs)
    assert (outputs[0] == outputs[0][:1]).all()


def test_a_probability_may_be_a_tensor_of_a_function():
    @tf.function
    def kept(keep):
        wrapper = tf.nn.RNNCellDropoutWrapper(Cell.of_function, output_keep_prob=keep, seed=1)
        return wrapper(tf.ones([64, 3]), tf.ones([64, 3]))[0]

    Cell.of_function = Cell()
    few, most = (int(tf.math.count_nonzero(kept(tf.constant(p)))) for p in (0.1, 0.9))
    assert few < 60 < 130 < most
