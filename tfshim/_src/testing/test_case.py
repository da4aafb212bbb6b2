"""`tf.test.TestCase`: absl's test case with seeds, values of tensors, and checked threads."""

from __future__ import annotations

import contextlib
import os
import random
import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from absl.testing import absltest

from tfshim._src import errors
from tfshim._src.device import DeviceSpec
from tfshim._src.random_state import DEFAULT_GRAPH_SEED, set_seed
from tfshim._src.registry import export
from tfshim._src.testing.arrays import ArrayAssertions


class _EagerSession:
    """What `cached_session` gives: `run` reads values."""

    def __init__(self, case: TestCase):
        self._case = case

    def run(self, fetches, *args, **kwargs) -> Any:
        """The values of a structure of tensors.

        Raises:
          RuntimeError: for anything to feed, and other options.
        """
        eager = "(in this case, sess.run(t) is shorthand for t.numpy()"
        if kwargs.pop("feed_dict", None):
            raise RuntimeError(
                f"feed_dict is not supported when eager execution is enabled {eager}"
            )
        if args or kwargs:
            raise RuntimeError(
                f"Optional args are not supported when eager execution is enabled {eager}"
            )
        return self._case.evaluate(fetches)


class _NoSession:
    """What `session` gives."""

    def __getattr__(self, name: str):
        raise AttributeError(
            "Trying to access properties or call methods on the result of self.session(), "
            "self.cached_session(), etc while eager execution is enabled. If you're porting this "
            "test case to TF 2.0, either adapt the test to work with eager execution or insert a "
            "call to tf.disable_eager_execution() in the main() function of this test file."
        )


class _Captured:
    """What was written to a stream, in a file."""

    def __init__(self, path: str):
        self.capture_location = path

    def contents(self) -> str:
        with open(self.capture_location, encoding="utf-8") as file:
            return file.read()


class _CheckedThread:
    """A thread of a test: what it raises fails the test."""

    def __init__(self, case: TestCase, target: Callable, args: tuple | None, kwargs: dict | None):
        self._case = case
        self._error: Exception | None = None
        self._joined = False

        def run() -> None:
            try:
                target(*(args or ()), **(kwargs or {}))
            except Exception as error:
                self._error = error

        self._thread = threading.Thread(target=run)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        """Waits for the thread; fails the test if it raised."""
        self._joined = True
        self._thread.join()
        if self._error is not None:
            self._case.fail(f"Error in checkedThread: {self._error}")

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def check_termination(self) -> None:
        """Fails the test if nobody waited for the thread."""
        if not self._joined:
            self._case.fail("A checked thread was not joined.")
        if self.is_alive():
            raise RuntimeError(
                "Thread was not joined with main thread, and is still running when the test "
                "finished."
            )


