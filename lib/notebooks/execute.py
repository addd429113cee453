"""Runs the cells of one notebook with nbclient, and tells on stdout how far it is, a JSON object a line.

    python execute.py INPUT OUTPUT --kernel NAME --folder DIR [--cell-timeout SECONDS] [--timeout SECONDS]

OUTPUT is written after every cell, whole or not at all, so that a crash leaves what was done. Exit code 0 only if all
cells ran without an error. Events:

    {"event": "cell", "index": i, "count": n}    the i-th of n code cells begins
    {"event": "text", "line": s}                 it writes
    {"event": "done", "seconds": s}              it has ended
    {"event": "ended", "commands": [s]}          programs that cells had left running, apart from the kernel, were ended
    {"event": "failed", "kind": k, "message": s, "cell": {...} or null, "line": number or null}

Kinds: "error", "cell time-out", "time-out", "dead kernel", "interrupted", "output", "crash".

stdin is how the runner speaks, and how it is watched: the line "interrupt" stops the running cell in its own time, so
that training can save; the end of the stream, also when the runner was killed, ends the kernel at once.
"""

import os
import sys
import threading


class Runner:
    """The other end of stdin, heard by a thread of its own, since the main one may be busy."""

    def __init__(self):
        self.wants_stop = False
        self.on_interrupt = self.on_end = lambda: None
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in sys.stdin:
            if line.strip() == "interrupt":
                self.wants_stop = True
                self.on_interrupt()
        self.on_end()
        os._exit(1)


# Before what takes seconds to import on a busy machine: the runner may be gone by then.
runner = Runner()

import argparse  # noqa: E402
import asyncio  # noqa: E402
import re  # noqa: E402
import signal  # noqa: E402
import time  # noqa: E402
from contextlib import suppress  # noqa: E402

import nbformat  # noqa: E402
from jupyter_client.kernelspec import NoSuchKernel  # noqa: E402
from nbclient.exceptions import CellExecutionError, DeadKernelError  # noqa: E402
from orphans import adopt_orphans, end_orphans  # noqa: E402
from telling import ANSI, TellingClient, tell  # noqa: E402

# How long an interrupted cell may take to end by itself, for instance to save what it has trained.
SAVE_SECONDS = 20
# How long it may take after a second interrupt, which stops all that can be stopped. Then the kernel is killed.
FORCE_SECONDS = 5
# How long a kernel may take to say after the last cell that all is well.
SETTLE_SECONDS = 60

# What usually ends a kernel by a signal that no person sends.
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


def well_formed(text):
    """The text with U+FFFD for each half of a surrogate pair, which UTF-8 cannot hold; two halves make a character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def save(notebook, path):
    """Writes a notebook whole or not at all. The temporary name is this process's own."""
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(well_formed(nbformat.writes(notebook)) + "\n")
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):
            os.remove(temporary)
        raise Failed("output", f"{path} can't be written: {error.strerror}.") from None


