/* The recording of one node in C: what dispatch.py and engine/trace.py do in Python, for the plain
 * case, at a tenth of the cost.
 *
 * Optional: without it (no compiler at installation, or TFSHIM_PURE_PYTHON=1) the Python code does
 * all of the work. The plain case is: the thread's pending trace is where nodes go and does not
 * run, nobody must be told of nodes, the inputs are concrete or of this trace, and the kernel knows
 * their avals. In any other case nothing is touched and the Python code is called.
 *
 * All data are Python objects of the classes defined in Python; their __slots__ are read by offset.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h> /* PyMemberDef, before Python 3.12 */
#if defined(__SSE__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

#define VERSION 6 /* of speed.py */
#define MAX_INPUTS 16 /* of an Entry; of a node there may be any number */
#define LISTENED 1 /* of Pending.told, as in trace.py */
#define ACTIVE 2
#define NOTING 4
#define FEW 32        /* a node's inputs and outputs, nearly always */

static PyObject *tensor_type, *variable_type, *unread_type, *pending_type;
static PyObject *slow_dispatch, *launch, *is_ours, *ours, *config_dict, *flush_dict, *literals, *miss, *thread_key;
static PyObject *recording_type, *span_type, *plan_type;
static PyObject *s_trace, *s_limit, *s_handle, *s_of, *s_max_bytes, *s_trainable, *s_pending, *s_active,
    *s_noting, *open_end;

/* Offsets of the __slots__ that are read here. */
static Py_ssize_t T_AVAL, T_VALUE, T_TRACE, T_SLOT, T_LITERAL, T_NAME;
static Py_ssize_t P_NODES, P_SPECS, P_EXT, P_EXT_REFS, P_HELD, P_NSLOTS, P_OUTS, P_SITES, P_READS,
    P_RUNNING, P_LAST, P_LAST_SPECS, P_LAST_SITES, P_SPARE, P_MATCHED, P_LAUNCH_AT, P_TOLD, P_ASSIGNED, P_CHECKS,
    P_FOLLOWERS, P_MARKS, P_LAST_MARKS;
static Py_ssize_t K_MEMO, K_HOST_ONLY, S_OUTPUTS, S_SINGLE, A_NBYTES, A_DTYPE, A_TRAINABLE;
static Py_ssize_t R_ENTRIES, R_WATCHED, R_VARIABLES, R_FOLLOWS, R_READS_TRACE, R_TRACE, R_SPANS, R_EVENTS,
    R_WATCH_VARIABLES, R_SELF;
static Py_ssize_t N_FIRST, N_END, N_FIRST_SLOT, N_FIRST_READ, N_END_READ; /* of a Span */
static Py_ssize_t L_NODES, L_SPECS, L_SITES, L_EXT, L_WIDTH, L_AVALS, L_SIMPLE; /* of a Plan */

#define AT(object, offset) (*(PyObject **)((char *)(object) + (offset)))

static void set_at(PyObject *object, Py_ssize_t offset, PyObject *value) {
    PyObject *old = AT(object, offset);
    AT(object, offset) = value; /* takes the reference */
    Py_XDECREF(old);
}

/* The base class of tensors. The user's attributes and weak references are rare, so that neither has
 * room in each tensor; and before Python 3.12 only C can offer a buffer: that of the value on the host,
 * to be read. */
typedef struct {
    PyObject_HEAD
    PyObject *dict, *weakrefs;
} Base;

static int get_buffer(PyObject *self, Py_buffer *view, int flags) {
    view->obj = NULL;
    if (flags & PyBUF_WRITABLE) {
        PyErr_SetString(PyExc_BufferError, "Object is not writable.");
        return -1;
    }
    PyObject *array = PyObject_CallMethod(self, "_host_value", NULL);
    if (!array) return -1;
    int failed = PyObject_GetBuffer(array, view, flags);
    Py_DECREF(array); /* the view holds it */
    if (!failed) view->readonly = 1;
    return failed;
}

static int base_traverse(Base *self, visitproc visit, void *arg) {
    Py_VISIT(self->dict);
    return 0;
}

static int base_clear(Base *self) {
    Py_CLEAR(self->dict);
    return 0;
}

static void base_dealloc(Base *self) {
    PyObject_GC_UnTrack(self);
    if (self->weakrefs) PyObject_ClearWeakRefs((PyObject *)self);
    Py_CLEAR(self->dict);
    Py_TYPE(self)->tp_free(self);
}

static PyBufferProcs buffer_procs = {.bf_getbuffer = get_buffer};

static PyGetSetDef base_members[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL}, {NULL}};

static PyTypeObject BaseType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "tfshim._src.engine._speed.Base",
    .tp_doc = "Base()\n--\n\nA class whose objects offer the buffer of what `_host_value()` gives.",
    .tp_basicsize = sizeof(Base),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_getset = base_members,
    .tp_dictoffset = offsetof(Base, dict),
    .tp_weaklistoffset = offsetof(Base, weakrefs),
    .tp_traverse = (traverseproc)base_traverse,
    .tp_clear = (inquiry)base_clear,
    .tp_dealloc = (destructor)base_dealloc,
    .tp_as_buffer = &buffer_procs,
};

/* The dict of this thread's State; borrowed, or NULL. The last thread's is remembered. */
static PyObject *thread_state(void) {
    static uint64_t last_thread;
    static PyObject *last_state; /* borrowed: a thread's State lives as long as the thread */
    uint64_t thread = PyThreadState_GetID(PyThreadState_Get());
    if (thread == last_thread) return last_state;
    PyObject *threads = PyThreadState_GetDict();
    PyObject *state = threads ? PyDict_GetItemWithError(threads, thread_key) : NULL;
    if (state) {
        last_thread = thread;
        last_state = state;
    }
    return state;
}

/* This thread's trace and whether the plain case holds in it; NULL otherwise (no exception). */
static PyObject *plain_trace(int *noting, int *active) {
    PyObject *state = thread_state();
    PyObject *trace = state ? PyDict_GetItemWithError(state, s_trace) : NULL;
    if (!trace || (PyObject *)Py_TYPE(trace) != pending_type) return NULL;
    if (AT(trace, P_RUNNING) != Py_False) return NULL;
    long told = PyLong_AsLong(AT(trace, P_TOLD));
    *active = (told & ACTIVE) != 0;
    *noting = (told & NOTING) != 0;
    return told & LISTENED ? NULL : trace;
}

/* A (code, instruction) pair; the last run's at this place in the trace if it is the same. */
static PyObject *make_site(PyObject *trace, Py_ssize_t at, PyFrameObject *frame, PyObject *code) {
    long lasti = PyFrame_GetLasti(frame);
    PyObject *last = AT(trace, P_LAST_SITES);
    if (at < PyList_GET_SIZE(last)) {
        PyObject *site = PyList_GET_ITEM(last, at);
        if (PyTuple_CheckExact(site) && PyTuple_GET_ITEM(site, 0) == code &&
            PyLong_AsLong(PyTuple_GET_ITEM(site, 1)) == lasti)
            return Py_NewRef(site);
    }
    return Py_BuildValue("(Ol)", code, lasti);
}

/* Whether a code object is in a file of ours: Py_True or Py_False, or NULL with an exception. */
static PyObject *is_our_code(PyCodeObject *code) {
    static struct { PyCodeObject *code; PyObject *known; } recent[64];
    size_t at = ((uintptr_t)code >> 5) % 64;
    if (recent[at].code == code) return recent[at].known;
    PyObject *known = PyDict_GetItemWithError(ours, code->co_filename);
    if (!known && !PyErr_Occurred()) {
        known = PyObject_CallOneArg(is_ours, code->co_filename);
        Py_XDECREF(known); /* True or False; `ours` knows it now */
    }
    if (known) {
        Py_XSETREF(recent[at].code, (PyCodeObject *)Py_NewRef(code));
        recent[at].known = known;
    }
    return known;
}