@export("tf.test.TestCase")
class TestCase(ArrayAssertions):
    """A unit test: each starts with the same seeds, and compares tensors as arrays.

    It is a subclass of `absl.testing.absltest.TestCase`, with all its assertions.

    Args:
      methodName: the name of the method that is the test.
    """

    def __init__(self, methodName="runTest"):
        super().__init__(methodName)
        self._threads: list[_CheckedThread] = []
        self._tempdir: str | None = None
        self._set_default_seed = True

    def setUp(self):
        """Seeds Python, NumPy and tf.random."""
        super().setUp()
        random.seed(DEFAULT_GRAPH_SEED)
        np.random.seed(DEFAULT_GRAPH_SEED)
        if self._set_default_seed:
            set_seed(DEFAULT_GRAPH_SEED)
        if self.id().endswith(".test_session"):
            self.skipTest("Not a test.")

    def tearDown(self):
        """Fails if a checked thread was not joined."""
        for thread in self._threads:
            thread.check_termination()
        super().tearDown()

    def get_temp_dir(self) -> str:
        """A new folder for this test, the same at each call; it goes when the process ends."""
        if self._tempdir is None:
            self._tempdir = tempfile.mkdtemp(dir=_temporary())
        return self._tempdir

    @contextlib.contextmanager
    def captureWritesToStream(self, stream) -> Iterator[_Captured]:
        """What is written to a stream of the system, `sys.stderr` say, goes to a file meanwhile.

        Args:
          stream: an open file with a descriptor.

        Yields:
          An object whose `contents()` is the text.
        """
        stream.flush()
        number = stream.fileno()
        descriptor, path = tempfile.mkstemp(dir=self.get_temp_dir())
        kept = os.dup(number)
        os.dup2(descriptor, number)
        try:
            yield _Captured(path)
        finally:
            stream.flush()
            os.close(descriptor)
            os.dup2(kept, number)
            os.close(kept)

    # -- sessions ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def session(self, graph=None, config=None, use_gpu=True, force_gpu=False) -> Iterator[Any]:
        """A context without a session: there are no graphs. The arguments mean nothing in it."""
        yield _NoSession()

    @contextlib.contextmanager
    def cached_session(
        self, graph=None, config=None, use_gpu=True, force_gpu=False
    ) -> Iterator[_EagerSession]:
        """A context with an object whose `run` is `evaluate`; the arguments mean nothing in it."""
        yield _EagerSession(self)

    @contextlib.contextmanager
    def test_session(self, graph=None, config=None, use_gpu=True, force_gpu=False) -> Iterator[Any]:
        """A context without a session, for old tests."""
        if self.id().endswith(".test_session"):
            self.skipTest(
                'Tests that have the name "test_session" are automatically skipped by TensorFlow '
                "test fixture, as the name is reserved for creating sessions within tests. Please "
                "rename your test if you have a test with this name."
            )
        yield None

    # -- errors --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def assertRaisesWithPredicateMatch(
        self, exception_type, expected_err_re_or_predicate
    ) -> Iterator[None]:
        """Fails unless the body raises an exception of this type that matches.

        Args:
          exception_type: a class.
          expected_err_re_or_predicate: a regular expression to be found in the message, or a
            function of the exception.
        """
        wanted = expected_err_re_or_predicate

        def matches(error: Exception) -> Any:
            if callable(wanted):
                return wanted(error)
            text = error.message if isinstance(error, errors.OpError) else str(error)
            return re.search(wanted, text)

        try:
            yield
            self.fail(f"{exception_type.__name__} not raised")
        except Exception as error:
            if not isinstance(error, exception_type) or not matches(error):
                raise AssertionError(f"Exception of type {type(error)}: {error}") from error

    def assertRaisesOpError(self, expected_err_re_or_predicate):
        """`assertRaisesWithPredicateMatch` for `tf.errors.OpError`."""
        return self.assertRaisesWithPredicateMatch(errors.OpError, expected_err_re_or_predicate)

    def assertRaisesIncompatibleShapesError(self, exception_type=errors.InvalidArgumentError):
        """`assertRaisesWithPredicateMatch` for what says that shapes do not fit."""
        return self.assertRaisesWithPredicateMatch(
            exception_type,
            r"Incompatible shapes|Dimensions must be equal|required broadcastable shapes",
        )

    # -- other assertions ----------------------------------------------------------------------

    def assertStartsWith(self, actual, expected_start, msg=None):
        """Fails unless a string starts with another."""
        if not actual.startswith(expected_start):
            more = f" : {msg!r}" if msg else ""
            self.fail(f"{actual!r} does not start with {expected_start!r}{more}")

    def assertDeviceEqual(self, device1, device2, msg=None):
        """Fails unless two names are names of the same device."""
        a, b = _device_name(device1), _device_name(device2)
        self.assertEqual(a, b, f"Devices {a} and {b} are not equal. {msg}")

    def checkedThread(self, target, args=None, kwargs=None) -> _CheckedThread:
        """A thread, not started, that must be joined before the test ends.

        Args:
          target: a function; what it raises fails the test.
          args, kwargs: its arguments.
        """
        self._threads.append(_CheckedThread(self, target, args, kwargs))
        return self._threads[-1]

    # Old names, which unittest had up to Python 3.11 and old tests use.
    assertItemsEqual: Any = absltest.TestCase.assertCountEqual
    assertRaisesRegexp: Any = absltest.TestCase.assertRaisesRegex
    assertRegexpMatches: Any = absltest.TestCase.assertRegex
    assertNotRegexpMatches: Any = absltest.TestCase.assertNotRegex
    assertEquals: Any = absltest.TestCase.assertEqual
    assertNotEquals: Any = absltest.TestCase.assertNotEqual
    assertAlmostEquals: Any = absltest.TestCase.assertAlmostEqual
    assertNotAlmostEquals: Any = absltest.TestCase.assertNotAlmostEqual
    assert_: Any = absltest.TestCase.assertTrue
    failIf: Any = absltest.TestCase.assertFalse
    failIfEqual: Any = absltest.TestCase.assertNotEqual
    failIfAlmostEqual: Any = absltest.TestCase.assertNotAlmostEqual
    failUnless: Any = absltest.TestCase.assertTrue
    failUnlessEqual: Any = absltest.TestCase.assertEqual
    failUnlessAlmostEqual: Any = absltest.TestCase.assertAlmostEqual
    failUnlessRaises: Any = absltest.TestCase.assertRaises


def _device_name(device: Any) -> str:
    if device is None:
        return ""
    found = device if isinstance(device, DeviceSpec) else DeviceSpec.from_string(device)
    return found.to_string()


_folder: tempfile.TemporaryDirectory | None = None


def _temporary() -> str:
    """One folder for the process, below $TEST_TMPDIR if that is set."""
    global _folder
    if _folder is None:
        _folder = tempfile.TemporaryDirectory(prefix=os.environ.get("TEST_TMPDIR", "tf_test"))
    return _folder.name
