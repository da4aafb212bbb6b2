"""The graph of a traced function: placeholders, captured tensors, variables as in- and outputs."""

from __future__ import annotations

import itertools
import threading
from typing import Any

from tfshim._src import reports
from tfshim._src.engine.capture import Graph
from tfshim._src.engine.interpret import describe_site
from tfshim._src.engine.kernel import Spec
from tfshim._src.errors import InaccessibleTensorError
from tfshim._src.function.static_shapes import StaticShapes
from tfshim._src.ops.nn_windows import check_in_graph
from tfshim._src.shapes import TensorShape
from tfshim._src.tensor import INLINE, STATE, EagerTensor, pending, shown_shape

#: Nodes that TensorFlow calls otherwise than their kernel: those of Python's operators, and a few.
_CALLED = {
    "AddV2": "add",
    "Sub": "sub",
    "Mul": "mul",
    "RealDiv": "truediv",
    "FloorDiv": "floordiv",
    "FloorMod": "mod",
    "Pow": "pow",
    "Transpose": "transpose",
    "StridedSlice": "strided_slice",
    "ConcatV2": "concat",
    "Pack": "stack",
}


def base_name(kernel: Any) -> str:
    """What TensorFlow would call a node of a kernel, without its number."""
    name: str = kernel.name.partition(":")[0]
    return _CALLED.get(name, name)