/* The user's code object and instruction of the call: the innermost frame that is not ours. */
static PyObject *call_site(PyObject *trace, Py_ssize_t at) {
    PyFrameObject *frame = PyThreadState_GetFrame(PyThreadState_Get());
    while (frame) {
        PyCodeObject *code = PyFrame_GetCode(frame);
        PyObject *known = is_our_code(code), *site = NULL;
        PyFrameObject *back = NULL;
        if (known == Py_False) {
            site = make_site(trace, at, frame, (PyObject *)code);
        } else if (known) {
            back = PyFrame_GetBack(frame);
            if (!back) site = Py_NewRef(Py_None);
        }
        Py_DECREF(code);
        Py_DECREF(frame);
        if (!back) return site;
        frame = back;
    }
    return Py_NewRef(Py_None);
}

/* The node (kernel, refs); the last run's at this place in the trace if it is the same. */
static PyObject *make_node(PyObject *trace, Py_ssize_t at, PyObject *kernel, PyObject **refs,
                           Py_ssize_t n) {
    PyObject *last = AT(trace, P_LAST);
    if (at < PyList_GET_SIZE(last)) {
        PyObject *node = PyList_GET_ITEM(last, at), *known = PyTuple_GET_ITEM(node, 1);
        int same = PyTuple_GET_ITEM(node, 0) == kernel && PyTuple_GET_SIZE(known) == n;
        for (Py_ssize_t i = 0; i < n && same; i++)
            same = PyObject_RichCompareBool(PyTuple_GET_ITEM(known, i), refs[i], Py_EQ) == 1;
        if (same) return Py_NewRef(node);
    }
    PyObject *tuple = PyTuple_New(n);
    if (!tuple) return NULL;
    for (Py_ssize_t i = 0; i < n; i++) PyTuple_SET_ITEM(tuple, i, Py_NewRef(refs[i]));
    PyObject *node = PyTuple_Pack(2, kernel, tuple);
    Py_DECREF(tuple);
    return node;
}

/* The ref of an input made elsewhere, as Trace.external gives it. A new reference. */
static PyObject *external(PyObject *trace, PyObject *t) {
    PyObject *ext = AT(trace, P_EXT);
    if (AT(t, T_LITERAL) == Py_True) {
        if (PyList_Append(ext, t) < 0) return NULL;
        return PyLong_FromSsize_t(-PyList_GET_SIZE(ext));
    }
    PyObject *id = PyLong_FromVoidPtr(t);
    if (!id) return NULL;
    PyObject *refs = AT(trace, P_EXT_REFS);
    PyObject *ref = PyDict_GetItemWithError(refs, id);
    if (ref) {
        Py_DECREF(id);
        return Py_NewRef(ref);
    }
    if (PyErr_Occurred() || PyList_Append(ext, t) < 0) goto fail;
    ref = PyLong_FromSsize_t(-PyList_GET_SIZE(ext));
    if (!ref || PyDict_SetItem(refs, id, ref) < 0) goto fail;
    PyObject *held = PyNumber_Add(AT(trace, P_HELD), AT(AT(t, T_AVAL), A_NBYTES));
    if (!held) goto fail;
    set_at(trace, P_HELD, held);
    Py_DECREF(id);
    return ref;
fail:
    Py_XDECREF(ref);
    Py_DECREF(id);
    return NULL;
}

static PyObject *new_handle(PyObject *aval, PyObject *trace, PyObject *slot) {
    PyTypeObject *type = (PyTypeObject *)tensor_type;
    PyObject *t = type->tp_alloc(type, 0);
    if (!t) return NULL;
    AT(t, T_AVAL) = Py_NewRef(aval);
    AT(t, T_VALUE) = Py_NewRef(Py_None);
    AT(t, T_TRACE) = Py_NewRef(trace);
    AT(t, T_SLOT) = Py_NewRef(slot);
    AT(t, T_LITERAL) = Py_NewRef(Py_False);
    return t;
}

/* The handle of an output: the last run's at this slot if nobody held it, or a new one. */
static PyObject *handle_at(PyObject *trace, Py_ssize_t slot, PyObject *aval) {
    PyObject *spare = AT(trace, P_SPARE);
    if (slot < PyList_GET_SIZE(spare)) {
        PyObject *t = PyList_GET_ITEM(spare, slot);
        if (t != Py_None && AT(t, T_AVAL) == aval && AT(t, T_TRACE) == trace && Py_REFCNT(t) == 1) {
            PyList_SET_ITEM(spare, slot, Py_NewRef(Py_None)); /* the list's reference is ours */
            return t;
        }
    }
    PyObject *number = PyLong_FromSsize_t(slot);
    PyObject *t = number ? new_handle(aval, trace, number) : NULL;
    Py_XDECREF(number);
    return t;
}

/* Appends one node and returns its output, or a list of several.
 *
 * Everything is made before anything is appended: making objects can run the garbage collector, and
 * a finaliser can dispatch. If one did, `miss` is returned and the Python code starts afresh.
 */
static PyObject *record(PyObject *trace, PyObject *kernel, PyObject **ins, Py_ssize_t n,
                        PyObject *spec) {
    PyObject *nodes = AT(trace, P_NODES), *outputs = AT(spec, S_OUTPUTS);
    Py_ssize_t count = PyList_GET_SIZE(nodes), width = PyTuple_GET_SIZE(outputs);
    PyObject *node = NULL, *site = NULL, *end = NULL, *result = NULL;
    Py_ssize_t first = PyLong_AsSsize_t(AT(trace, P_NSLOTS));
    PyObject *few[FEW], **refs = few; /* then the outputs */
    if (n + width > FEW && !(refs = PyMem_Malloc((n + width) * sizeof(PyObject *))))
        return PyErr_NoMemory();
    memset(refs, 0, (n + width) * sizeof(PyObject *));
    PyObject **made = refs + n;

    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *t = ins[i];
        refs[i] = AT(t, T_TRACE) == trace ? Py_NewRef(AT(t, T_SLOT)) : external(trace, t);
        if (!refs[i]) goto done;
    }
    if (!(node = make_node(trace, count, kernel, refs, n)) || !(site = call_site(trace, count)))
        goto done;
    for (Py_ssize_t i = 0; i < width; i++)
        if (!(made[i] = handle_at(trace, first + i, PyTuple_GET_ITEM(outputs, i)))) goto done;
    if (!(end = PyLong_FromSsize_t(first + width))) goto done;
    if (AT(spec, S_SINGLE) == Py_True) {
        result = Py_NewRef(made[0]);
    } else if ((result = PyList_New(width))) {
        for (Py_ssize_t i = 0; i < width; i++) PyList_SET_ITEM(result, i, Py_NewRef(made[i]));
    } else {
        goto done;
    }
    if (nodes != AT(trace, P_NODES) || count != PyList_GET_SIZE(nodes)) {
        Py_SETREF(result, Py_NewRef(miss));
        goto done;
    }
    int failed = PyList_Append(nodes, node) < 0 || PyList_Append(AT(trace, P_SPECS), spec) < 0 ||
                 PyList_Append(AT(trace, P_SITES), site) < 0;
    for (Py_ssize_t i = 0; i < width && !failed; i++)
        failed = PyList_Append(AT(trace, P_OUTS), made[i]) < 0;
    if (failed) {
        Py_CLEAR(result);
        goto done;
    }
    set_at(trace, P_NSLOTS, Py_NewRef(end));
    if (count + 1 >= PyLong_AsSsize_t(AT(trace, P_LAUNCH_AT))) {
        PyObject *none = PyObject_CallOneArg(launch, trace);
        if (!none) Py_CLEAR(result);
        Py_XDECREF(none);
    }
done:
    for (Py_ssize_t i = 0; i < n + width; i++) Py_XDECREF(refs[i]);
    if (refs != few) PyMem_Free(refs);
    Py_XDECREF(node);
    Py_XDECREF(site);
    Py_XDECREF(end);
    return result;
}

/* Notes that a variable is read before the next node, for the tapes on this trace. */
static int note_read(PyObject *trace, PyObject *handle, PyObject *variable) {
    PyObject *at = PyLong_FromSsize_t(PyList_GET_SIZE(AT(trace, P_NODES)));
    PyObject *event = at ? PyTuple_Pack(3, at, handle, variable) : NULL;
    int failed = event ? PyList_Append(AT(trace, P_READS), event) : -1;
    Py_XDECREF(at);
    Py_XDECREF(event);
    return failed;
}

