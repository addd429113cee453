"""Ends programs that outlive their kernel: as orphans they become children of this process, which can find them."""

import ctypes
import os
import signal
import time
from contextlib import suppress

# From <linux/prctl.h>.
PR_SET_CHILD_SUBREAPER = 36

# A program may start others while it is being ended.
ROUNDS = 50
REAP_SECONDS = 2
LONGEST_COMMAND = 100


def adopt_orphans():
    """Makes this process adopt its orphaned descendants. Does nothing outside Linux."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans(kernel_group):
    """Ends the processes below this one that have left the kernel's group. Returns their command lines."""
    commands, tried = [], set()
    for _ in range(ROUNDS):
        found = {pid for pid, group in descendants().items() if group != kernel_group} - tried
        if not found:
            break
        commands += [command(pid) for pid in sorted(found)]
        # What survives, such as another user's program, can't be ended from here.
        tried |= found
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        for pid in found:
            reap(pid)
    return commands


def descendants():
    """The process groups of all living descendants, by process id."""
    parents, groups = {}, {}
    for name in os.listdir("/proc") if os.path.isdir("/proc") else []:
        if not name.isdigit():
            continue
        with suppress(OSError):
            with open(f"/proc/{name}/stat", encoding="latin-1") as file:
                # The command, in parentheses, may hold anything.
                state, parent, group = file.read().rpartition(")")[2].split()[:3]
            if state not in "ZX":
                parents[int(name)], groups[int(name)] = int(parent), int(group)
    below, level = {}, {os.getpid()}
    while level:
        level = {pid for pid, parent in parents.items() if parent in level}
        below.update((pid, groups[pid]) for pid in level)
    return below


def command(pid):
    with suppress(OSError):
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
            text = file.read().replace("\0", " ").strip()
        return text if len(text) <= LONGEST_COMMAND else f"{text[: LONGEST_COMMAND - 1]}…"
    return f"process {pid}"


def reap(pid):
    """Waits for the end of a process, if it is a child of this one."""
    deadline = time.monotonic() + REAP_SECONDS
    with suppress(ChildProcessError):
        while os.waitpid(pid, os.WNOHANG)[0] == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
