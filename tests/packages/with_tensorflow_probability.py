"""TensorFlow Probability: distributions, bijectors, MCMC, joint distributions, optimizers."""

import numpy as np


def _grid():
    return np.linspace(0.1, 0.9, 5).astype("float32")


def densities(tf, tfp):
    tfd, x = tfp.distributions, tf.constant(_grid())
    found = {}
    for d in (
        tfd.Normal(0.5, 2.0), tfd.Gamma(2.0, 3.0), tfd.Beta(2.0, 3.0), tfd.StudentT(3.0, 0.0, 1.0),
        tfd.Uniform(0.0, 2.0), tfd.Exponential(1.5), tfd.LogNormal(0.0, 1.0), tfd.Laplace(0.0, 1.0),
        tfd.Cauchy(0.0, 1.0), tfd.HalfNormal(2.0), tfd.InverseGamma(3.0, 2.0),
        tfd.Weibull(1.5, 1.0), tfd.Gumbel(0.0, 1.0), tfd.Logistic(0.0, 1.0),
        tfd.Kumaraswamy(2.0, 3.0),
        tfd.TruncatedNormal(0.0, 1.0, -1.0, 1.0),
    ):  # fmt: skip
        found[d.name] = [d.log_prob(x), d.cdf(x), d.mean(), d.variance(), d.prob(x)]
    for d in (
        tfd.Poisson(2.0), tfd.Bernoulli(logits=0.3), tfd.Binomial(4.0, probs=0.3),
        tfd.Categorical(probs=[0.2, 0.3, 0.5]), tfd.Geometric(probs=0.3),
        tfd.NegativeBinomial(3.0, probs=0.4),
    ):  # fmt: skip
        found[d.name] = [d.log_prob([0, 1]), str(d)]
    found["entropies"] = [
        tfd.Normal(0.0, 2.0).entropy(),
        tfd.Gamma(2.0, 3.0).entropy(),
        tfd.Categorical(logits=[0.1, 0.7]).entropy(),
        tfd.Dirichlet([1.0, 2.0, 3.0]).entropy(),
        tfd.kl_divergence(tfd.Normal(0.0, 1.0), tfd.Normal(1.0, 2.0)),
        tfd.kl_divergence(tfd.Gamma(2.0, 1.0), tfd.Gamma(3.0, 2.0)),
    ]
    return found


def samples(tf, tfp):
    tfd = tfp.distributions
    found = {}
    for d in (
        tfd.Normal([0.5, 1.0], 2.0), tfd.Uniform(0.0, 2.0), tfd.Exponential(1.5),
        tfd.LogNormal(0.0, 1.0), tfd.Laplace(0.0, 1.0), tfd.Cauchy(0.0, 1.0), tfd.Gumbel(0.0, 1.0),
        tfd.Bernoulli(logits=0.3), tfd.Categorical(probs=[0.2, 0.3, 0.5]), tfd.Poisson(2.0),
        tfd.Gamma(2.0, 3.0), tfd.Beta(2.0, 3.0), tfd.StudentT(3.0, 0.0, 1.0),
        tfd.Dirichlet([1.0, 2.0, 3.0]), tfd.Multinomial(5.0, probs=[0.2, 0.8]),
    ):  # fmt: skip
        found[d.name] = d.sample(4, seed=[1, 2])
    found["stateful"] = tfd.Normal(0.0, 1.0).sample(3, seed=5)
    mixture = tfd.MixtureSameFamily(
        tfd.Categorical(probs=[0.3, 0.7]), tfd.Normal([-1.0, 1.0], [0.1, 0.5])
    )
    both = tfd.Independent(tfd.Normal([0.0, 1.0], 1.0), 1)
    return {
        **found,
        "mixture": [mixture.sample(3, seed=[3, 4]), mixture.log_prob([0.0, 1.0]), mixture.mean()],
        "independent": [both.sample(seed=[3, 4]), both.log_prob([0.0, 1.0]), both.event_shape[0]],
    }


def gradients(tf, tfp):
    tfd = tfp.distributions
    loc, scale = tf.Variable(0.3), tf.Variable(1.2)
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(tfd.Normal(loc, scale).log_prob(_grid()))
    one = tape.gradient(loss, [loc, scale])
    shapes = tf.Variable([1.2, 2.5, 0.4])

    @tf.function
    def through_samples():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tfd.Gamma(shapes, 2.0).sample(2, seed=[1, 2]))
        return tape.gradient(loss, shapes)

    variables = tfd.Normal(loc, scale).trainable_variables
    return [*one, through_samples(), len(variables)]


