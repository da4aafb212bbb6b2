"""The optional C core. Everything else about the package is in pyproject.toml."""

from setuptools import Extension, setup

setup(
    ext_modules=[
        # optional: without a compiler the installation succeeds and Python does the work
        Extension(
            "tfshim._src.engine._speed",
            ["tfshim/_src/engine/_speed.c"],
            optional=True,
        )
    ]
)
