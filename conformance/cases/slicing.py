"""`x[...]` of tensors and variables, with its gradient."""

from conformance.cases.row import code, draw, f32, i32, i64, s, var

_INDEX = """0 -1 1:3 :-1 ::2 ::-1 3:1 1:100 -100:2 ... ...,0 0,... ...,1: tf.newaxis :,tf.newaxis
...,tf.newaxis None,...,None 0,0 0,0,0 0,1:,::-1 :,-1 :,:,1 1:,0,None -1,...,-1 ::-2,1 ::3,::-1,0:2
2:2 :0 np.int64(1) np.int32(-1):""".split()

ROWS = [
    *(code("tf.Tensor.__getitem__", f"lambda x: x[{i}]", draw((4, 3, 2))) for i in _INDEX),
    *(
        code("tf.Variable.__getitem__", f"lambda v: v[{i}]", var(draw((4, 3, 2))))
        for i in ("0", "-1", "1:3", "...,0", ":,None", "0,1,1", "::-1")
    ),
    *(
        code("tf.Tensor.__getitem__", f"lambda x, i: x[{i}]", draw((4, 3)), index)
        for i in ("i", "i:", ":i", "i:i + 2", "::i", "0,i", "i,...", "i,None")
        for index in (i32(1), i64(1), 1)
    ),
    code("tf.Tensor.__getitem__", "lambda x: x[x > 0.5]", draw((4, 3))),
    code("tf.Tensor.__getitem__", "lambda x, i: x[i]", f32([1, 2, 3]), i32(-1), kind="boundary"),
    code("tf.Tensor.__getitem__", "lambda x: x[...]", f32(1.0), kind="boundary"),
    code("tf.Tensor.__getitem__", "lambda x: x[None]", f32(1.0), kind="boundary"),
    code("tf.Tensor.__getitem__", "lambda x: x[:, 0:0]", draw((2, 3)), kind="boundary"),
    code("tf.Tensor.__getitem__", "lambda x: x[1:]", s(["a", "b", "c"])),
    code("tf.Tensor.__getitem__", "lambda x: x[0][1]", draw((2, 3))),
    code("tf.Tensor.__getitem__", "lambda x: x[0] * x[1] + x[-1]", draw((3, 2)), second=True),
    code("tf.Tensor.__getitem__", "lambda x, i: x[i]", f32([1, 2, 3]), i32(3), kind="error"),
    code("tf.Tensor.__getitem__", "lambda x: x[3]", f32([1, 2, 3]), kind="error"),
    code("tf.Tensor.__getitem__", "lambda x: x[-4]", f32([1, 2, 3]), kind="error"),
    code("tf.Tensor.__getitem__", "lambda x: x[0, 0]", f32([1, 2, 3]), kind="error"),
    code("tf.Tensor.__getitem__", "lambda x: x[1.5]", f32([1, 2, 3]), kind="error"),
    code("tf.Tensor.__getitem__", "lambda x: x['a']", f32([1, 2, 3]), kind="error"),
    code("tf.Tensor.__getitem__", "lambda x, i: x[i]", f32([1, 2, 3]), f32(1), kind="error"),
    code("tf.Tensor.__getitem__", "lambda x: x[::0]", f32([1, 2, 3]), kind="error"),
    code("tf.Tensor.__getitem__", "lambda x, i: x[i]", f32([1, 2, 3]), i32([0, 1]), kind="error"),
    code("tf.Tensor.__getitem__", "lambda x: x[[0, 1]]", f32([1, 2, 3]), kind="error"),
]