class FuncGraph(Graph):
    """A graph in which variables are symbolic.

    Attributes:
      name: the function's name.
      bases: graphs whose nodes are a prefix of this one's; their tensors may be used here.
      outer: the trace in which this graph is built.
      may_create: whether the body may create variables (the first trace only).
      late: whether the function was traced before and created no variables.
      created: the variables that it created.
    """

    building_function = True

    def __init__(self, name: str, outer: Any, bases: tuple[FuncGraph, ...] = ()):
        super().__init__()
        self.name = name
        self.outer = outer
        self.bases = bases
        self.may_create = False
        #: whether it is a branch or a body, which runs when `outer` does
        self.within = False
        #: the token that its first effect takes (effects.py)
        self.start: EagerTensor | None = None
        self.late = False
        self.created: list[Any] = []
        #: id of a variable -> its state here
        self.states: dict[int, VariableState] = {}
        #: id of an external tensor -> the variable whose value it stands for
        self.variable_of: dict[int, Any] = {}
        #: id of what a branch or a loop assigned to a variable -> the variable's value before
        self.flows: dict[int, EagerTensor] = {}
        #: id of a variable -> the other tensors that the graph assigned to it
        self.assigned: dict[int, list[Any]] = {}
        self.building = threading.RLock()
        #: tensors whose nodes must run whether or not anybody looks at them
        self.effects: list[EagerTensor] = []
        #: whether a tensor of the user's own JAX trace was captured: such a graph serves one call
        self.fleeting = False
        #: id of a placeholder -> the argument of the call that is being traced for
        self.actual: dict[int, EagerTensor] = {}
        self.names: dict[str, int] = {}
        #: ids of external tensors that the Python code made while it was traced
        self.constants: set[int] = set()
        #: checks and writes to variables in the order of the program (reports.py)
        self.log: list[Any] = []
        #: whether programs made of this graph look at checks
        self.checked = reports.wanted(outer)
        #: what the function returned, for text
        self.results: list[EagerTensor] = []
        if outer is not None and outer.sizes is not None:
            self.sizes = StaticShapes()
        #: the concrete function that gave this graph to the user
        self.concrete: Any = None

    def extended(self) -> FuncGraph:
        """A graph that starts with all of this one's nodes and can use its tensors."""
        other = FuncGraph(self.name, self.outer, (self, *self.bases))
        other.nodes = list(self.nodes)
        other.sites = list(self.sites)
        other.ext = list(self.ext)
        other.ext_refs = dict(self.ext_refs)
        other.nslots = self.nslots
        other.specs = list(self.specs)
        other.entries = list(self.entries)
        other.placeholders = list(self.placeholders)
        other.states = dict(self.states)
        other.variable_of = dict(self.variable_of)
        other.assigned = {k: list(v) for k, v in self.assigned.items()}
        other.flows = dict(self.flows)
        other.checked = False
        return other

    def name_of(self, tensor: EagerTensor) -> str:
        """TensorFlow's name of a tensor that a node made: the op's name, numbered."""
        return self._scope() + self._name_of(tensor)

    def _scope(self) -> str:
        """What TensorFlow puts before the names in a branch or a loop's body."""
        if not self.within:
            return ""
        around = self.outer._scope() if isinstance(self.outer, FuncGraph) else ""
        return around + ("cond/" if self.name.startswith("If") else "while/")

    def _name_of(self, tensor: EagerTensor) -> str:
        if self.within and tensor._slot < 0:
            number = -1 - tensor._slot
            return f"Placeholder_{number}:0" if number else "Placeholder:0"
        counts = dict(self.names)
        slot = 0
        for (kernel, _), spec in zip(self.nodes, self.specs, strict=True):
            base = base_name(kernel)
            count = counts.get(base.lower(), 0)  # names that differ by case alone are taken
            counts[base.lower()] = count + 1
            if slot <= tensor._slot < slot + len(spec.outputs):
                return (
                    f"{base}_{count}:{tensor._slot - slot}"
                    if count
                    else f"{base}:{tensor._slot - slot}"
                )
            slot += len(spec.outputs)
        return f"Tensor_{tensor._slot}:0"

    def as_graph_def(self, from_version=None, add_shapes=False, use_pybind11_proto=False) -> Any:
        """The nodes as a `GraphDef` message: names, ops and inputs, without attributes.

        Raises:
          ValueError: for any argument.
        """
        from tfshim._src.function.graph_def import graph_def

        if from_version is not None or add_shapes or use_pybind11_proto:
            raise ValueError("as_graph_def takes no arguments: there are no versions or shapes")
        return graph_def(self, self.results)

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """A name that no other tensor of the graph has: `x`, `x_1`, ..."""
        count = self.names.get(name.lower(), 0)
        if mark_as_used:
            self.names[name.lower()] = count + 1
        return f"{name}_{count}" if count else name

    def _owns(self, trace: Any) -> bool:
        return trace is self or trace in self.bases

    def record(self, kernel, inputs: tuple, spec: Spec, make, site) -> tuple | None:
        if self.sizes is None and any(0 in aval.shape for aval in spec.outputs):
            check_in_graph(kernel, [t.aval for t in inputs])
        refs = []
        for t in inputs:
            trace = t._trace
            if trace is self or (trace is not None and trace in self.bases):
                refs.append(t._slot)
            else:
                if trace is INLINE:
                    self.fleeting = True
                self._check_scope(t)
                refs.append(self.external(t))
        self.nodes.append((kernel, tuple(refs)))
        self.sites.append(site)
        slot = self.nslots
        outs = tuple([make(a, self, slot + i) for i, a in enumerate(spec.outputs)])
        self.nslots = slot + len(outs)
        self.specs.append(spec)
        self.entries.append((kernel, inputs, outs))
        if self.sizes is not None:
            self.sizes.recorded(kernel, outs)
        return outs

    def external(self, tensor) -> int:
        """The ref of a tensor made elsewhere. Literals are constants here, so that one of them has
        one ref, and a pullback reads what its forward node reads."""
        ref = self.ext_refs.get(id(tensor))
        if ref is None:
            self.ext.append(tensor)
            ref = self.ext_refs[id(tensor)] = -len(self.ext)
        return ref

    def _check_scope(self, tensor: EagerTensor) -> None:
        """A symbolic tensor may come from a function around this one, and from nowhere else."""
        trace = tensor._trace
        if trace is None or trace is INLINE or not trace.symbolic:
            return
        outer = self.outer
        while isinstance(outer, FuncGraph):
            if outer._owns(trace):
                return
            outer = outer.outer
        if isinstance(outer, Graph) and trace is outer:
            return
        if not self._surrounds(trace):
            raise out_of_scope(tensor)
        where = (
            f"The tensor {tensor!r} cannot be accessed from {self!r}, because it was defined in "
            f"{trace!r}, which is out of scope."
        )
        raise InaccessibleTensorError(f"{out_of_scope(tensor)}\n\n{where}")

    def __repr__(self) -> str:
        return f"FuncGraph(name={self.name}, id={id(self)})"

    def _surrounds(self, trace: Any) -> bool:
        """Whether a trace is that of a branch or a body in this graph."""
        while isinstance(trace, FuncGraph):
            if self._owns(trace):
                return True
            trace = trace.outer
        return False

    def ref_of(self, tensor: EagerTensor) -> int:
        if self._owns(tensor._trace):
            return tensor._slot
        self._check_scope(tensor)
        return self.external(tensor)

    # -- variables --

    def _state(self, variable: Any) -> VariableState:
        root = variable._root
        state = self.states.get(id(root))
        if state is None:
            with in_trace(self.outer):
                aval = root._current().aval
            handle = pending(aval, self, -1 - len(self.ext))
            self.ext.append(handle)
            self.variable_of[id(handle)] = root
            state = self.states[id(root)] = VariableState(root, handle)
        return state

    def read_variable(self, variable: Any) -> EagerTensor:
        return self._state(variable).current

    def write_variable(self, variable: Any, handle: EagerTensor, flows: bool = False) -> None:
        """Assigns a variable.

        Args:
          variable: the variable.
          handle: its new value.
          flows: whether a branch or a loop gave it, through which cotangents of later reads flow
            on to the value that the node took.
        """
        before = self._state(variable).current
        root = variable._root
        self.states[id(root)] = VariableState(root, handle, True)
        if flows:
            self.flows[id(handle)] = before
        else:
            self.assigned.setdefault(id(root), []).append(handle)
        self.log.append(reports.Write(root, handle))

    def initial(self, variable: Any) -> EagerTensor:
        """The tensor of a variable's value when the program starts."""
        root = variable._root
        return next(t for t in self.ext if self.variable_of.get(id(t)) is root)

    def create_variable(self, variable: Any, value: EagerTensor) -> None:
        """A variable made while tracing: its initial value is lifted out of the function."""
        self.check_may_create()
        if self._owns(value._trace):
            value = self._lift(value)
        else:
            self._check_scope(value)
        with in_trace(self.outer):
            create = getattr(self.outer, "create_variable", None)
            if create is not None and self.outer.symbolic:
                create(variable, value)
            else:
                variable._handle = variable._stored(value)
        self.created.append(variable)

    def lifted_variable(self, variable: Any) -> None:
        """A variable made in a `tf.init_scope` while tracing: the same rules hold."""
        self.check_may_create()
        self.created.append(variable)
        if isinstance(self.outer, FuncGraph):
            self.outer.lifted_variable(variable)

    def check_may_create(self) -> None:
        """Raises ValueError where a function may not create variables."""
        if self.late:
            error = ValueError(
                "Creating variables on a non-first call to a function decorated with tf.function."
            )
            error.ag_pass_through = True  # type: ignore[attr-defined]
            raise error
        if not self.may_create:
            raise ValueError(
                "tf.function only supports singleton tf.Variables created on the first call. Make "
                "sure the tf.Variable is only created once or created outside tf.function. See "
                "https://www.tensorflow.org/guide/function#creating_tfvariables for more "
                "information."
            )

    def _lift(self, value: EagerTensor) -> EagerTensor:
        """Computes an initial value outside of the function."""
        from tfshim._src.dispatch import dispatch
        from tfshim._src.engine.program import live_nodes

        ref = self.ref_of(value)
        live = live_nodes(self.nodes, [len(s.outputs) for s in self.specs], [ref])
        used = {r for (_, refs), alive in zip(self.nodes, live, strict=True) if alive for r in refs}
        used.add(ref)
        for r in used:
            if r < 0 and self._owns(self.ext[-1 - r]._trace):
                source = self.ext[-1 - r]
                if id(source) not in self.variable_of and id(source) not in self.actual:
                    raise ValueError(
                        "Tensor-typed variable initializers must either be wrapped in an "
                        "init_scope or callable (e.g., `tf.Variable(lambda : "
                        "tf.truncated_normal([10, 40]))`) when building functions. Please file a "
                        "feature request if this restriction inconveniences you."
                    )
        kernel, _ = self.finish([value])
        with in_trace(self.outer):
            inputs = []
            for t in self.ext:
                variable = self.variable_of.get(id(t))
                if variable is not None:
                    inputs.append(variable._current())
                elif id(t) in self.actual:
                    inputs.append(self.actual[id(t)])
                elif self._owns(t._trace):
                    from tfshim._src.backprop import zeros

                    inputs.append(zeros(t.aval))  # a placeholder that the value does not depend on
                else:
                    inputs.append(t)
            return dispatch(kernel, tuple(inputs))[0]

    @property
    def written(self) -> list[VariableState]:
        return [s for s in self.states.values() if s.written]

    # -- what tf.Graph users look at --

    @property
    def inputs(self) -> list[EagerTensor]:
        return [described(t) for t in self.placeholders]

    @property
    def outputs(self) -> list[EagerTensor]:
        """The tensors that the function returns, flat."""
        return [described(t) for t in self.results]

    @property
    def structured_outputs(self) -> Any:
        """What the function returns."""
        return self.concrete.structured_outputs

    @property
    def structured_input_signature(self) -> tuple:
        """The arguments that the function was traced with, with specs for tensors."""
        return self.concrete.structured_input_signature

    @property
    def captures(self) -> list[tuple[Any, Any]]:
        """(outside tensor, the same here) pairs of captured tensors."""
        return [
            (t, t)
            for t in self.ext[len(self.placeholders) :]
            if not t._literal and id(t) not in self.constants
        ]

    @property
    def variables(self) -> tuple:
        return tuple(s.variable for s in self.states.values())

    @property
    def trainable_variables(self) -> tuple:
        return tuple(v for v in self.variables if v.trainable)

    def get_operations(self) -> list:
        """The arguments and the nodes, in order."""
        from tfshim._src.function.operations import operations

        return operations(self)

    def as_default(self):
        from tfshim._src.jacobian import capturing

        return capturing(self)


