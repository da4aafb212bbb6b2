"""The optional C core, and bytecode where the source tree itself is what is imported.

Everything else about the package is in pyproject.toml.
"""

import compileall

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext


class BuildExt(build_ext):
    """Compiles the package's modules too when it is installed in place.

    pip does so for what it copies. Without it every import would compile 200 modules where Python
    is told not to write bytecode, which takes as long as importing JAX.
    """

    def run(self):
        super().run()
        if self.inplace or getattr(self, "editable_mode", False):
            compileall.compile_dir("tfshim", quiet=2)


setup(
    cmdclass={"build_ext": BuildExt},
    ext_modules=[
        # optional: without a compiler the installation succeeds and Python does the work
        Extension(
            "tfshim._src.engine._speed",
            ["tfshim/_src/engine/_speed.c"],
            optional=True,
        )
    ],
)
