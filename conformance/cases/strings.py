"""tf.strings: element by element, patterns, pieces, numbers and their text."""

from conformance.cases.row import (
    b as bools,
    bf16,
    c64,
    draw,
    f16,
    f32,
    f64,
    i8,
    i32,
    i64,
    make,
    ref,
    row,
    s,
    special,
    u8,
)

_WORDS = s(["Straße", "ÀÉ x", "", "aBC dEf", b"\xff\xfeB"])
_RAGGED = make("tf.ragged.constant", [["ab", "c d"], [], ["Ée f"]])
_CHARS = {"unit": "UTF8_CHAR"}
_NAN, _INF = float("nan"), float("inf")


def cases():
    """Case, blanks and lengths."""
    for op in ("tf.strings.upper", "tf.strings.lower"):
        yield row(op, _WORDS)
        yield row(op, s([["ÀÉ x", "Straße ΑΣ"]]), encoding="utf-8")
        yield row(op, "abC É")
        yield row(op, s([]), kind="boundary")
        yield row(op, s(""), encoding="utf-8", kind="boundary")
        yield row(op, s([], (2, 0)), kind="boundary")
        yield row(op, s("a"), encoding="latin1", kind="error")
        yield row(op, i32(1), kind="error")
    op = "tf.strings.strip"
    yield row(op, s([" a b\n", "\t\v\f\rx", "no", "é  "]))
    yield row(op, [[" a"], ["b "]])
    yield row(op, s(["", "  \n", "\x00 a \x00", " x "]), kind="boundary")
    yield row(op, s([]), kind="boundary")
    yield row(op, f32([1]), kind="error")
    op = "tf.strings.length"
    yield row(op, _WORDS)
    yield row(op, s(["Straße", "ÀÉ x", "日本語", "😀"]), **_CHARS)
    yield row(op, ["ab", "c"])
    yield row(op, s(["", "\x00", "a\x00b"]), kind="boundary")
    yield row(op, s([b"\xff\xfe", b"\x80a", ""]), kind="boundary", **_CHARS)
    yield row(op, s([], (0, 2)), kind="boundary")
    yield row(op, s("a"), unit="WORD", kind="error")
    yield row(op, i32([1]), kind="error")


def substrings():
    """Pieces by position."""
    op = "tf.strings.substr"
    yield row(op, s(["hello", "world!"]), 1, 3)
    yield row(op, s(["hello", "world!"]), i32([1, -3]), i32([2, 2]))
    yield row(op, s([["one", "two"], ["three", "four"]]), i64([0, 1]), i64([2, 2]))
    yield row(op, "Straße", 4, 2, **_CHARS)
    yield row(op, s(["日本語", "é"]), i32([1, 0]), i32([1, 1]), **_CHARS)
    yield row(op, s(["abc", "defg"]), -2, -1)
    yield row(op, s("thirteen"), i32([1, 2, 3]), i32([5, 2, 1]))
    yield row(op, s([]), 0, 1, kind="boundary")
    yield row(op, s(""), 0, 4, kind="boundary")
    yield row(op, s("abc"), 3, 4, kind="boundary")
    yield row(op, s("abc"), 1, 0, kind="boundary")
    yield row(op, s("abc"), -3, 99, kind="boundary")
    yield row(op, s("日本"), 2, 1, kind="boundary", **_CHARS)
    yield row(op, s("abc"), 4, 1, kind="error")
    yield row(op, s(["abc", "a"]), -2, 1, kind="error")
    yield row(op, s("日本"), 3, 1, kind="error", **_CHARS)
    yield row(op, s(["ab", "cd", "ef"]), i32([1, 1]), i32([1, 1]), kind="error")
    yield row(op, s(["ab"]), i32([1]), i32([1, 1]), kind="error")
    yield row(op, s("abc"), f32(1), f32(1), kind="error")
    yield row(op, s("abc"), 0, 1, unit="WORD", kind="error")