/* Whether the trace must run before or after one more node: left to Python. A long trace is asked
 * at each sixteenth node. */
static int is_full(PyObject *trace, Py_ssize_t width) {
    Py_ssize_t count = PyList_GET_SIZE(AT(trace, P_NODES));
    if (count >= 16 && count % 16) return 0;
    PyObject *limit = PyDict_GetItemWithError(config_dict, s_limit);
    PyObject *max_bytes = PyDict_GetItemWithError(flush_dict, s_max_bytes);
    if (!limit || !max_bytes) return 1;
    return PyLong_AsSsize_t(AT(trace, P_NSLOTS)) + width >= PyLong_AsSsize_t(limit) ||
           PyLong_AsLongLong(AT(trace, P_HELD)) >= PyLong_AsLongLong(max_bytes);
}

/* The spec in a memo for these inputs if all can be recorded here; borrowed, or NULL. */
static PyObject *find_spec(PyObject *memo, PyObject *trace, PyObject **ins, Py_ssize_t n) {
    static struct { PyObject *memo, *avals, *spec; } recent[1024];
    uintptr_t h = (uintptr_t)memo >> 4;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *from = AT(ins[i], T_TRACE);
        if (from != trace && from != Py_None) return NULL;
        h = h * 31 + ((uintptr_t)AT(ins[i], T_AVAL) >> 4);
    }
    size_t at = (h ^ (h >> 10)) % 1024;
    PyObject *spec = NULL, *avals = recent[at].avals;
    if (recent[at].memo == memo && PyTuple_GET_SIZE(avals) == n) {
        spec = recent[at].spec;
        for (Py_ssize_t i = 0; i < n; i++)
            if (PyTuple_GET_ITEM(avals, i) != AT(ins[i], T_AVAL)) spec = NULL;
    }
    if (!spec) {
        if (!(avals = PyTuple_New(n))) return NULL;
        for (Py_ssize_t i = 0; i < n; i++)
            PyTuple_SET_ITEM(avals, i, Py_NewRef(AT(ins[i], T_AVAL)));
        if ((spec = PyDict_GetItemWithError(memo, avals))) {
            PyObject *old[] = {recent[at].memo, recent[at].avals, recent[at].spec};
            recent[at].memo = Py_NewRef(memo); /* all three, before any code of the old ones runs */
            recent[at].avals = Py_NewRef(avals);
            recent[at].spec = Py_NewRef(spec);
            for (int i = 0; i < 3; i++) Py_XDECREF(old[i]);
        }
        Py_DECREF(avals);
    }
    return spec && is_full(trace, PyTuple_GET_SIZE(AT(spec, S_OUTPUTS))) ? NULL : spec;
}

/* dispatch(kernel, inputs): as dispatch.py's. */
static PyObject *dispatch(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    if (nargs != 2) {
        PyErr_SetString(PyExc_TypeError, "dispatch takes a kernel and a tuple of tensors");
        return NULL;
    }
    PyObject *kernel = args[0], *inputs = args[1];
    int noting, active;
    PyObject *trace = plain_trace(&noting, &active);
    if (trace && PyTuple_CheckExact(inputs) && AT(kernel, K_HOST_ONLY) == Py_False) {
        Py_ssize_t n = PyTuple_GET_SIZE(inputs);
        PyObject **ins = PySequence_Fast_ITEMS(inputs);
        int plain = 1;
        for (Py_ssize_t i = 0; i < n; i++) plain &= (PyObject *)Py_TYPE(ins[i]) == tensor_type;
        PyObject *spec = plain ? find_spec(AT(kernel, K_MEMO), trace, ins, n) : NULL;
        if (spec) {
            Py_INCREF(spec);
            PyObject *result = record(trace, kernel, ins, n, spec);
            Py_DECREF(spec);
            if (result != miss) return result;
            Py_DECREF(result);
        }
    }
    if (PyErr_Occurred()) return NULL;
    if (!slow_dispatch) {
        PyErr_SetString(PyExc_RuntimeError, "dispatch before tfshim is imported");
        return NULL;
    }
    return PyObject_Vectorcall(slow_dispatch, args, nargs, NULL);
}

/* Entry(kernel, number): a kernel as its public function calls it, with operands that are yet to be
 * converted: tensors, variables, and a Python number beside a tensor. What has been converted and
 * dispatched once, as avals, is accepted without asking again for dtypes. */
typedef struct {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    PyObject *kernel;
    PyObject *memo;
    int number; /* whether the second of two operands may be a Python number */
} Entry;

/* The literal tensor of a number, in the dtype of the tensor beside it; borrowed, or NULL if it was
 * never made. Zeros of floats are left to Python, since 0.0 and -0.0 are equal. */
static PyObject *literal(PyObject *x, PyObject *beside) {
    static PyObject *last_number, *last_dtype, *last_found; /* an optimiser's rate, over and over */
    PyObject *of = AT(AT(beside, T_AVAL), A_DTYPE);
    if (x == last_number && of == last_dtype) return last_found;
    if (!(PyLong_CheckExact(x) || (PyFloat_CheckExact(x) && PyFloat_AS_DOUBLE(x) != 0.0)))
        return NULL;
    PyObject *dtype = PyLong_FromVoidPtr(of);
    PyObject *key = dtype ? PyTuple_Pack(3, x, Py_TYPE(x), dtype) : NULL;
    PyObject *found = key ? PyDict_GetItemWithError(literals, key) : NULL;
    Py_XDECREF(dtype);
    Py_XDECREF(key);
    if (found) {
        Py_XSETREF(last_number, Py_NewRef(x));
        Py_XSETREF(last_found, Py_NewRef(found));
        last_dtype = of;
    }
    return found;
}

static PyObject *entry_call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names) {
    Entry *entry = (Entry *)self;
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    PyObject *ins[MAX_INPUTS], *read[MAX_INPUTS], *result = NULL;
    Py_ssize_t taken = 0;
    int noting, active, reads = 0;
    if (n > MAX_INPUTS || names) return Py_NewRef(miss);
    PyObject *trace = plain_trace(&noting, &active);
    if (!trace) goto missed;
    for (; taken < n; taken++) {
        PyObject *x = args[taken], *t;
        read[taken] = NULL;
        if ((PyObject *)Py_TYPE(x) == tensor_type) {
            t = Py_NewRef(x);
        } else if ((PyObject *)Py_TYPE(x) == variable_type) {
            if (active && !noting) goto missed;
            if (!(t = PyObject_GenericGetAttr(x, s_handle))) goto missed;
            if (active) {
                read[taken] = x;
                reads = 1;
            }
        } else if (entry->number && taken == 1 && (t = literal(x, ins[0]))) {
            Py_INCREF(t);
        } else {
            goto missed;
        }
        ins[taken] = t;
    }
    PyObject *spec = find_spec(entry->memo, trace, ins, n);
    if (!spec) goto missed;
    for (Py_ssize_t i = 0; i < n && reads; i++)
        if (read[i] && note_read(trace, ins[i], read[i]) < 0) goto missed;
    Py_INCREF(spec);
    result = record(trace, entry->kernel, ins, n, spec);
    Py_DECREF(spec);
missed:
    for (Py_ssize_t i = 0; i < taken; i++) Py_DECREF(ins[i]);
    if (result) return result;
    return PyErr_Occurred() ? NULL : Py_NewRef(miss);
}