class Execution:
    """One run of one notebook."""

    def __init__(self, notebook, arguments):
        self.notebook = notebook
        self.output = arguments.output
        self.timeout = arguments.timeout
        self.cell_timeout = arguments.cell_timeout
        # The text cells count as done at once; what takes time is code.
        self.code_cells = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        self.at = None
        self.stopped = None
        self.kernel_pid = None
        self.ended = []
        self.background = None
        self.tasks = set()
        self.client = TellingClient(
            notebook,
            kernel_name=arguments.kernel,
            resources={"metadata": {"path": arguments.folder}},
            on_cell_executed=self.keep_background_failures,
        )

    async def run(self):
        """Returns the failure, or None."""
        self.limit(self.timeout, "time-out", "the notebook")
        loop = asyncio.get_running_loop()
        runner.on_interrupt = lambda: loop.call_soon_threadsafe(self.interrupt)
        runner.on_end = self.leave
        if runner.wants_stop:
            self.interrupt()
        try:
            async with self.client.async_setup_kernel():
                self.remember_kernel()
                info = await self.client.kc.kernel_info(reply=True, timeout=60)
                self.notebook.metadata["language_info"] = info["content"]["language_info"]
                await self.run_cells()
                await self.settle()
                self.client.set_widgets_metadata()
            failure = None
        except Failed as error:
            failure = error
        except Exception as error:  # noqa: BLE001 -- whatever it is, the runner has to hear of it
            failure = self.unexpected(error)
        finally:
            for task in self.tasks:
                task.cancel()
            self.kill()
            if self.ended:
                tell(event="ended", commands=self.ended)
            try:
                save(self.notebook, self.output)
            except Failed as error:
                failure = failure or error
        return failure

    async def run_cells(self):
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type != "code":
                continue
            self.check_stopped()
            self.at = index
            tell(event="cell", index=self.code_cells.index(index), count=len(self.code_cells))
            begun = time.monotonic()
            timer = self.limit(self.cell_timeout, "cell time-out", "the cell")
            try:
                count = self.client.code_cells_executed + 1
                await self.client.async_execute_cell(cell, index, execution_count=count)
            except CellExecutionError as error:
                raise self.cell_failure(cell, error) from None
            except DeadKernelError:
                self.check_stopped()
                raise Failed("dead kernel", await self.cause_of_death()) from None
            finally:
                if timer is not None:
                    timer.cancel()
                save(self.notebook, self.output)
                tell(event="done", seconds=time.monotonic() - begun)
            self.check_stopped()
            self.check_background()
        self.at = None

    def cell_failure(self, cell, error):
        # Where the failing cell stood, in the words of the kernel's traceback: "cell [3], line 2", "cell [3]:2:7".
        where = re.search(
            rf"cell \[{cell.execution_count}\](?:, line |:)(\d+)", ANSI.sub("", error.traceback)
        )
        line = int(where.group(1)) if where else None
        if self.stopped:
            return Failed(*self.stopped, line=line)
        message = re.sub(r"^cell \[\d+\]:\d+:\d+: ", "", error.evalue)
        return Failed("error", f"{error.ename}: {message}", line)

    async def cause_of_death(self):
        code = await self.client.km.provisioner.poll()
        if code is None:
            return "the kernel does not answer any more"
        if code >= 0:
            return f"the kernel ended with exit code {code}"
        name = signal.Signals(-code).name
        hint = DEATHS.get(name)
        return f"the kernel was ended by {name}" + (f", {hint}" if hint else "")

    # What cells started and nobody awaited

    def keep_background_failures(self, cell, cell_index, execute_reply):
        failures = execute_reply["content"].get("background_failures") or []
        if failures:
            self.background = failures[0]

    def check_background(self):
        if self.background is None:
            return
        count, error = self.background.get("cell"), self.background["error"]
        index = next(
            (i for i, cell in enumerate(self.notebook.cells) if cell.get("execution_count") == count), None
        )
        where = re.search(rf"cell \[{count}\], line (\d+)", ANSI.sub("", "\n".join(error["traceback"])))
        raise Failed(
            "error",
            f"{error['ename']}: {error['evalue']} (after the cell had ended, and nothing awaited it)",
            int(where.group(1)) if where else None,
            self.cell(index),
        )

    async def settle(self):
        """Asks once more, after the last cell, whether something failed that no cell waited for."""
        request = self.client.kc.execute("", silent=True, store_history=False)
        try:
            reply = await asyncio.wait_for(self.client.async_wait_for_reply(request), SETTLE_SECONDS)
        except DeadKernelError:
            raise Failed("dead kernel", f"after the last cell, {await self.cause_of_death()}") from None
        except asyncio.TimeoutError:
            raise Failed("dead kernel", "after the last cell, the kernel did not answer any more") from None
        self.keep_background_failures(None, None, reply)
        self.check_background()

    # Stopping

    def limit(self, seconds, kind, what):
        """Stops the run if `what` takes longer than `seconds`, unless that is None. Returns the timer."""
        if seconds is None:
            return None

        async def wait():
            await asyncio.sleep(seconds)
            self.begin(self.stop(kind, f"{what} took longer than {seconds:g} s"))

        return self.begin(wait())

    def begin(self, coroutine):
        task = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def stop(self, kind, message):
        """Asks the cell to end, then makes it, then kills the kernel; whoever waits for the cell sees it end."""
        if self.stopped:
            return
        self.stopped = (kind, message)
        for patience in (SAVE_SECONDS, FORCE_SECONDS):
            if self.client.km is not None and self.client.km.has_kernel:
                await self.client.km.interrupt_kernel()
            await asyncio.sleep(patience)
        self.kill()

    def check_stopped(self):
        if self.stopped:
            raise Failed(*self.stopped)

    def kill(self):
        """Ends the kernel and whatever its cells have started: its process group, and what has left that."""
        self.remember_kernel()
        if self.kernel_pid is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.kernel_pid, signal.SIGKILL)
        self.ended += end_orphans(self.kernel_pid)

    def remember_kernel(self):
        provisioner = self.client.km.provisioner if self.client.km is not None else None
        if provisioner is not None and provisioner.has_process:
            self.kernel_pid = provisioner.pid

    def interrupt(self):
        self.begin(self.stop("interrupted", "the batch was stopped"))

    def leave(self):
        """The runner is gone, or cannot wait. A kernel that is only starting sees that its parent is gone."""
        self.kill()
        if self.client.km is not None:
            self.client.km.cleanup_connection_file()

    # Telling

    def cell(self, index):
        """What tells a person which cell it is."""
        if index is None:
            return None
        cell = self.notebook.cells[index]
        return {"index": index, "count": cell.get("execution_count"), "id": cell.get("id")}

    def unexpected(self, error):
        if self.stopped:
            return Failed(*self.stopped)
        if isinstance(error, NoSuchKernel):
            return Failed("crash", f"the kernel {error.name} is not registered; run: npm run setup")
        return Failed("crash", f"{type(error).__name__}: {error}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--folder", required=True, help="where the kernel starts, and relative imports")
    parser.add_argument("--cell-timeout", type=float)
    parser.add_argument("--timeout", type=float)
    arguments = parser.parse_args()

    adopt_orphans()
    execution = Execution(nbformat.read(arguments.input, as_version=4), arguments)
    failure = asyncio.run(execution.run())
    if failure is None:
        return 0
    cell = failure.cell or execution.cell(execution.at)
    tell(event="failed", kind=failure.kind, message=failure.message, cell=cell, line=failure.line)
    return 1


if __name__ == "__main__":
    # No orderly end of Python: a thread waits for stdin.
    os._exit(main())
