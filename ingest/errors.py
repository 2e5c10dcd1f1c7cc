"""Every error and warning of blazon, in one tree.

    BlazonError
    ├── ArgumentError (ValueError)   words or values that are wrong whatever is opened     exit code 2
    │   ├── ShapeError               an array of the wrong shape
    │   └── DtypeError (TypeError)   a value or an array of the wrong type
    ├── SourceError (OSError)        a file that is missing, broken or of an unknown kind  exit code 1
    ├── NotInRecordingError          a view, timeline, class … that the recording lacks    exit code 1
    ├── NothingToDrawError           a recording without anything that can be drawn        exit code 1
    ├── GpuError                     no OpenGL, or not enough of it                        exit code 1
    └── ClusterError                 machines that can't be had, or have no room           exit code 1

A message says what, the value, what was expected and what to do, in one line.
"""


class BlazonError(Exception):
    """The base of everything that blazon raises on purpose."""

    exit_code = 1


class ArgumentError(BlazonError, ValueError):
    """A word or a value that is wrong without opening anything."""

    exit_code = 2


class ShapeError(ArgumentError):
    """An array whose shape does not fit what it is given for."""


class DtypeError(ArgumentError, TypeError):
    """A value or an array whose type does not fit what it is given for."""


class SourceError(BlazonError, OSError):
    """A file that cannot be read: missing, not a recording, too old, or broken."""


class NotInRecordingError(BlazonError, LookupError):
    """A view, timeline, class, time or recording that is asked for and does not exist."""


class NothingToDrawError(BlazonError):
    """A recording, or a part of one, that holds nothing that can be drawn."""


class GpuError(BlazonError, RuntimeError):
    """OpenGL could not be had, or cannot do what was asked."""


class ClusterError(BlazonError, RuntimeError):
    """Other machines could not be had, or cannot do what was asked."""


class BlazonWarning(UserWarning):
    """Data that was drawn otherwise than it was logged, because it could not be drawn as it is."""