/* accept(inputs): these tensors went through conversion and dispatch. */
static PyObject *entry_accept(PyObject *self, PyObject *inputs) {
    Entry *entry = (Entry *)self;
    Py_ssize_t n = PyTuple_Size(inputs);
    if (n < 0) return NULL;
    PyObject *avals = PyTuple_New(n);
    if (!avals) return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *t = PyTuple_GET_ITEM(inputs, i);
        if ((PyObject *)Py_TYPE(t) != tensor_type) {
            Py_DECREF(avals);
            Py_RETURN_NONE;
        }
        PyTuple_SET_ITEM(avals, i, Py_NewRef(AT(t, T_AVAL)));
    }
    PyObject *spec = PyDict_GetItemWithError(AT(entry->kernel, K_MEMO), avals);
    if (PyDict_GET_SIZE(entry->memo) > 4096) PyDict_Clear(entry->memo);
    int failed = spec && PyDict_SetItem(entry->memo, avals, spec) < 0;
    Py_DECREF(avals);
    if (failed || PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

static PyObject *entry_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *kernel;
    int number;
    if (!PyArg_ParseTuple(args, "Op", &kernel, &number)) return NULL;
    Entry *entry = (Entry *)type->tp_alloc(type, 0);
    if (!entry) return NULL;
    entry->vectorcall = entry_call;
    entry->kernel = Py_NewRef(kernel);
    entry->number = number;
    if (!(entry->memo = PyDict_New())) Py_CLEAR(entry);
    return (PyObject *)entry;
}

static int entry_traverse(Entry *self, visitproc visit, void *arg) {
    Py_VISIT(self->kernel);
    Py_VISIT(self->memo);
    return 0;
}

static int entry_clear(Entry *self) {
    Py_CLEAR(self->kernel);
    Py_CLEAR(self->memo);
    return 0;
}

static void entry_dealloc(Entry *self) {
    PyObject_GC_UnTrack(self);
    entry_clear(self);
    Py_TYPE(self)->tp_free(self);
}

static PyMethodDef entry_methods[] = {
    {"accept", entry_accept, METH_O, "accept(inputs): such inputs need no conversion any more."},
    {NULL}};

static PyTypeObject EntryType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "tfshim._src.engine._speed.Entry",
    .tp_doc = "A kernel as its public function calls it; gives MISS where Python must do the work.",
    .tp_basicsize = sizeof(Entry),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_new = entry_new,
    .tp_call = PyVectorcall_Call,
    .tp_vectorcall_offset = offsetof(Entry, vectorcall),
    .tp_traverse = (traverseproc)entry_traverse,
    .tp_clear = (inquiry)entry_clear,
    .tp_dealloc = (destructor)entry_dealloc,
    .tp_methods = entry_methods,
};

/* Method(entry, fallback, reflected): an operator of tensors and variables. It calls the entry with
 * its operands (a number before the tensor where it is reflected), and `fallback` on a miss. */
typedef struct {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    PyObject *entry; /* of an Update: the kernel */
    PyObject *fallback;
    int reflected;
    int takes_old; /* of an Update */
} Method;

static PyObject *method_call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names) {
    Method *method = (Method *)self;
    if (PyVectorcall_NARGS(nargsf) == 2 && !names) {
        PyObject *result;
        if (method->reflected) {
            PyObject *t = NULL, *number = NULL;
            if ((PyObject *)Py_TYPE(args[0]) == tensor_type) {
                t = Py_NewRef(args[0]);
            } else if ((PyObject *)Py_TYPE(args[0]) == variable_type) {
                t = PyObject_GenericGetAttr(args[0], s_handle);
            }
            number = t ? literal(args[1], t) : NULL;
            Py_XDECREF(t);
            if (!number) goto fallback;
            PyObject *swapped[] = {number, args[0]};
            result = entry_call(method->entry, swapped, 2, NULL);
        } else {
            result = entry_call(method->entry, args, 2, NULL);
        }
        if (result != miss) return result;
        Py_DECREF(result);
    }
fallback:
    if (PyErr_Occurred()) return NULL;
    return PyObject_Vectorcall(method->fallback, args, nargsf, names);
}

static PyObject *method_get(PyObject *self, PyObject *object, PyObject *type) {
    return object ? PyMethod_New(self, object) : Py_NewRef(self);
}

static PyObject *method_getattr(PyObject *self, PyObject *name) {
    PyObject *fallback = ((Method *)self)->fallback;
    if (!PyUnicode_CompareWithASCIIString(name, "__wrapped__")) return Py_NewRef(fallback); /* signature() */
    if (!PyUnicode_CompareWithASCIIString(name, "__doc__")) return PyObject_GetAttr(fallback, name);
    PyObject *found = PyObject_GenericGetAttr(self, name);
    if (found || !PyErr_ExceptionMatches(PyExc_AttributeError)) return found;
    PyErr_Clear();
    return PyObject_GetAttr(fallback, name); /* __name__, __qualname__, ... */
}

static PyObject *method_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *entry, *fallback;
    int reflected;
    if (!PyArg_ParseTuple(args, "O!Op", &EntryType, &entry, &fallback, &reflected)) return NULL;
    Method *method = (Method *)type->tp_alloc(type, 0);
    if (!method) return NULL;
    method->vectorcall = method_call;
    method->entry = Py_NewRef(entry);
    method->fallback = Py_NewRef(fallback);
    method->reflected = reflected;
    return (PyObject *)method;
}

static int method_traverse(Method *self, visitproc visit, void *arg) {
    Py_VISIT(self->entry);
    Py_VISIT(self->fallback);
    return 0;
}

static int method_clear(Method *self) {
    Py_CLEAR(self->entry);
    Py_CLEAR(self->fallback);
    return 0;
}

static void method_dealloc(Method *self) {
    PyObject_GC_UnTrack(self);
    method_clear(self);
    Py_TYPE(self)->tp_free(self);
}

static PyTypeObject MethodType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "tfshim._src.engine._speed.Method",
    .tp_doc = "An operator that tries a kernel's entry before it calls the Python method.",
    .tp_basicsize = sizeof(Method),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
                Py_TPFLAGS_METHOD_DESCRIPTOR | Py_TPFLAGS_BASETYPE,
    .tp_new = method_new,
    .tp_call = PyVectorcall_Call,
    .tp_vectorcall_offset = offsetof(Method, vectorcall),
    .tp_descr_get = method_get,
    .tp_getattro = method_getattr,
    .tp_traverse = (traverseproc)method_traverse,
    .tp_clear = (inquiry)method_clear,
    .tp_dealloc = (destructor)method_dealloc,
};

/* Update(kernel, fallback, takes_old): a method of variables that is called with a tensor of the
 * value's shape and dtype and nothing else. The variable gets a new handle, the kernel's result for
 * the tensor (`assign`) or for the old value and the tensor (`assign_add`, `assign_sub`); what is
 * returned is an UnreadVariable of it. */
static PyObject *update_call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names) {
    Method *method = (Method *)self;
    int noting, active;
    if (PyVectorcall_NARGS(nargsf) != 2 || names ||
        (PyObject *)Py_TYPE(args[0]) != variable_type ||
        (PyObject *)Py_TYPE(args[1]) != tensor_type)
        goto fallback;
    PyObject *trace = plain_trace(&noting, &active);
    if (!trace || (active && !noting) || PyList_GET_SIZE(AT(trace, P_CHECKS))) goto fallback;
    PyObject *variable = args[0], *handle = PyObject_GenericGetAttr(variable, s_handle);
    if (!handle) goto fallback;
    PyObject *both[] = {handle, args[1]}, *kernel = method->entry, *updated = NULL, *result = NULL;
    PyObject **ins = method->takes_old ? both : both + 1, *spec = NULL;
    Py_ssize_t n = method->takes_old ? 2 : 1;
    if (AT(args[1], T_AVAL) == AT(handle, T_AVAL)) spec = find_spec(AT(kernel, K_MEMO), trace, ins, n);
    if (spec) {
        Py_INCREF(spec);
        updated = record(trace, kernel, ins, n, spec);
        Py_DECREF(spec);
    }
    Py_DECREF(handle);
    if (updated == miss) Py_CLEAR(updated);
    if (!updated) goto fallback;
    set_at(trace, P_ASSIGNED, Py_NewRef(Py_True));
    if (PyObject_GenericSetAttr(variable, s_handle, updated) < 0 ||
        (active && note_read(trace, updated, variable) < 0))
        goto done;
    result = ((PyTypeObject *)unread_type)->tp_alloc((PyTypeObject *)unread_type, 0);
    if (result && PyObject_SetAttr(result, s_of, variable) < 0) Py_CLEAR(result);
done:
    Py_DECREF(updated);
    return result;
fallback:
    if (PyErr_Occurred()) return NULL;
    return PyObject_Vectorcall(method->fallback, args, nargsf, names);
}

