"""Sonnet: modules, recurrent cores, optimizers, a checkpoint and a replicator."""

import tempfile

import numpy as np


def _numbers(*shape):
    return np.random.RandomState(0).randn(*shape).astype("float32")


def training(tf, snt):
    model = snt.Sequential([snt.Flatten(), snt.Linear(32), tf.nn.relu, snt.Linear(10)])
    optimizer = snt.optimizers.Adam(0.01)
    x, y = tf.constant(_numbers(16, 4, 4)), tf.constant(np.arange(16) % 10)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            logits = model(x)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=y)
            )
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    losses = [step() for _ in range(5)]
    path = tf.train.Checkpoint(model=model).save(f"{tempfile.mkdtemp()}/model")
    model.trainable_variables[0].assign_add(tf.ones([32]))
    tf.train.Checkpoint(model=model).restore(path)
    return {"losses": losses, "after": step(), "text": snt.format_variables(model.variables)}


def normalization(tf, snt):
    flat, images = tf.constant(_numbers(4, 3)), tf.constant(_numbers(2, 3, 3, 2))
    found = []
    for x in (flat, images):
        layer = snt.BatchNorm(create_scale=True, create_offset=True)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, is_training=True)
            loss = tf.reduce_sum(y**3)
        found += [y, tape.gradient(loss, x), layer(x, is_training=False)]
        found += [layer.moving_mean.value, layer.moving_variance.value]
    return [*found, snt.LayerNorm(-1, True, True)(flat), snt.InstanceNorm(True, True)(images)]


def recurrent(tf, snt):
    x = tf.constant(_numbers(3, 2, 5))
    found = []
    for core in (snt.LSTM(4), snt.GRU(4), snt.VanillaRNN(4)):
        start = core.initial_state(2)
        found += [snt.dynamic_unroll(core, x, start)[0], snt.static_unroll(core, x, start)[0]]
    unrolled = snt.UnrolledLSTM(4)
    return [*found, unrolled(x, unrolled.initial_state(2))[0]]


def layers(tf, snt):
    images = tf.constant(_numbers(1, 6, 6, 2))
    return [
        snt.Conv2D(4, 3)(images),
        snt.Conv2DTranspose(2, 3)(images),
        snt.DepthwiseConv2D(3)(images),
        snt.Embed(10, 4)([1, 2]),
        snt.nets.MLP([8, 3])(tf.ones([2, 5])),
        snt.Conv1D(3, 2)(images[0]),
        snt.nets.VectorQuantizer(4, 8, 0.25)(tf.constant(_numbers(6, 4)), is_training=True)["loss"],
    ]


def optimizers(tf, snt):
    found = []
    for optimizer in (
        snt.optimizers.SGD(0.1),
        snt.optimizers.Momentum(0.1, 0.9),
        snt.optimizers.RMSProp(0.1),
        snt.optimizers.Adam(0.1),
    ):
        v = tf.Variable([1.0, 2.0, 3.0])
        optimizer.apply([tf.constant([0.1, 0.2, 0.3])], [v])
        optimizer.apply(
            [tf.IndexedSlices(tf.constant([0.5, 0.25]), tf.constant([2, 2]), tf.constant([3]))], [v]
        )
        found.append(v)
    average = snt.ExponentialMovingAverage(0.9)
    average(1.0)
    return [*found, average(tf.constant(2.0))]


def initializers(tf, snt):
    init = snt.initializers
    makers = [
        init.TruncatedNormal(), init.VarianceScaling(), init.Orthogonal(), init.RandomUniform(0, 1),
        init.RandomNormal(), init.Constant(2), init.Identity(),
    ]  # fmt: skip
    return [make([3, 3], tf.float32) for make in makers]


def replicator(tf, snt):
    strategy = snt.distribute.Replicator()
    with strategy.scope():
        linear, optimizer = snt.Linear(3), snt.optimizers.SGD(0.1)

    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(linear(tf.ones([2, 2])) ** 2)
        context = tf.distribute.get_replica_context()
        variables = linear.trainable_variables
        grads = [context.all_reduce("mean", g) for g in tape.gradient(loss, variables)]
        optimizer.apply(grads, variables)
        return loss

    return [strategy.run(step), strategy.run(step), strategy.num_replicas_in_sync]
