"""GPflow: regression, sparse and variational models, with SciPy's and other optimizers."""

import numpy as np


def _data():
    x = np.linspace(0.0, 1.0, 12)[:, None]
    return x, np.sin(12 * x) + 0.3 * np.cos(25 * x)


def regression(tf, gpflow):
    x, y = _data()
    model = gpflow.models.GPR((x, y), kernel=gpflow.kernels.SquaredExponential())
    start = model.log_marginal_likelihood()
    found = gpflow.optimizers.Scipy().minimize(
        model.training_loss, model.trainable_variables, options={"maxiter": 20}
    )
    mean, variance = model.predict_f(x + 0.02)
    return {
        "start": start,
        "loss": [round(float(found.fun), 4), found.success],
        "predicted": [np.round(mean, 3), np.round(variance, 3)],
        "density": np.round(model.predict_log_density((x, y)), 3),
    }


def kernels(tf, gpflow):
    x, _ = _data()
    k = gpflow.kernels
    found = {}
    for kernel in (
        k.Matern12(), k.Matern32(), k.Matern52(), k.RationalQuadratic(), k.Linear(), k.Polynomial(),
        k.Cosine(), k.Constant(), k.White(), k.ArcCosine(), k.Periodic(k.SquaredExponential()),
        k.SquaredExponential() + k.Linear(), k.Matern32() * k.Cosine(),
    ):  # fmt: skip
        name = type(kernel).__name__
        found[name] = [kernel(x[:3], x[:4]), kernel(x[:3], full_cov=False)]
    return found


def sparse(tf, gpflow):
    x, y = _data()
    model = gpflow.models.SGPR((x, y), gpflow.kernels.Matern52(), inducing_variable=x[::3].copy())
    start = [model.elbo(), model.upper_bound()]
    gpflow.optimizers.Scipy().minimize(
        model.training_loss, model.trainable_variables, options={"maxiter": 5}
    )
    return [*start, np.round(float(model.elbo()), 2)]


def variational(tf, gpflow):
    x, y = _data()
    model = gpflow.models.SVGP(
        gpflow.kernels.SquaredExponential(), gpflow.likelihoods.Gaussian(), x[::3].copy(),
        num_data=len(x),
    )  # fmt: skip
    gpflow.set_trainable(model.q_mu, False)
    gpflow.set_trainable(model.q_sqrt, False)
    natural = gpflow.optimizers.NaturalGradient(gamma=0.1)
    loss = model.training_loss_closure((x, y))
    found = [loss()]
    for _ in range(3):
        natural.minimize(loss, [(model.q_mu, model.q_sqrt)])
        with tf.GradientTape() as tape:
            value = loss()
        variables = model.trainable_variables
        for v, g in zip(variables, tape.gradient(value, variables), strict=True):
            v.assign_sub(0.01 * g)
        found.append(value)
    return [*found, model.predict_f(x[:2])[0]]


def classification(tf, gpflow):
    x, y = _data()
    model = gpflow.models.VGP(
        (x, (y > 0).astype(float)), gpflow.kernels.SquaredExponential(),
        gpflow.likelihoods.Bernoulli(),
    )  # fmt: skip
    start = model.training_loss()
    gpflow.optimizers.Scipy().minimize(
        model.training_loss, model.trainable_variables, options={"maxiter": 10}
    )
    return [start, np.round(model.predict_y(x[:3])[0], 2)]


def parameters(tf, gpflow):
    kernel = gpflow.kernels.SquaredExponential(lengthscales=[0.5, 2.0])
    kernel.variance.assign(2.5)
    kernel.variance.prior = None
    model = gpflow.models.GPR(
        (np.ones([2, 2]), np.ones([2, 1])),
        kernel,
        mean_function=gpflow.functions.Linear(np.ones([2, 1])),
    )
    values = gpflow.utilities.parameter_dict(model)
    return {
        "names": sorted(values),
        "values": [values[name].numpy() for name in sorted(values)],
        "raw": list(model.trainable_variables),
        "positive": gpflow.utilities.positive().forward(tf.constant([0.1, 1.0], tf.float64)),
        "copy": gpflow.utilities.deepcopy(kernel).variance.numpy(),
        "transform": kernel.variance.transform.name,
    }


def likelihoods(tf, gpflow):
    lik = gpflow.likelihoods
    x = np.linspace(0, 1, 3)[:, None]
    f, v, y = tf.constant(x), tf.constant(0.1 + x), tf.constant((x > 0.3).astype(float))
    found = {}
    for one in (lik.Gaussian(), lik.Bernoulli(), lik.Poisson(), lik.StudentT(), lik.Exponential()):
        found[type(one).__name__] = [
            one.log_prob(x, f, y), one.variational_expectations(x, f, v, y),
            *one.predict_mean_and_var(x, f, v),
        ]  # fmt: skip
    return found


def sampling(tf, gpflow):
    x, y = _data()
    model = gpflow.models.GPR((x, y), gpflow.kernels.Matern52())
    tf.random.set_seed(3)
    drawn = model.predict_f_samples(x[:3], 2)
    model.likelihood.variance.assign(0.01)
    compiled = tf.function(model.predict_f)
    return [drawn, compiled(tf.constant(x[:2]))[0]]
