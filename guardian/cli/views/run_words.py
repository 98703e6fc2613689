"""The four classes of a run, in words."""

from guardian.domain.run_class import RunClass

WORDS = {
    RunClass.NOT_STARTED: "not started: nothing was changed",
    RunClass.APPLIED: "applied",
    RunClass.FAILED: "failed: how far it came is known",
    RunClass.IN_DOUBT: "in doubt: it began to apply, and how that ended is not known",
}