static PyObject *update_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *kernel, *fallback;
    int takes_old;
    if (!PyArg_ParseTuple(args, "OOp", &kernel, &fallback, &takes_old)) return NULL;
    Method *method = (Method *)type->tp_alloc(type, 0);
    if (!method) return NULL;
    method->vectorcall = update_call;
    method->takes_old = takes_old;
    method->entry = Py_NewRef(kernel);
    method->fallback = Py_NewRef(fallback);
    return (PyObject *)method;
}

static PyTypeObject UpdateType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "tfshim._src.engine._speed.Update",
    .tp_doc = "A method of variables that replaces the value by a kernel's result for a tensor.",
    .tp_base = &MethodType,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
                Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_basicsize = sizeof(Method),
    .tp_call = PyVectorcall_Call,
    .tp_vectorcall_offset = offsetof(Method, vectorcall),
    .tp_traverse = (traverseproc)method_traverse,
    .tp_clear = (inquiry)method_clear,
    .tp_dealloc = (destructor)method_dealloc,
    .tp_new = update_new,
};

/* alive(outs): the slots whose tensor somebody else holds, and these tensors. What stays in the list are
 * the handles that a later trace may use again: those that nobody knows of. */
static PyObject *alive(PyObject *module, PyObject *outs) {
    PyObject *slots = PyList_New(0), *tensors = PyList_New(0), *result = NULL;
    for (Py_ssize_t i = 0; slots && tensors && i < PyList_GET_SIZE(outs); i++) {
        PyObject *t = PyList_GET_ITEM(outs, i);
        if (t == Py_None) continue;
        if (Py_REFCNT(t) == 1) {
            Base *base = (Base *)t;
            if (!base->dict && !base->weakrefs && !AT(t, T_NAME)) continue;
        } else {
            PyObject *slot = PyLong_FromSsize_t(i);
            int failed = !slot || PyList_Append(slots, slot) < 0 || PyList_Append(tensors, t) < 0;
            Py_XDECREF(slot);
            if (failed) goto done;
        }
        if (PyList_SetItem(outs, i, Py_NewRef(Py_None)) < 0) goto done;
    }
    if (slots && tensors) result = PyTuple_Pack(2, slots, tensors);
done:
    Py_XDECREF(slots);
    Py_XDECREF(tensors);
    return result;
}

/* handles(trace, avals): the tensors of these slots; those that somebody holds, or new ones. */
static PyObject *handles(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    if (nargs != 2 || (PyObject *)Py_TYPE(args[0]) != pending_type || !PyDict_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "handles takes a pending trace and a dict of avals");
        return NULL;
    }
    PyObject *trace = args[0], *found = PyList_New(0), *slot, *aval;
    Py_ssize_t at = 0;
    while (found && PyDict_Next(args[1], &at, &slot, &aval)) {
        Py_ssize_t i = PyLong_AsSsize_t(slot);
        PyObject *t = PyList_GET_ITEM(AT(trace, P_OUTS), i);
        int failed = 0;
        if (t == Py_None) {
            t = handle_at(trace, i, aval);
            failed = !t || PyList_SetItem(AT(trace, P_OUTS), i, t) < 0;
        }
        if (failed || PyList_Append(found, t) < 0) Py_CLEAR(found);
    }
    return found;
}

/* The ref of a tensor in a trace, None if it has none; borrowed. */
static PyObject *ref_of(PyObject *trace, PyObject *t) {
    if (AT(t, T_TRACE) == trace) return AT(t, T_SLOT);
    PyObject *id = PyLong_FromVoidPtr(t);
    PyObject *ref = id ? PyDict_GetItemWithError(AT(trace, P_EXT_REFS), id) : NULL;
    Py_XDECREF(id);
    return ref || PyErr_Occurred() ? ref : Py_None;
}

/* on_track(trace): whether all nodes so far are the expected ones, on the same shapes and dtypes. */
static PyObject *on_track(PyObject *module, PyObject *trace) {
    if ((PyObject *)Py_TYPE(trace) != pending_type) {
        PyErr_SetString(PyExc_TypeError, "on_track takes a pending trace");
        return NULL;
    }
    PyObject *nodes = AT(trace, P_NODES), *specs = AT(trace, P_SPECS);
    PyObject *last = AT(trace, P_LAST), *last_specs = AT(trace, P_LAST_SPECS);
    Py_ssize_t n = PyList_GET_SIZE(nodes), before = PyLong_AsSsize_t(AT(trace, P_MATCHED)), i = before;
    if (n > PyList_GET_SIZE(last) || n > PyList_GET_SIZE(last_specs)) Py_RETURN_FALSE;
    while (i < n && PyList_GET_ITEM(nodes, i) == PyList_GET_ITEM(last, i) &&
           PyList_GET_ITEM(specs, i) == PyList_GET_ITEM(last_specs, i))
        i++;
    if (i != before) {
        PyObject *matched = PyLong_FromSsize_t(i);
        if (!matched) return NULL;
        set_at(trace, P_MATCHED, matched);
    }
    return PyBool_FromLong(i == n);
}

/* structure(trace, events, sources): as plans.py's; NotImplemented for a source of another class. */
static PyObject *structure(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    if (nargs != 3 || !PyList_Check(args[1]) || !PyList_Check(args[2])) {
        PyErr_SetString(PyExc_TypeError, "structure takes a trace, a list of events and of sources");
        return NULL;
    }
    PyObject *trace = args[0], *events = args[1], *sources = args[2];
    PyObject *flat = PyList_New(0), *reads = PyDict_New(), *result = NULL, *given_up = NULL;
    if (!flat || !reads) goto done;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(events); i++) {
        PyObject *event = PyList_GET_ITEM(events, i), *t = PyTuple_GET_ITEM(event, 1);
        PyObject *variable = PyTuple_GET_ITEM(event, 2);
        if (AT(t, T_LITERAL) == Py_True) {
            given_up = Py_None;
            goto done;
        }
        PyObject *ref = ref_of(trace, t);
        if (!ref || PyList_Append(flat, PyTuple_GET_ITEM(event, 0)) < 0 ||
            PyList_Append(flat, ref) < 0)
            goto done;
        if (variable == Py_None) continue;
        PyObject *id = PyLong_FromVoidPtr(variable), *one = PyTuple_Pack(1, ref), *all = NULL;
        PyObject *known = id ? PyDict_GetItemWithError(reads, id) : NULL;
        if (id && one && !PyErr_Occurred())
            all = known ? PySequence_Concat(known, one) : Py_NewRef(one);
        int failed = !all || PyDict_SetItem(reads, id, all) < 0;
        Py_XDECREF(all);
        Py_XDECREF(one);
        Py_XDECREF(id);
        if (failed) goto done;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(sources); i++) {
        PyObject *s = PyList_GET_ITEM(sources, i);
        if ((PyObject *)Py_TYPE(s) == variable_type) {
            PyObject *id = PyLong_FromVoidPtr(s), *handle = NULL;
            PyObject *part = id ? PyDict_GetItemWithError(reads, id) : NULL;
            Py_XDECREF(id);
            if (!part) {
                if (PyErr_Occurred() || !(handle = PyObject_GenericGetAttr(s, s_handle))) goto done;
                part = AT(handle, T_AVAL);
            }
            int failed = PyList_Append(flat, part) < 0;
            Py_XDECREF(handle);
            if (failed) goto done;
        } else if ((PyObject *)Py_TYPE(s) == tensor_type) {
            PyObject *ref = ref_of(trace, s), *aval = AT(s, T_AVAL);
            if (AT(s, T_LITERAL) == Py_True || AT(aval, A_TRAINABLE) != Py_True) {
                given_up = Py_None;
                goto done;
            }
            if (!ref || PyList_Append(flat, aval) < 0 || PyList_Append(flat, ref) < 0) goto done;
        } else {
            given_up = Py_NotImplemented;
            goto done;
        }
    }
    result = PyList_AsTuple(flat);
done:
    Py_XDECREF(flat);
    Py_XDECREF(reads);
    if (given_up && !PyErr_Occurred()) return Py_NewRef(given_up);
    return result;
}