def joins():
    """Strings put together."""
    op = "tf.strings.join"
    yield row(op, [s(["a", "b"]), s(["c", "d"])])
    yield row(op, [s(["a", "b"]), "x", s(["c", "d"])], separator="-")
    yield row(op, ["a", "b", "c"], ", ")
    yield row(op, [s([["é"]]), s([["日"]])], "ü")
    yield row(op, [s(["a", "b"])], kind="boundary")
    yield row(op, [s([]), s([])], "x", kind="boundary")
    yield row(op, [s([]), "x"], kind="boundary")
    yield row(op, [s(""), s("")], "|", kind="boundary")
    yield row(op, [s(["a", "b"]), s(["c"])], kind="error")
    yield row(op, [s([["a", "b"]]), s(["c", "d"])], kind="error")
    yield row(op, [i32(1), i32(2)], kind="error")
    yield row(op, [1, 2], kind="error")
    op = "tf.strings.reduce_join"
    grid = s([["a", "b", "c"], ["d", "e", "f"]])
    yield row(op, grid)
    yield row(op, grid, 0)
    yield row(op, grid, axis=1, separator="-")
    yield row(op, grid, axis=[0, 1])
    yield row(op, grid, axis=[1, 0], separator=", ")
    yield row(op, grid, axis=-1, keepdims=True)
    yield row(op, [["x", "y"]], 0, True, "/")
    yield row(op, grid, axis=[], kind="boundary")
    yield row(op, s("a"), kind="boundary")
    yield row(op, s([]), separator="x", kind="boundary")
    yield row(op, s([], (2, 0)), 1, kind="boundary")
    yield row(op, s([], (2, 0)), 0, kind="boundary")
    yield row(op, s(["", ""]), separator="|", kind="boundary")
    yield row(op, grid, 2, kind="error")
    yield row(op, grid, [0, 0], kind="error")
    yield row(op, grid, [-3], kind="error")
    yield row(op, i32([1]), kind="error")
    op = "tf.strings.unsorted_segment_join"
    yield row(op, s(["a", "b", "c", "d"]), i32([1, 0, 1, 1]), 2)
    yield row(op, s(["a", "b", "c"]), i64([2, 0, 2]), 4, ":")
    yield row(op, s([["a", "b"], ["c", "d"]]), i32([0, 0]), 1, separator=",")
    yield row(op, s([["a", "b"], ["c", "d"]]), i32([[0, 1], [1, 0]]), i32(2), separator=",")
    yield row(op, s([]), i32([]), 2, kind="boundary")
    yield row(op, s(["a"]), i32([0]), 1, kind="boundary")
    yield row(op, s(["", ""]), i32([0, 0]), 1, "x", kind="boundary")
    yield row(op, s([]), i32([]), 0, kind="boundary")
    yield row(op, s(["a", "b"]), i32([0, 2]), 2, kind="error")
    yield row(op, s(["a", "b"]), i32([0, -1]), 2, kind="error")
    yield row(op, s(["a", "b"]), i32([0, 0, 0]), 2, kind="error")
    yield row(op, s(["a", "b"]), f32([0, 0]), 2, kind="error")
    yield row(op, s(["a", "b"]), i32([0, 0]), -1, kind="error")


def patterns():
    """Regular expressions."""
    op = "tf.strings.regex_replace"
    yield row(op, s(["hello world", "foo", "日本語 text"]), "o", "0")
    yield row(op, s(["hello world", "foo"]), "o", "0", replace_global=False)
    yield row(op, s(["a1b22", "c333"]), r"([a-z])(\d+)", r"\2<\1>")
    yield row(op, s("key=value"), r"(?P<k>\w+)=(?P<v>\w+)", r"\2=\1 (\0)")
    yield row(op, "Tabs\tand  spaces", s(r"\s+"), s(" "))
    yield row(op, s(["straße", "aé"]), "[^a-z]", "_")
    yield row(op, s(["x.y.z", "Ab"]), r"\.|(?i:AB)", r"\\")
    yield row(op, s(["abc", ""]), "", "-", kind="boundary")
    yield row(op, s(["abc", ""]), "x*", "-", kind="boundary")
    yield row(op, s([]), "a", "b", kind="boundary")
    yield row(op, s(["a\n", "b\na"]), "a$", "E", kind="boundary")
    yield row(op, s(["aaa"]), "^a", "", kind="boundary")
    yield row(op, s("a"), "(", "b", kind="error")
    yield row(op, s("a"), "[", "b", kind="error")
    yield row(op, s("a"), "*", "b", kind="error")
    yield row(op, s("a"), "a", r"\1", kind="boundary")
    yield row(op, i32(1), "a", "b", kind="error")
    op = "tf.strings.regex_full_match"
    yield row(op, s(["hello", "hello world", "HELLO"]), "hello.*")
    yield row(op, s([["12", "1a"], ["", "345"]]), r"\d+")
    yield row(op, "日本", s(".."))
    yield row(op, s(["ab", "a", "abc"]), "a|ab")
    yield row(op, s(["", "a"]), "", kind="boundary")
    yield row(op, s([]), "a", kind="boundary")
    yield row(op, s(["a\n", "a"]), "a", kind="boundary")
    yield row(op, s(["a\nb", "a b"]), "a.b", kind="boundary")
    yield row(op, s("a"), "(", kind="error")
    yield row(op, s("a"), "a{2", kind="boundary")
    yield row(op, s("a"), ")", kind="error")
    yield row(op, i32(1), "a", kind="error")


