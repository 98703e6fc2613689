"""A wall clock that is wrong for one process: a preloaded library between it and the system's clock."""

import functools
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.wants import lacking

SECONDS = "SKEWED_BY_S"
DAY_S = 86_400
TEN_YEARS_S = 3_652 * DAY_S
_SOURCE = r"""
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long skew(void) {
    const char *text = getenv("SKEWED_BY_S");
    return text ? atoll(text) : 0;
}

int clock_gettime(clockid_t which, struct timespec *at) {
    int failed = (int)syscall(SYS_clock_gettime, which, at);
    if (!failed && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) at->tv_sec += skew();
    return failed;
}

int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
"""


def skewed(seconds: int) -> dict[str, str]:
    """Return the environment of a process whose wall clock is wrong by so much; its others are right.

    A Terraform that is linked statically has the right one, as where guardian runs in another container.
    """
    return {"LD_PRELOAD": str(_library()), SECONDS: str(seconds)}


@functools.cache
def _library() -> Path:
    compiler = shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        lacking("gcc", "a wrong clock is a library that is made on the spot, for Linux")
    directory = Path(tempfile.mkdtemp(prefix="clock-skew-"))
    source, library = directory / "skew.c", directory / "skew.so"
    source.write_text(_SOURCE)
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source)], check=True)
    return library