/* all_trainable(events): whether each event's variable is a trainable one. */
static PyObject *all_trainable(PyObject *module, PyObject *events) {
    for (Py_ssize_t i = 0; i < PyList_Size(events); i++) {
        PyObject *variable = PyTuple_GetItem(PyList_GET_ITEM(events, i), 2);
        PyObject *is = variable ? PyObject_GenericGetAttr(variable, s_trainable) : NULL;
        Py_XDECREF(is);
        if (!is) return NULL;
        if (is != Py_True) Py_RETURN_FALSE;
    }
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_TRUE;
}

/* enter(recording): whether it became the only active one on this thread's trace, in the plain case;
 * else nothing is touched. As Recording.resume and State.push. */
static PyObject *enter(PyObject *module, PyObject *recording) {
    PyObject *state = thread_state();
    PyObject *trace = state ? PyDict_GetItemWithError(state, s_trace) : NULL;
    PyObject *active = trace ? PyDict_GetItemWithError(state, s_active) : NULL;
    if (!active || (PyObject *)Py_TYPE(trace) != pending_type ||
        (PyObject *)Py_TYPE(recording) != recording_type ||
        PyDict_GetItemWithError(state, s_pending) != trace || PyList_GET_SIZE(active) ||
        AT(trace, P_ASSIGNED) != Py_False || AT(recording, R_TRACE) != Py_None ||
        PyLong_AsLong(AT(trace, P_TOLD)))
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_False);
    PyObject *span = PyType_GenericAlloc((PyTypeObject *)span_type, 0);
    if (!span) return NULL;
    set_at(span, N_FIRST, PyLong_FromSsize_t(PyList_GET_SIZE(AT(trace, P_NODES))));
    set_at(span, N_FIRST_SLOT, Py_NewRef(AT(trace, P_NSLOTS)));
    set_at(span, N_FIRST_READ, PyLong_FromSsize_t(PyList_GET_SIZE(AT(trace, P_READS))));
    set_at(span, N_END, Py_NewRef(open_end));
    set_at(span, N_END_READ, Py_NewRef(open_end));
    PyObject *told = PyLong_FromLong(ACTIVE | NOTING), *only = PyList_New(1), *result = NULL;
    if (only) PyList_SET_ITEM(only, 0, Py_NewRef(recording));
    if (!told || !only || !AT(span, N_FIRST) || !AT(span, N_FIRST_READ) ||
        PyList_Append(AT(recording, R_SPANS), span) < 0 ||
        PyList_Append(AT(trace, P_FOLLOWERS), AT(recording, R_SELF)) < 0 ||
        PyDict_SetItem(state, s_active, only) < 0 || PyDict_SetItem(state, s_noting, Py_True) < 0)
        goto done;
    set_at(recording, R_TRACE, Py_NewRef(trace));
    set_at(recording, R_FOLLOWS, Py_NewRef(Py_True));
    set_at(recording, R_READS_TRACE, Py_NewRef(Py_True));
    set_at(trace, P_TOLD, Py_NewRef(told));
    result = Py_NewRef(Py_True);
done:
    Py_XDECREF(only);
    Py_XDECREF(told);
    Py_DECREF(span);
    return result;
}

/* leave(recording): whether it was the only active one, in the plain case, and is not any more; else
 * nothing is touched. As Recording.pause and State.pop. */
static PyObject *leave(PyObject *module, PyObject *recording) {
    PyObject *state = thread_state();
    PyObject *trace = state ? PyDict_GetItemWithError(state, s_trace) : NULL;
    PyObject *active = trace ? PyDict_GetItemWithError(state, s_active) : NULL;
    if (!active || (PyObject *)Py_TYPE(trace) != pending_type || PyList_GET_SIZE(active) != 1 ||
        PyList_GET_ITEM(active, 0) != recording || AT(recording, R_FOLLOWS) != Py_True ||
        AT(recording, R_TRACE) != trace || PyLong_AsLong(AT(trace, P_TOLD)) != (ACTIVE | NOTING))
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_False);
    PyObject *spans = AT(recording, R_SPANS);
    PyObject *span = PyList_GET_ITEM(spans, PyList_GET_SIZE(spans) - 1);
    PyObject *end = PyLong_FromSsize_t(PyList_GET_SIZE(AT(trace, P_NODES)));
    PyObject *end_read = PyLong_FromSsize_t(PyList_GET_SIZE(AT(trace, P_READS)));
    PyObject *none = PyList_New(0), *told = PyLong_FromLong(0), *result = NULL;
    if (!end || !end_read || !none || !told || PyDict_SetItem(state, s_noting, Py_False) < 0) goto done;
    set_at(span, N_END, Py_NewRef(end));
    set_at(span, N_END_READ, Py_NewRef(end_read));
    set_at(recording, R_FOLLOWS, Py_NewRef(Py_False));
    set_at(recording, R_READS_TRACE, Py_NewRef(Py_False));
    set_at(trace, P_TOLD, Py_NewRef(told));
    if (PyDict_SetItem(state, s_active, none) == 0) result = Py_NewRef(Py_True);
done:
    Py_XDECREF(end);
    Py_XDECREF(end_read);
    Py_XDECREF(none);
    Py_XDECREF(told);
    return result;
}

/* What was watched or read while a recording was active, as Recording.noted in the plain cases: only
 * one of both, and only trainable variables. NULL without an exception in any other case. */
static PyObject *noted(PyObject *recording, PyObject *trace) {
    PyObject *events = AT(recording, R_EVENTS), *spans = AT(recording, R_SPANS), *all = AT(trace, P_READS);
    Py_ssize_t many = PyList_GET_SIZE(all);
    if (!many) return Py_NewRef(events);
    PyObject *found = PyList_New(0);
    for (Py_ssize_t i = 0; found && i < PyList_GET_SIZE(spans); i++) {
        PyObject *span = PyList_GET_ITEM(spans, i);
        Py_ssize_t first = PyLong_AsSsize_t(AT(span, N_FIRST_READ)), end = PyLong_AsSsize_t(AT(span, N_END_READ));
        for (Py_ssize_t j = first; found && j < end && j < many; j++)
            if (PyList_Append(found, PyList_GET_ITEM(all, j)) < 0) Py_CLEAR(found);
    }
    if (!found) return NULL;
    if (!PyList_GET_SIZE(found)) {
        Py_DECREF(found);
        return Py_NewRef(events);
    }
    PyObject *trainable = NULL;
    if (!PyList_GET_SIZE(events) && AT(recording, R_WATCH_VARIABLES) == Py_True)
        trainable = all_trainable(NULL, found);
    Py_XDECREF(trainable);
    if (trainable != Py_True) Py_CLEAR(found);
    return found;
}

/* The mark of plans.py of the gradients of one target; NULL without an exception if there is none. */
static PyObject *mark_of(PyObject *recording, PyObject *trace, PyObject *target, PyObject *sources,
                         PyObject *unconnected) {
    PyObject *spans = AT(recording, R_SPANS), *events = noted(recording, trace);
    if (!events) return NULL;
    PyObject *given[] = {trace, events, sources}, *flat = structure(NULL, given, 3), *parts = NULL;
    Py_DECREF(events);
    Py_ssize_t n = PyList_GET_SIZE(spans);
    if (flat && PyTuple_CheckExact(flat) && n) parts = PyTuple_New(n);
    for (Py_ssize_t i = 0; parts && i < n; i++) {
        PyObject *span = PyList_GET_ITEM(spans, i);
        PyObject *part = PyTuple_Pack(2, AT(span, N_FIRST), AT(span, N_END));
        if (!part) Py_CLEAR(parts);
        else PyTuple_SET_ITEM(parts, i, part);
    }
    PyObject *mark = NULL;
    if (parts)
        mark = Py_BuildValue("(OOOnn(O)OO)", parts, AT(PyList_GET_ITEM(spans, 0), N_FIRST_SLOT),
                             AT(trace, P_NSLOTS), PyList_GET_SIZE(AT(trace, P_NODES)),
                             PyList_GET_SIZE(AT(trace, P_EXT)), AT(target, T_SLOT), unconnected, flat);
    Py_XDECREF(parts);
    Py_XDECREF(flat);
    return mark;
}

