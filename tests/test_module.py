"""`tf.Module`: names, scopes, and what it finds."""

import abc
import collections

import pytest

import tfshim as tf


class Leaf(tf.Module):
    def __init__(self, name=None, value=0.0):
        super().__init__(name=name)
        self.w = tf.Variable(value, name="w")


class Tree(tf.Module):
    def __init__(self, depth, name=None):
        super().__init__(name=name)
        if depth:
            self.child = Tree(depth - 1)
        self.w = tf.Variable(float(depth), name="w")

    @tf.Module.with_name_scope
    def __call__(self):
        return tf.Variable(1.0, name="made").name

    @tf.Module.with_name_scope
    def fail(self):
        raise KeyError("on purpose")


class HTTPServer2D(tf.Module):
    pass


class AlreadySnake_case(tf.Module):
    pass


def test_names():
    assert Leaf().name == "leaf"
    assert HTTPServer2D().name == "http_server2_d"
    assert AlreadySnake_case().name == "already_snake_case"
    assert Leaf().name == "leaf"
    assert Leaf(name="mine").name == "mine"
    assert Leaf(name="_private1").name == "_private1"


@pytest.mark.parametrize("name", ["", "a b", "9lives", "a-b", "a/b", "a.b"])
def test_names_that_are_none(name):
    with pytest.raises(ValueError, match="is not a valid module name"):
        tf.Module(name=name)


def test_name_scopes():
    tree = Tree(1, name="tree")
    assert tree.name_scope.name == "tree/"
    assert tree() == "tree/made:0"
    assert tf.Variable(1.0).name == "Variable:0"
    with pytest.raises(KeyError, match="on purpose"):
        tree.fail()
    assert tf.Variable(1.0).name == "Variable:0"
    with tf.name_scope("outer"):
        inside = Leaf(name="in")
    assert inside.name_scope.name == "outer/in/"
    with inside.name_scope:
        assert tf.Variable(1.0, name="v").name == "outer/in/v:0"
    assert Tree.__call__.__name__ == "__call__"


def test_scopes_nest():
    class Outer(tf.Module):
        def __init__(self):
            super().__init__()
            with self.name_scope:
                self.inner = Leaf()

    assert Outer().inner.name_scope.name == "outer/leaf/"
    assert Outer().inner.w.name == "outer/w:0"


def values(variables):
    assert isinstance(variables, tuple)
    return [float(v) for v in variables]


def test_variables_by_sorted_attribute_then_depth():
    module = tf.Module()
    module.z = tf.Variable(1.0)
    module.a = Leaf(value=2.0)
    module.m = tf.Variable(3.0)
    module.b = Leaf(value=4.0)
    assert values(module.variables) == [3.0, 1.0, 2.0, 4.0]
    assert values(Tree(2).variables) == [2.0, 1.0, 0.0]


def test_each_once():
    module = tf.Module()
    v = tf.Variable(1.0)
    leaf = Leaf(value=2.0)
    module.a, module.b, module.c, module.d = v, [v, v], leaf, {"x": leaf}
    assert values(module.variables) == [1.0, 2.0]
    assert module.submodules == (leaf,)


def test_trainable_and_not():
    module = tf.Module()
    module.a = tf.Variable(1.0)
    module.b = tf.Variable(2.0, trainable=False)
    module.c = Leaf(value=3.0)
    assert values(module.trainable_variables) == [1.0, 3.0]
    assert values(module.non_trainable_variables) == [2.0]


Pair = collections.namedtuple("Pair", ["second", "first"])


@pytest.mark.parametrize(
    ("pack", "order"),
    [
        (lambda a, b: [a, b], [1.0, 2.0]),
        (lambda a, b: (a, b), [1.0, 2.0]),
        (lambda a, b: {"y": a, "x": b}, [2.0, 1.0]),
        (lambda a, b: collections.OrderedDict([("y", a), ("x", b)]), [2.0, 1.0]),
        (lambda a, b: Pair(second=a, first=b), [1.0, 2.0]),
        (lambda a, b: [{"k": (a, [b])}], [1.0, 2.0]),
        (lambda a, b: {2: a, 1: b}, [2.0, 1.0]),
        (lambda a, b: collections.defaultdict(list, {"p": [a, b]}), [1.0, 2.0]),
    ],
)
def test_containers(pack, order):
    module = tf.Module()
    module.held = pack(tf.Variable(1.0), tf.Variable(2.0))
    assert values(module.variables) == order
    module.held = pack(Leaf(value=1.0), Leaf(value=2.0))
    assert values(module.variables) == order
    assert [values(m.variables)[0] for m in module.submodules] == order


def test_submodules_depth_first_after_breadth():
    tree = Tree(3)
    assert tree.submodules == (tree.child, tree.child.child, tree.child.child.child)
    module = tf.Module()
    module.b, module.a = Tree(1), Tree(1)
    assert module.submodules == (module.a, module.b, module.a.child, module.b.child)


def test_circles():
    a, b = tf.Module(name="a"), tf.Module(name="b")
    a.other, b.other = b, a
    assert a.submodules == (b,)
    a.me = a
    assert a.submodules == (b,)


def test_what_is_ignored():
    class Ignoring(tf.Module):
        _TF_MODULE_IGNORED_PROPERTIES = frozenset(
            {"hidden", *tf.Module._TF_MODULE_IGNORED_PROPERTIES}
        )

    module = Ignoring()
    module.hidden, module.seen = tf.Variable(1.0), tf.Variable(2.0)
    assert values(module.variables) == [2.0]


def test_flatten():
    module = tf.Module(name="m")
    module.a, module.b = 1, [Leaf(value=2.0)]
    found = list(
        module._flatten(predicate=lambda x: isinstance(x, (int, tf.Variable)), with_path=True)
    )
    found = [(p, float(x)) for p, x in found if not any(str(q).startswith("_") for q in p)]
    assert found == [(("a",), 1.0), (("b", 0, "w"), 2.0)]
    shallow = module._flatten(recursive=False, predicate=lambda x: isinstance(x, tf.Module))
    assert list(shallow) == [module.b[0]]


def test_properties_are_not_run():
    class Careful(tf.Module):
        @property
        def boom(self):
            raise RuntimeError

    module = Careful()
    module.v = tf.Variable(1.0)
    assert values(module.variables) == [1.0]


def test_abstract_classes():
    class Abstract(tf.Module, metaclass=abc.ABCMeta):
        @abc.abstractmethod
        def __call__(self): ...

    with pytest.raises(TypeError, match="[Cc]an't instantiate abstract class"):
        Abstract()

    class Concrete(Abstract):
        @tf.Module.with_name_scope
        def __call__(self):
            return tf.Variable(1.0, name="x").name

    assert Concrete()() == "concrete/x:0"


def test_training():
    class Dense(tf.Module):
        def __init__(self):
            super().__init__()
            self.w, self.b = tf.Variable([[1.0], [2.0]]), tf.Variable([0.5])

        def __call__(self, x):
            return tf.matmul(x, self.w) + self.b

    layer = Dense()
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(layer(tf.constant([[1.0, 2.0]])))
    gb, gw = tape.gradient(y, layer.trainable_variables)
    assert gb.numpy().tolist() == [1.0]
    assert gw.numpy().tolist() == [[1.0], [2.0]]