class Described(EagerTensor):
    """A tensor outside of its graph, to be looked at: its shape has None for unknown sizes."""

    @property
    def shape(self) -> TensorShape:
        return self.__dict__["_shown_shape"]


def described(tensor: EagerTensor) -> EagerTensor:
    """The tensor as one that shows unknown sizes, if it has any."""
    shape = shown_shape(tensor)
    if shape.is_fully_defined():
        return tensor
    made = Described.__new__(Described)
    made.aval, made._value, made._trace = tensor.aval, None, tensor._trace
    made._slot, made._literal = tensor._slot, False
    made._name = tensor.name
    made._shown_shape = shape  # type: ignore[attr-defined]
    return made


class VariableState:
    """A variable inside a graph: its current tensor, and whether the graph assigned it."""

    __slots__ = ("variable", "current", "written")

    def __init__(self, variable: Any, current: EagerTensor, written: bool = False):
        self.variable = variable
        self.current = current
        self.written = written


class in_trace:
    """Dispatches into a trace, with no tape looking."""

    def __init__(self, trace: Any):
        self.trace = trace

    def __enter__(self) -> None:
        self.saved = STATE.trace, STATE.recorders
        STATE.trace, STATE.recorders = self.trace, []

    def __exit__(self, *exc) -> None:
        STATE.trace, STATE.recorders = self.saved


def out_of_scope(tensor: Any) -> TypeError:
    """The error for a symbolic tensor that is used where its value cannot get to."""
    error = TypeError(
        f"{tensor!r} is out of scope and cannot be used here. Use return values, explicit Python "
        "locals or TensorFlow collections to access it.\nPlease see "
        "https://www.tensorflow.org/guide/function#all_outputs_of_a_tffunction_must_be_return_"
        f"values for more information.{_defined(tensor)}"
    )
    # TensorFlow finds these when the trace is finished: no line of the user's
    error.ag_pass_through = True  # type: ignore[attr-defined]
    return error


def _defined(tensor: Any) -> str:
    """Where a tensor was made, as far as its function knows."""
    trace, slot = tensor._trace, tensor._slot
    sites = getattr(trace, "sites", ())
    ends = itertools.accumulate(len(spec.outputs) for spec in getattr(trace, "specs", ()))
    place = next((i for i, end in enumerate(ends) if 0 <= slot < end), None)
    if place is None or place >= len(sites) or sites[place] is None:
        return ""
    file, _, line = describe_site(sites[place]).rpartition(":")
    name = sites[place][0].co_name
    return f'\n\n{tensor!r} was defined here:\n    File "{file}", line {line}, in {name}\n'
