"""`tf.__internal__.tracking`: objects that know which objects they hold."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


class Trackable:
    """Base of objects that other objects can list as theirs."""

    def _track_trackable(self, trackable: Any, name: str, overwrite: bool = False) -> Any:
        """Remembers `trackable` under `name`.

        Raises:
          TypeError: for what is no `Trackable`.
          ValueError: for a name that is taken, unless `overwrite`.
        """
        if not isinstance(trackable, Trackable):
            raise TypeError(
                "Trackable._track_trackable() can only be used to track objects of type "
                f"Trackable. Got type {type(trackable)}."
            )
        known = self.__dict__.setdefault("_self_tracked_trackables", {})
        if known.get(name, trackable) is not trackable and not overwrite:
            raise ValueError(
                f"Called Trackable._track_trackable() with name='{name}', but a "
                "Trackable with this name is already declared as a dependency."
            )
        known[name] = trackable
        return trackable

    def _no_dependency(self, value: Any) -> Any:
        """The value: what is called where an attribute should not be tracked."""
        return value

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict[str, Any]:
        """What was tracked, by name; the same for every kind of saving."""
        return dict(self.__dict__.get("_self_tracked_trackables", {}))


class AutoTrackable(Trackable):
    """Tracks what is assigned to its attributes, and forgets what is deleted."""

    def __setattr__(self, name: str, value: Any) -> None:
        if getattr(self, "_self_setattr_tracking", True) and isinstance(value, Trackable):
            self._track_trackable(value, name, overwrite=True)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        self.__dict__.get("_self_tracked_trackables", {}).pop(name, None)
        super().__delattr__(name)


def no_automatic_dependency_tracking(method: Callable) -> Callable:
    """Decorates a method in which assignments to attributes are not tracked."""

    @functools.wraps(method)
    def untracked(self, *args, **kwargs):
        saved = getattr(self, "_self_setattr_tracking", True)
        self._self_setattr_tracking = False
        try:
            return method(self, *args, **kwargs)
        finally:
            self._self_setattr_tracking = saved

    return untracked


class DelegatingTrackableMixin:
    """A wrapper that shows what the wrapped object holds as its own.

    Args:
      trackable_obj: the wrapped object.
    """

    def __init__(self, trackable_obj: Any):
        self._trackable = trackable_obj

    @property
    def _setattr_tracking(self) -> bool:
        return getattr(self._trackable, "_self_setattr_tracking", True)

    @_setattr_tracking.setter
    def _setattr_tracking(self, value: bool) -> None:
        self._trackable._self_setattr_tracking = value

    def _track_trackable(self, trackable: Any, name: str, overwrite: bool = False) -> Any:
        """Remembers `trackable` at the wrapped object."""
        return self._trackable._track_trackable(trackable, name, overwrite)

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict[str, Any]:
        """What the wrapped object holds."""
        return self._trackable._trackable_children(save_type, **kwargs)


def register_session_provider(session_provider: Callable) -> None:
    """Ignored: tells how checkpoints find Keras' session."""