def bijectors(tf, tfp):
    tfb, x = tfp.bijectors, tf.constant(_grid())
    found = {}
    for b in (
        tfb.Exp(), tfb.Softplus(), tfb.Sigmoid(), tfb.Tanh(), tfb.Shift(2.0)(tfb.Scale(3.0)),
        tfb.Chain([tfb.Exp(), tfb.Shift(1.0)]), tfb.Invert(tfb.Exp()), tfb.SoftClip(0.0, 1.0),
        tfb.Power(2.0), tfb.Softsign(), tfb.Reciprocal(), tfb.NormalCDF(),
    ):  # fmt: skip
        y = b.forward(x)
        found[b.name] = [
            y, b.inverse(y), b.forward_log_det_jacobian(x, 0), b.inverse_log_det_jacobian(y, 0),
        ]  # fmt: skip
    moved = tfp.distributions.TransformedDistribution(tfp.distributions.Normal(0.0, 1.0), tfb.Exp())
    found["transformed"] = [moved.log_prob(x), moved.sample(3, seed=[1, 2])]
    return found


def joint(tf, tfp):
    tfd = tfp.distributions

    @tfd.JointDistributionCoroutineAutoBatched
    def model():
        scale = yield tfd.Gamma(2.0, 2.0, name="scale")
        yield tfd.Sample(tfd.Normal(0.0, scale), 3, name="x")

    named = tfd.JointDistributionNamed(
        {"a": tfd.Normal(0.0, 1.0), "b": lambda a: tfd.Normal(a, 0.5)}
    )
    listed = tfd.JointDistributionSequential([tfd.Exponential(1.0), lambda e: tfd.Normal(0.0, e)])
    drawn = named.sample(2, seed=[1, 2])
    return {
        "coroutine": [model.log_prob(scale=1.5, x=[0.1, 0.2, 0.3]), model.sample(seed=[1, 2]).x],
        "named": [drawn["a"], drawn["b"], named.log_prob(a=0.1, b=0.2)],
        "sequential": [listed.log_prob([1.0, 0.5]), listed.sample(seed=[1, 2])],
    }


def mcmc(tf, tfp):
    def log_prob(x):
        return -0.5 * tf.reduce_sum(x**2 / tf.constant([1.0, 4.0]), -1)

    found = {}
    for name, kernel in (
        ("hmc", tfp.mcmc.HamiltonianMonteCarlo(log_prob, 0.5, 3)),
        ("walk", tfp.mcmc.RandomWalkMetropolis(log_prob)),
        (
            "adaptive",
            tfp.mcmc.DualAveragingStepSizeAdaptation(
                tfp.mcmc.HamiltonianMonteCarlo(log_prob, 0.5, 3), num_adaptation_steps=10
            ),
        ),
    ):

        @tf.function
        def run(kernel=kernel):
            return tfp.mcmc.sample_chain(
                20, tf.zeros([2]), kernel=kernel, trace_fn=None, num_burnin_steps=10, seed=[1, 2]
            )

        found[name] = run()
    chain = found["hmc"]
    found["summary"] = [
        tfp.mcmc.effective_sample_size(chain),
        tfp.stats.percentile(chain, 50.0, 0),
        tfp.stats.covariance(chain),
        tfp.mcmc.potential_scale_reduction(tf.stack([chain, found["walk"]], 1)),
    ]
    return found


def optimizers(tf, tfp):
    def rosenbrock(x):
        return (1.0 - x[0]) ** 2 + 100.0 * (x[1] - x[0] ** 2) ** 2

    def both(x):
        return tfp.math.value_and_gradient(rosenbrock, x)

    start = tf.constant([-1.0, 1.0], tf.float64)
    bfgs = tfp.optimizer.bfgs_minimize(both, start, tolerance=1e-8)
    limited = tfp.optimizer.lbfgs_minimize(both, start, tolerance=1e-8)
    simplex = tfp.optimizer.nelder_mead_minimize(rosenbrock, initial_vertex=start)
    return [[round(float(v), 4) for v in found.position] for found in (bfgs, limited, simplex)] + [
        tfp.math.value_and_gradient(rosenbrock, start)
    ]