static int extend(PyObject *list, PyObject *more) {
    Py_ssize_t n = PyList_GET_SIZE(list);
    return PyList_SetSlice(list, n, n, more);
}

/* replay(recording, target, sources, unconnected): the gradients, from the plan that was appended at
 * this place when the expected program ran; None, and nothing is touched, if this is not that place. */
static PyObject *replay(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    if (nargs != 4 || (PyObject *)Py_TYPE(args[0]) != recording_type) {
        PyErr_SetString(PyExc_TypeError, "replay takes a recording, a target, sources and a mode");
        return NULL;
    }
    PyObject *recording = args[0], *target = args[1], *trace = AT(recording, R_TRACE), *state = thread_state();
    if (!state || (PyObject *)Py_TYPE(trace) != pending_type ||
        PyDict_GetItemWithError(state, s_trace) != trace || AT(trace, P_RUNNING) != Py_False ||
        PyLong_AsLong(AT(trace, P_TOLD)) & LISTENED || !PyDict_GET_SIZE(AT(trace, P_LAST_MARKS)) ||
        (PyObject *)Py_TYPE(target) != tensor_type || AT(target, T_TRACE) != trace ||
        !PyList_CheckExact(args[2]) || PyList_GET_SIZE(AT(recording, R_ENTRIES)) ||
        PyDict_GET_SIZE(AT(recording, R_VARIABLES)) || PyDict_GET_SIZE(AT(recording, R_WATCHED)))
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    PyObject *matched = on_track(NULL, trace);
    Py_XDECREF(matched);
    if (matched != Py_True) return matched ? Py_NewRef(Py_None) : NULL;
    PyObject *nodes = Py_NewRef(AT(trace, P_NODES)), *plan = NULL, *result = NULL, *width = NULL;
    PyObject *mark = mark_of(recording, trace, target, args[2], args[3]);
    if (mark) plan = Py_XNewRef(PyDict_GetItemWithError(AT(trace, P_LAST_MARKS), mark));
    if (!plan || (PyObject *)Py_TYPE(plan) != plan_type || AT(plan, L_SIMPLE) != Py_True) {
        if (!PyErr_Occurred()) result = Py_NewRef(Py_None);
        goto done;
    }
    if (PyDict_SetItem(AT(trace, P_MARKS), mark, plan) < 0) goto done;
    /* hashing a mark runs Python code, in which another thread may have run the trace */
    if (AT(trace, P_NODES) != nodes || AT(trace, P_RUNNING) != Py_False) {
        result = Py_NewRef(Py_None);
        goto done;
    }
    Py_ssize_t n = PyLong_AsSsize_t(AT(plan, L_WIDTH)), slots = PyLong_AsSsize_t(AT(trace, P_NSLOTS));
    if (!(width = PyLong_FromSsize_t(slots + n)) ||
        extend(AT(trace, P_NODES), AT(plan, L_NODES)) || extend(AT(trace, P_SPECS), AT(plan, L_SPECS)) ||
        extend(AT(trace, P_SITES), AT(plan, L_SITES)) || extend(AT(trace, P_EXT), AT(plan, L_EXT)))
        goto done;
    for (Py_ssize_t i = 0; i < n; i++)
        if (PyList_Append(AT(trace, P_OUTS), Py_None) < 0) goto done;
    set_at(trace, P_NSLOTS, Py_NewRef(width));
    if (PyList_GET_SIZE(AT(trace, P_NODES)) >= PyLong_AsSsize_t(AT(trace, P_LAUNCH_AT))) {
        PyObject *launched = PyObject_CallOneArg(launch, trace);
        Py_XDECREF(launched);
        if (!launched) goto done;
    }
    PyObject *given[] = {trace, AT(plan, L_AVALS)};
    result = handles(NULL, given, 2);
done:
    Py_XDECREF(width);
    Py_XDECREF(plan);
    Py_XDECREF(mark);
    Py_DECREF(nodes);
    return result;
}

/* inputs(ext): the avals of external tensors, and the places of the literals among them. */
static PyObject *inputs(PyObject *module, PyObject *ext) {
    Py_ssize_t n = PyList_Size(ext);
    PyObject *avals = n < 0 ? NULL : PyTuple_New(n), *places = PyList_New(0), *result = NULL;
    for (Py_ssize_t i = 0; avals && places && i < n; i++) {
        PyObject *t = PyList_GET_ITEM(ext, i);
        PyTuple_SET_ITEM(avals, i, Py_NewRef(AT(t, T_AVAL)));
        if (AT(t, T_LITERAL) == Py_False) continue;
        PyObject *place = PyLong_FromSsize_t(i);
        int failed = !place || PyList_Append(places, place) < 0;
        Py_XDECREF(place);
        if (failed) goto done;
    }
    PyObject *tuple = avals && places ? PyList_AsTuple(places) : NULL;
    if (tuple) result = PyTuple_Pack(2, avals, tuple);
    Py_XDECREF(tuple);
done:
    Py_XDECREF(avals);
    Py_XDECREF(places);
    return result;
}

/* digest(nodes): a hash of a list of nodes, for engine/key.py. */
static PyObject *digest(PyObject *module, PyObject *nodes) {
    uint64_t h = 0x9E3779B97F4A7C15u;
    for (Py_ssize_t i = 0, n = PyList_Size(nodes); i < n; i++) {
        PyObject *node = PyList_GET_ITEM(nodes, i), *refs = PyTuple_GET_ITEM(node, 1);
        h = (h ^ (uint64_t)(uintptr_t)PyTuple_GET_ITEM(node, 0)) * 0xFF51AFD7ED558CCDu;
        for (Py_ssize_t j = 0, m = PyTuple_GET_SIZE(refs); j < m; j++) {
            h ^= h >> 32;
            h = (h ^ (uint64_t)PyLong_AsLongLong(PyTuple_GET_ITEM(refs, j))) * 0xC4CEB9FE1A85EC53u;
        }
    }
    if (PyErr_Occurred()) return NULL;
    return PyLong_FromUnsignedLongLong(h ^ (h >> 29));
}

/* enter_thread(state): the dict of this thread's tensor.State. */
static PyObject *enter_thread(PyObject *module, PyObject *state) {
    PyObject *threads = PyThreadState_GetDict();
    if (!threads || PyDict_SetItem(threads, thread_key, state) < 0) return NULL;
    Py_RETURN_NONE;
}

static int find_offset(PyObject *type, const char *name, Py_ssize_t *offset) {
    PyObject *member = PyObject_GetAttrString(type, name);
    if (!member) return -1;
    if (Py_TYPE(member) != &PyMemberDescr_Type) {
        Py_DECREF(member);
        PyErr_Format(PyExc_TypeError, "%R has no slot %s", type, name);
        return -1;
    }
    *offset = ((PyMemberDescrObject *)member)->d_member->offset;
    Py_DECREF(member);
    return 0;
}

static int keep(PyObject **place, PyObject *given, const char *name) {
    PyObject *value = PyDict_GetItemString(given, name);
    if (!value) {
        PyErr_Format(PyExc_TypeError, "setup() needs %s", name);
        return -1;
    }
    Py_XSETREF(*place, Py_NewRef(value));
    return 0;
}

