"""What ends the run of a notebook, in words for a reader."""

import signal

# Usual causes of a kernel's death by a signal.
DEATHS = {
    "SIGKILL": "as the system does when memory runs out",
    "SIGABRT": "as native code does when one of its checks fails",
    "SIGSEGV": "by a fault in native code",
    "SIGBUS": "by a fault in native code, or a file mapped into memory that became shorter",
}


class Failed(Exception):
    """The run ends here."""

    def __init__(self, kind, message, line=None, cell=None):
        super().__init__(message)
        self.kind, self.message, self.line, self.cell = kind, message, line, cell


def cause_of_death(code):
    """Why a kernel is gone. `code` is its exit code, negative for a signal, or None if it still runs."""
    if code is None:
        return "the kernel does not answer any more"
    if code >= 0:
        return f"the kernel ended with exit code {code}"
    name = signal.Signals(-code).name
    hint = DEATHS.get(name)
    return f"the kernel was ended by {name}" + (f", {hint}" if hint else "")