def numbers():
    """Text of numbers, numbers of text."""
    op = "tf.strings.to_number"
    yield row(op, s(["1.5", "-2", "3e4", ".5", "7."]))
    yield row(op, s(["1", "-20", "300"]), ref("tf.int32"))
    yield row(op, s([["0.1"], ["1e300"]]), out_type=ref("tf.float64"))
    yield row(op, s(["9223372036854775807"]), ref("tf.int64"))
    yield row(op, " 12 ", ref("tf.int32"))
    yield row(op, s(["4294967295", "0"]), ref("tf.uint32"))
    yield row(op, s(["inf", "-Infinity", "NaN", "1e99", "-0", "1e-60"]), kind="boundary")
    yield row(op, s([]), kind="boundary")
    yield row(op, s(["-2147483648", "2147483647"]), ref("tf.int32"), kind="boundary")
    yield row(op, s("a"), kind="error")
    yield row(op, s(""), kind="error")
    yield row(op, s("1.5"), ref("tf.int32"), kind="error")
    yield row(op, s("2147483648"), ref("tf.int32"), kind="error")
    yield row(op, s("1 2"), kind="error")
    yield row(op, s("1"), ref("tf.bool"), kind="error")
    yield row(op, s("1"), ref("tf.int8"), kind="error")
    yield row(op, f32(1), kind="error")
    op = "tf.strings.as_string"
    yield row(op, f32([1.5, -2, 3.14159265, 1e10]))
    yield row(op, f64([0.1, 1 / 3]), precision=2)
    yield row(op, f32([1e-5, 12345678]), scientific=True)
    yield row(op, f32([1e-5, 12345678, 0.5]), shortest=True)
    yield row(op, f32([1.5, -20]), width=9, fill="0", precision=1)
    yield row(op, i32([1, -20, 300]), width=6)
    yield row(op, i64([1, -20]), width=6, fill="-")
    yield row(op, i32([1, -20]), width=6, fill="0")
    yield row(op, i32([1, -20]), fill="+")
    yield row(op, bools([[True], [False]]))
    yield row(op, bools([True, False]), width=7)
    yield row(op, c64([1 + 2j, -0.5j]), precision=1)
    yield row(op, s(["a", "é"]))
    yield row(op, [1, 2])
    yield row(op, 2.5)
    yield row(op, f16([1.5, 0.1]))
    yield row(op, bf16([1.5, 0.1]))
    yield row(op, u8([0, 255]))
    yield row(op, i8([-128, 127]))
    yield row(op, f32([_NAN, _INF, -_INF, 0.0, -0.0]), kind="boundary")
    yield row(op, f64([1.7976931348623157e308, 5e-324]), shortest=True, kind="boundary")
    yield row(op, special("int64"), kind="boundary")
    yield row(op, f32([]), kind="boundary")
    yield row(op, f32([0.5, 1.5, 2.5]), precision=0, kind="boundary")
    yield row(op, i32([1]), precision=2, kind="error")
    yield row(op, i32([1]), scientific=True, kind="error")
    yield row(op, f32([1]), scientific=True, shortest=True, kind="error")
    yield row(op, f32([1]), fill="xy", kind="error")
    yield row(op, f32([1]), fill="x", width=3, kind="error")
    op = "tf.strings.format"
    yield row(op, "x: {}", f32([1, 2.5]))
    yield row(op, "{} and {}", (i32([[1, 2], [3, 4]]), s(["a", "b"])))
    yield row(op, "<$>", i32(range(20)), placeholder="$")
    yield row(op, "{}", i32(range(20)), summarize=2)
    yield row(op, "{}", i32(range(8)), summarize=-1)
    yield row(op, "{}!", [f64(0.1)])
    yield row(op, "{}", draw((3, 4), "bool"))
    yield row(op, "{}", f32([]), kind="boundary")
    yield row(op, "{}", i32(7), kind="boundary")
    yield row(op, "nothing", [], kind="boundary")
    yield row(op, "{}", f32([_NAN, _INF, -0.0, 1e-8]), kind="boundary")
    yield row(op, "{} {}", i32(1), kind="error")
    yield row(op, "none", i32(1), kind="error")