/* setup(**names): the classes and objects that are defined in Python. */
static PyObject *setup(PyObject *module, PyObject *args, PyObject *given) {
    PyObject *kernel = NULL, *spec = NULL, *aval = NULL;
    if (!given) given = PyDict_New();
    if (keep(&tensor_type, given, "tensor") || keep(&variable_type, given, "variable") ||
        keep(&unread_type, given, "unread") ||
        keep(&pending_type, given, "pending") || keep(&slow_dispatch, given, "dispatch") ||
        keep(&launch, given, "launch") || keep(&is_ours, given, "is_ours") || keep(&ours, given, "ours") ||
        keep(&config_dict, given, "config") || keep(&literals, given, "literals") ||
        keep(&kernel, given, "kernel") || keep(&spec, given, "spec") ||
        keep(&aval, given, "aval") || keep(&flush_dict, given, "flush") ||
        keep(&recording_type, given, "recording") || keep(&span_type, given, "span") ||
        keep(&plan_type, given, "plan") || keep(&open_end, given, "open_end"))
        return NULL;
    struct { PyObject *type; const char *name; Py_ssize_t *offset; } slots[] = {
        {tensor_type, "aval", &T_AVAL}, {tensor_type, "_value", &T_VALUE},
        {tensor_type, "_trace", &T_TRACE}, {tensor_type, "_slot", &T_SLOT},
        {tensor_type, "_literal", &T_LITERAL}, {tensor_type, "_name", &T_NAME}, {pending_type, "nodes", &P_NODES},
        {pending_type, "specs", &P_SPECS}, {pending_type, "ext", &P_EXT},
        {pending_type, "ext_refs", &P_EXT_REFS}, {pending_type, "held_bytes", &P_HELD},
        {pending_type, "nslots", &P_NSLOTS}, {pending_type, "outs", &P_OUTS},
        {pending_type, "sites", &P_SITES}, {pending_type, "reads", &P_READS},
        {pending_type, "running", &P_RUNNING}, {pending_type, "last", &P_LAST},
        {pending_type, "last_sites", &P_LAST_SITES}, {pending_type, "last_specs", &P_LAST_SPECS},
        {pending_type, "spare", &P_SPARE}, {pending_type, "matched", &P_MATCHED},
        {pending_type, "launch_at", &P_LAUNCH_AT}, {pending_type, "told", &P_TOLD},
        {pending_type, "assigned", &P_ASSIGNED},
        {pending_type, "checks", &P_CHECKS}, {pending_type, "followers", &P_FOLLOWERS},
        {pending_type, "marks", &P_MARKS}, {pending_type, "last_marks", &P_LAST_MARKS},
        {recording_type, "entries", &R_ENTRIES}, {recording_type, "watched", &R_WATCHED},
        {recording_type, "variables", &R_VARIABLES}, {recording_type, "follows", &R_FOLLOWS},
        {recording_type, "reads_trace", &R_READS_TRACE}, {recording_type, "trace", &R_TRACE},
        {recording_type, "spans", &R_SPANS}, {recording_type, "events", &R_EVENTS},
        {recording_type, "_watch_variables", &R_WATCH_VARIABLES}, {recording_type, "_self", &R_SELF},
        {span_type, "first", &N_FIRST}, {span_type, "end", &N_END}, {span_type, "first_slot", &N_FIRST_SLOT},
        {span_type, "first_read", &N_FIRST_READ}, {span_type, "end_read", &N_END_READ},
        {plan_type, "nodes", &L_NODES}, {plan_type, "specs", &L_SPECS}, {plan_type, "sites", &L_SITES},
        {plan_type, "ext", &L_EXT}, {plan_type, "width", &L_WIDTH}, {plan_type, "avals", &L_AVALS},
        {plan_type, "simple", &L_SIMPLE}, {kernel, "memo", &K_MEMO},
        {kernel, "host_only", &K_HOST_ONLY}, {spec, "outputs", &S_OUTPUTS},
        {spec, "single", &S_SINGLE}, {aval, "nbytes", &A_NBYTES}, {aval, "dtype", &A_DTYPE},
        {aval, "trainable", &A_TRAINABLE}};
    for (size_t i = 0; i < sizeof(slots) / sizeof(*slots); i++)
        if (find_offset(slots[i].type, slots[i].name, slots[i].offset) < 0) return NULL;
    Py_DECREF(kernel);
    Py_DECREF(spec);
    Py_DECREF(aval);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

/* flushed(function, values): function(values) with subnormal numbers taken and given as zeros, as
 * TensorFlow and XLA compute. The processor's mode belongs to the thread, and is put back. */
static PyObject *flushed(PyObject *module, PyObject *const *args, Py_ssize_t n) {
    if (n != 2) return PyErr_Format(PyExc_TypeError, "flushed() takes a function and values");
#if defined(__SSE__) || defined(_M_X64)
    unsigned int before = _mm_getcsr();
    _mm_setcsr(before | 0x8040); /* flush to zero, denormals are zeros */
    PyObject *result = PyObject_CallOneArg(args[0], args[1]);
    _mm_setcsr(before);
#elif defined(__aarch64__) && defined(__GNUC__)
    unsigned long before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | (1UL << 24)));
    PyObject *result = PyObject_CallOneArg(args[0], args[1]);
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
#else
    PyObject *result = PyObject_CallOneArg(args[0], args[1]);
#endif
    return result;
}

static PyMethodDef functions[] = {
    {"dispatch", (PyCFunction)(void (*)(void))dispatch, METH_FASTCALL,
     "dispatch(kernel, inputs): records one node; see tfshim._src.dispatch.dispatch."},
    {"flushed", (PyCFunction)(void (*)(void))flushed, METH_FASTCALL,
     "flushed(function, values): its result, computed without subnormal numbers."},
    {"alive", alive, METH_O, "alive(outs): the slots whose tensor is held, and these tensors."},
    {"handles", (PyCFunction)(void (*)(void))handles, METH_FASTCALL,
     "handles(trace, avals): the tensors of these slots."},
    {"on_track", on_track, METH_O, "on_track(trace): whether its nodes are the expected ones."},
    {"structure", (PyCFunction)(void (*)(void))structure, METH_FASTCALL,
     "structure(trace, events, sources): what a gradient's nodes depend on, flat."},
    {"all_trainable", all_trainable, METH_O,
     "all_trainable(events): whether the variable of each is trainable."},
    {"enter", enter, METH_O, "enter(recording): whether it became active, in the plain case."},
    {"leave", leave, METH_O, "leave(recording): whether it became inactive, in the plain case."},
    {"replay", (PyCFunction)(void (*)(void))replay, METH_FASTCALL,
     "replay(recording, target, sources, unconnected): gradients from the expected plan, or None."},
    {"inputs", inputs, METH_O, "inputs(ext): the avals of tensors, and the places of literals."},
    {"digest", digest, METH_O, "digest(nodes): a hash of a list of nodes."},
    {"enter_thread", enter_thread, METH_O, "enter_thread(state): the dict of a thread's State."},
    {"setup", (PyCFunction)(void (*)(void))setup, METH_VARARGS | METH_KEYWORDS,
     "setup(**names): hands over what is defined in Python."},
    {NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_speed", "The recording of one node in C.", -1, functions};

PyMODINIT_FUNC PyInit__speed(void) {
    PyObject *module = PyModule_Create(&definition);
    if (!module || PyType_Ready(&EntryType) < 0 || PyType_Ready(&MethodType) < 0 ||
        PyType_Ready(&UpdateType) < 0 || PyType_Ready(&BaseType) < 0) return NULL;
    s_trace = PyUnicode_InternFromString("trace");
    s_pending = PyUnicode_InternFromString("pending");
    s_active = PyUnicode_InternFromString("active");
    s_noting = PyUnicode_InternFromString("noting");
    s_limit = PyUnicode_InternFromString("limit");
    s_handle = PyUnicode_InternFromString("_handle");
    s_max_bytes = PyUnicode_InternFromString("MAX_BYTES");
    s_of = PyUnicode_InternFromString("_of");
    s_trainable = PyUnicode_InternFromString("_trainable");
    thread_key = PyUnicode_InternFromString("tfshim._src.tensor.State");
    miss = PyObject_CallNoArgs((PyObject *)&PyBaseObject_Type);
    if (!miss || PyModule_AddIntConstant(module, "VERSION", VERSION) < 0 ||
        PyModule_AddObjectRef(module, "MISS", miss) < 0 ||
        PyModule_AddObjectRef(module, "Entry", (PyObject *)&EntryType) < 0 ||
        PyModule_AddObjectRef(module, "Method", (PyObject *)&MethodType) < 0 ||
        PyModule_AddObjectRef(module, "Update", (PyObject *)&UpdateType) < 0 ||
        PyModule_AddObjectRef(module, "Base", (PyObject *)&BaseType) < 0)
        return NULL;
    return module;
}
