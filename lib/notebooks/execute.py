"""Runs the cells of one notebook with nbclient, and reports its progress on stdout, one JSON object per line.

    python execute.py INPUT OUTPUT --kernel NAME --folder DIR [--cell-timeout SECONDS] [--timeout SECONDS]

OUTPUT is written atomically after every cell, so that a crash loses no earlier cell. The exit code is 0 only if all
cells ran without an error. Events:

    {"event": "cell", "index": i, "count": n}    the i-th of n code cells starts
    {"event": "text", "line": s}                 it writes
    {"event": "done", "seconds": s}              it has ended
    {"event": "ended", "commands": [s]}          detached programs of cells were ended
    {"event": "failed", "kind": k, "message": s, "cell": {...} or null, "line": number or null}

Kinds: "error", "cell time-out", "time-out", "dead kernel", "interrupted", "output", "crash".

The runner sends commands on stdin: the line "interrupt" asks the running cell to stop, so that training can save. The
end of the stream, also if the runner was killed, ends the kernel at once.
"""

import os
import sys
import threading


class Runner:
    """Reads stdin in its own thread, since the main one may be busy."""

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


# Before the slow imports: the runner may be gone by the time they are done.
runner = Runner()

import argparse  # noqa: E402
import asyncio  # noqa: E402
import re  # noqa: E402
import signal  # noqa: E402
import time  # noqa: E402
from contextlib import suppress  # noqa: E402

import nbformat  # noqa: E402
from jupyter_client.kernelspec import NoSuchKernel  # noqa: E402
from failures import Failed, cause_of_death  # noqa: E402
from nbclient.exceptions import CellExecutionError, DeadKernelError  # noqa: E402
from orphans import adopt_orphans, end_orphans  # noqa: E402
from saving import save  # noqa: E402
from telling import ANSI, TellingClient, tell  # noqa: E402

# How long an interrupted cell may take to end by itself, for instance to save its training.
SAVE_SECONDS = 20
# How long it may take after a second interrupt, which stops whatever can be stopped. Then the kernel is killed.
FORCE_SECONDS = 5
# How long a kernel may take to answer after the last cell.
SETTLE_SECONDS = 60


class Execution:
    """One run of one notebook."""

    def __init__(self, notebook, arguments):
        self.notebook = notebook
        self.output = arguments.output
        self.timeout = arguments.timeout
        self.cell_timeout = arguments.cell_timeout
        # Only code cells count as progress: text cells take no time.
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
        except Exception as error:  # noqa: BLE001 -- the runner has to be told of any error
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
        # The line as the kernel's traceback gives it: "cell [3], line 2" or "cell [3]:2:7".
        where = re.search(
            rf"cell \[{cell.execution_count}\](?:, line |:)(\d+)", ANSI.sub("", error.traceback)
        )
        line = int(where.group(1)) if where else None
        if self.stopped:
            return Failed(*self.stopped, line=line)
        message = re.sub(r"^cell \[\d+\]:\d+:\d+: ", "", error.evalue)
        return Failed("error", f"{error.ename}: {message}", line)

    async def cause_of_death(self):
        return cause_of_death(await self.client.km.provisioner.poll())

    # Promises of cells that nothing awaited

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
        """Asks the kernel after the last cell whether an unawaited promise was rejected."""
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
        """Stops the run if `what` takes longer than `seconds`. Returns the timer; None without a limit."""
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
        """Interrupts the cell, then interrupts it again, then kills the kernel."""
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
        """Ends the kernel's process group, and the processes of its cells that have left that group."""
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
        """The runner is gone, or wants to end at once. A kernel that is still starting notices that by itself."""
        self.kill()
        if self.client.km is not None:
            self.client.km.cleanup_connection_file()

    # Reporting

    def cell(self, index):
        """What identifies a cell for a reader."""
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
    # Without Python's own clean-up, which would wait for the thread that reads stdin.
    os._exit(main())