def pieces():
    """Strings cut into ragged pieces."""
    op = "tf.strings.split"
    yield row(op, s(["hello world", "a b  c"]))
    yield row(op, s("one two  three"))
    yield row(op, s(["a,b,,c", "d"]), sep=",")
    yield row(op, s(["a b c d", "e f"]), maxsplit=1)
    yield row(op, s([["a b", "c"], ["d e f", ""]]))
    yield row(op, _RAGGED)
    yield row(op, ["x--y--z"], "--", 1)
    yield row(op, s(["é日 本"]))
    yield row(op, s([]), kind="boundary")
    yield row(op, s(["", " ", "  a "]), kind="boundary")
    yield row(op, s(["", ",", "a,"]), ",", kind="boundary")
    yield row(op, s(["a b c", ""]), maxsplit=0, kind="boundary")
    yield row(op, s(["a,b,c"]), ",", 0, kind="boundary")
    yield row(op, s(""), kind="boundary")
    yield row(op, i32([1, 2]), kind="error")
    yield row(op, 5, kind="error")
    op = "tf.strings.bytes_split"
    yield row(op, s(["hello", "", "é"]))
    yield row(op, s("abc"))
    yield row(op, s([["ab", "c"], ["", "d"]]))
    yield row(op, _RAGGED)
    yield row(op, ["x", "yz"])
    yield row(op, s([]), kind="boundary")
    yield row(op, s(""), kind="boundary")
    yield row(op, s([b"\x00\xff"]), kind="boundary")
    yield row(op, i32([1]), kind="error")
    op = "tf.strings.ngrams"
    yield row(op, s(["a", "b", "c", "d"]), 2)
    yield row(op, s([["a", "b", "c"], ["d", "e", "f"]]), 2, separator="|")
    yield row(op, s(["a", "b", "c"]), [1, 3])
    yield row(op, s(["a", "b", "c"]), 2, pad_values=("<", ">"))
    yield row(op, s(["a", "b", "c"]), 3, pad_values="!", padding_width=1)
    yield row(op, _RAGGED, 2)
    yield row(op, _RAGGED, 2, preserve_short_sequences=True)
    yield row(op, ["a", "b"], (2,))
    yield row(op, s([]), 2, kind="boundary")
    yield row(op, s(["a"]), 2, kind="boundary")
    yield row(op, s(["a"]), 2, preserve_short_sequences=True, kind="boundary")
    yield row(op, s([], (2, 0)), 1, kind="boundary")
    yield row(op, s(["a", "b"]), 1, pad_values=("", ""), kind="boundary")
    yield row(op, s(["a", "b"]), 0, kind="error")
    yield row(op, s("a"), 1, kind="error")
    yield row(op, s(["a"]), 2, padding_width=1, kind="error")
    yield row(op, s(["a"]), 2, pad_values=("a",), kind="error")
    yield row(op, s(["a"]), 2, pad_values="a", padding_width=0, kind="error")
    yield row(op, s(["a"]), 2, pad_values=3, kind="error")
    yield row(op, i32([1, 2]), 2, kind="error")