def functions(tf, tfp):
    x = tf.constant(_grid())
    kernel = tfp.math.psd_kernels.ExponentiatedQuadratic(1.5, 0.7)
    points = tf.reshape(x, [5, 1])
    return [
        tfp.math.lbeta(x, 2.0), tfp.math.log_add_exp(x, 1.0), tfp.math.softplus_inverse(x),
        tfp.math.log1mexp(x), kernel.matrix(points, points), tfp.math.erfcx(x),
        tfp.stats.quantiles(x, 4),
        tfp.math.bessel_kve(1.5, x), tfp.math.lambertw(x), tfp.math.owens_t(x, 0.5),
    ]  # fmt: skip


def inference(tf, tfp):
    tfd, tfb = tfp.distributions, tfp.bijectors
    loc = tf.Variable(0.0)
    scale = tfp.util.TransformedVariable(1.0, tfb.Softplus())
    surrogate = tfd.Normal(loc, scale)
    target = tfd.Normal(1.0, 0.5)
    losses = []
    for i in range(5):
        with tf.GradientTape() as tape:
            draws = surrogate.sample(20, seed=[i, 1])
            loss = tf.reduce_mean(surrogate.log_prob(draws) - target.log_prob(draws))
        variables = surrogate.trainable_variables
        for v, g in zip(variables, tape.gradient(loss, variables), strict=True):
            v.assign_sub(0.1 * g)
        losses.append(loss)
    return [losses, loc, scale + 0.0, len(variables)]


def in_functions(tf, tfp):
    """A distribution is an argument and a result of a function."""
    tfd = tfp.distributions

    @tf.function
    def shifted(d, by):
        return tfd.Normal(d.loc + by, d.scale)

    found = shifted(tfd.Normal(1.0, 2.0), 0.5)
    again = shifted(tfd.Normal(3.0, 2.0, validate_args=True), 0.5)
    parts = tf.nest.flatten(tfd.Normal(1.0, 2.0), expand_composites=True)
    return [found.loc, found.scale, again.loc, type(found).__name__, parts]


def multivariate(tf, tfp):
    """What is made of linear operators."""
    tfd, tfb, linalg = tfp.distributions, tfp.bijectors, tf.linalg
    s = np.array([[2.0, 0.5, 0.0], [0.5, 1.0, 0.2], [0.0, 0.2, 3.0]], "float32")
    x = np.array([[0.1, 0.2, 0.3], [1.0, 2.5, 3.0]], "float32")
    tril, loc, pts = np.linalg.cholesky(s), [1.0, 2.0, 2.0], _grid()[:, None]
    blocks = linalg.LinearOperatorBlockDiag(
        [
            linalg.LinearOperatorDiag([1.0]),
            linalg.LinearOperatorLowerTriangular([[1.0, 0.0], [0.5, 2.0]]),
        ]
    )
    found = {}
    for name, d in {
        "tril": tfd.MultivariateNormalTriL(loc, tril),
        "diag": tfd.MultivariateNormalDiag(loc, [1.0, 2.0, 0.5]),
        "full": tfd.MultivariateNormalFullCovariance(loc, s),
        "low rank": tfd.MultivariateNormalDiagPlusLowRankCovariance(
            loc, [1.0, 2.0, 0.5], [[1.0], [0.5], [0.2]]
        ),
        "blocks": tfd.MultivariateNormalLinearOperator(loc, blocks),
        "student": tfd.MultivariateStudentTLinearOperator(
            5.0, loc, linalg.LinearOperatorDiag([1.0, 2.0, 3.0])
        ),
    }.items():
        value = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(value)
            density = d.log_prob(value)
        gradient = tape.gradient(density, value)
        found[name] = [density, gradient, d.sample(2, seed=[1, 2]), d.covariance()]
    found["wishart"] = tfd.WishartTriL(5.0, tril).log_prob(s)
    found["divergence"] = tfd.kl_divergence(
        tfd.MultivariateNormalTriL(loc, tril), tfd.MultivariateNormalDiag(loc)
    )
    scale = tf.Variable(tril)
    d = tfd.MultivariateNormalTriL(loc, scale)
    with tf.GradientTape() as tape:
        density = d.log_prob(x)
    found["variables"] = tape.gradient(density, d.trainable_variables)
    kernel = tfp.math.psd_kernels.ExponentiatedQuadratic(1.0, 0.5)
    process = tfd.GaussianProcess(kernel, pts, observation_noise_variance=0.1)
    found["process"] = [process.log_prob(np.sin(pts[:, 0])), process.sample(seed=[1, 2])]
    found["bijector"] = tfb.ScaleMatvecTriL(tril).forward(x)
    trend = tfp.sts.LocalLinearTrend().make_state_space_model(5, [0.1, 0.2])
    found["trend"] = trend.log_prob(np.arange(5.0, dtype="float32")[:, None])
    return found
