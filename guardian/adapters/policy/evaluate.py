"""Rego in a process of its own: `python -P -m <this module> SECONDS BYTES`.

It may never end, take all memory or crash: the library is native code. Standard input is one line of JSON,
`{"modules": [[path, source], ...], "queries": [...]}`, and then the text of Rego's `input`. Standard output
is one JSON object with one of these keys:

- `answers`: by query its value, or null where it is undefined
- `module`: the path of a file that does not compile, with the library's `words` and the `offset` in bytes
- `query`: one that cannot be evaluated, with the library's `words`
- `missing`, `memory`: true
"""

import json
import os
import re
import resource
import signal
import sys
import threading
import time
from typing import Any, BinaryIO

_WORDS = re.compile(r"\(errormsg (\d+):")
_OFFSET = re.compile(r"\|(\d+)\|\d+")
_LOOK_S = 0.05


def main(arguments: list[str]) -> int:
    """Evaluate what standard input says, and return the exit code."""
    seconds, memory_bytes = map(int, arguments)
    # Python's handler would only run once the library has answered.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # the library, and print() in Rego, write there
    os.environ.clear()  # opa.runtime() in Rego would tell it
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # For the case that nobody is left to end it. One second more: whoever is left says why.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 1))
    threading.Thread(target=_watch, args=(output, memory_bytes), daemon=True).start()
    request = json.loads(sys.stdin.buffer.readline())
    _write(output, _evaluate(request, sys.stdin.buffer.read().decode()))
    return 0


def _write(output: BinaryIO, answer: dict[str, Any]) -> None:
    output.write(json.dumps(answer).encode())
    output.flush()


def _watch(output: BinaryIO, memory_bytes: int) -> None:
    """End the process once it has taken too much.

    No resource limit can: the library's allocator reserves 256 GiB of addresses, which count as data.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit < memory_bytes:
        time.sleep(_LOOK_S)
    _write(output, {"memory": True})
    os._exit(1)


def _evaluate(request: dict[str, Any], document: str) -> dict[str, Any]:
    try:
        from regopy import rego_shared as rego
    except ImportError:
        return {"missing": True}
    # Not its class Interpreter: that parses each answer, and what is said of a failure is lost.
    interpreter = rego.rego_new()
    # Else a function that fails makes its rule undefined: the plan would pass unjudged.
    rego.rego_set_strict_builtin_errors(interpreter, True)
    for path, source in request["modules"]:
        try:
            rego.rego_add_module(interpreter, path, source)
        except rego.RegoError as error:
            found = _OFFSET.search(str(error))
            return {"module": path, "words": _words(str(error)), "offset": int(found[1]) if found else 0}
    # As a term: what is given as a value comes back with its quotes unescaped.
    rego.rego_set_input_term(interpreter, document)
    answers: dict[str, Any] = {}
    for query in request["queries"]:
        try:
            output = rego.rego_query(interpreter, query)
        except rego.RegoError as error:
            return {"query": query, "words": _words(str(error))}
        text = rego.rego_output_string(output) if rego.rego_output_ok(output) else ""
        if text == "undefined":
            answers[query] = None
        elif text.startswith('{"expressions":'):
            answers[query] = json.loads(text, strict=False)["expressions"][0]
        else:
            return {"query": query, "words": _words(text)}
    return {"answers": answers}


def _words(text: str) -> str:
    """Return the first message in the library's dump of an error, or nothing."""
    found = _WORDS.search(text)
    return text.encode()[found.end() :][: int(found[1])].decode(errors="replace") if found else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