_BROKEN = s([b"a\xffb", b"\xe3\x81", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80!"])


def unicode():
    """Code points and encodings."""
    for name in ("decode", "split"):
        for tail in ("", "_with_offsets"):
            op = f"tf.strings.unicode_{name}{tail}"
            yield row(op, s(["aé", "日本語", "", "😀x"]), "UTF-8")
            yield row(op, s("Gödel"), "UTF-8")
            yield row(op, s([b"\x00a\x00b", b"\xd8\x3d\xde\x00"]), "UTF-16-BE")
            yield row(op, s([["a", "bc"], ["é", ""]]), "UTF-8")
            yield row(op, _RAGGED, "UTF-8")
            yield row(op, ["ab"], input_encoding="UTF-8")
            yield row(op, _BROKEN, "UTF-8", kind="boundary")
            yield row(op, _BROKEN, "UTF-8", errors="ignore", kind="boundary")
            yield row(op, _BROKEN, "UTF-8", replacement_char=63, kind="boundary")
            yield row(op, s([]), "UTF-8", kind="boundary")
            yield row(op, s(""), "UTF-8", kind="boundary")
            yield row(op, s(["a\x00b"]), "UTF-8", kind="boundary")
            yield row(op, _BROKEN, "UTF-8", errors="strict", kind="error")
            yield row(op, s("a"), "UTF-99", kind="error")
            yield row(op, s("a"), "UTF-8", errors="never", kind="error")
            yield row(op, i32([1]), "UTF-8", kind="error")
    for tail in ("", "_with_offsets"):
        op = f"tf.strings.unicode_decode{tail}"
        yield row(op, s(["a\tb\x7f"]), "UTF-8", replace_control_characters=True)
        yield row(op, s([b"caf\xe9"]), "LATIN1")
        yield row(op, s([b"\x00\x00\x00a"]), "UTF-32-BE")
    op = "tf.strings.unicode_encode"
    yield row(op, i32([97, 233, 26085, 128512]), "UTF-8")
    yield row(op, i32([[72, 105], [233, 33]]), "UTF-8")
    yield row(op, i32([97, 128512]), "UTF-16-BE")
    yield row(op, i32([97, 128512]), "UTF-32-BE")
    yield row(op, make("tf.ragged.constant", [[72, 105], [], [33]]), "UTF-8")
    yield row(op, [[72], [105, 33]], "UTF-8", kind="error")
    yield row(op, i32([97, 0xD800, 0x110000, -1]), "UTF-8", kind="boundary")
    yield row(op, i32([97, 0xD800, 98]), "UTF-8", errors="ignore", kind="boundary")
    yield row(op, i32([97, 0xD800, 98]), "UTF-8", replacement_char=63, kind="boundary")
    yield row(op, i32([]), "UTF-8", kind="boundary")
    yield row(op, i32([], (2, 0)), "UTF-8", kind="boundary")
    yield row(op, i32([0]), "UTF-8", kind="boundary")
    yield row(op, i32([97, 0xD800]), "UTF-8", errors="strict", kind="error")
    yield row(op, i32([97]), "LATIN1", kind="error")
    yield row(op, i32(97), "UTF-8", kind="error")
    yield row(op, f32([97]), "UTF-8", kind="error")
    op = "tf.strings.unicode_transcode"
    yield row(op, s(["aé", "日本", "😀"]), "UTF-8", "UTF-16-BE")
    yield row(op, s(["aé"]), "UTF-8", "UTF-32-BE")
    yield row(op, s(b"caf\xe9"), "LATIN1", "UTF-8")
    yield row(op, s(b"\x00a\x30\x42"), "UTF-16-BE", "UTF-8")
    yield row(op, "a\tb", "UTF-8", "UTF-8", replace_control_characters=True)
    yield row(op, _BROKEN, "UTF-8", "UTF-8", kind="boundary")
    yield row(op, _BROKEN, "UTF-8", "UTF-8", errors="ignore", kind="boundary")
    yield row(op, _BROKEN, "UTF-8", "UTF-8", replacement_char=32, kind="boundary")
    yield row(op, s([]), "UTF-8", "UTF-8", kind="boundary")
    yield row(op, s(""), "UTF-8", "UTF-16-BE", kind="boundary")
    yield row(op, _BROKEN, "UTF-8", "UTF-8", errors="strict", kind="error")
    yield row(op, s("a"), "UTF-8", "LATIN1", kind="error")
    yield row(op, s("a"), "UTF-99", "UTF-8", kind="error")
    yield row(op, i32(1), "UTF-8", "UTF-8", kind="error")


def hashes():
    """Buckets: strings of every length up to more than four blocks of each hash."""
    lengths = s(["xy"[n % 2] * n for n in range(140)])
    keys = {"tf.strings.to_hash_bucket_strong": ([12345, -6789],)}
    for name in ("", "_fast", "_strong"):
        op = f"tf.strings.to_hash_bucket{name}"
        key = keys.get(op, ())
        yield row(op, lengths, 2**62, *key)
        yield row(op, s([["a", "Hello"], ["TensorFlow", ""]]), 1000, *key)
        yield row(op, s("a"), 1, *key, kind="boundary")
        yield row(op, s([]), 7, *key, kind="boundary")
        yield row(op, i32([1, 2]), 7, *key, kind="error")
        yield row(op, s("a"), "b", *key, kind="error")
        yield row(
            op, s("a"), 0, *key, kind="error",
            text="Value for attr 'num_buckets' of 0 must be at least minimum 1",
            reason="without the op's definition",
        )  # fmt: skip
    yield row(op, s("a"), 7, [1], kind="error")
    yield row(op, s("a"), 7, 3, kind="error")


ROWS = [
    *cases(),
    *substrings(),
    *joins(),
    *patterns(),
    *numbers(),
    *pieces(),
    *unicode(),
    *hashes(),
]
