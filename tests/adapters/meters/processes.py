"""Real processes that count at the same time."""

import os
import signal
import sys
import traceback
from collections.abc import Callable


def together(count: int, work: Callable[[int], int]) -> list[int]:
    """Run ``work(number)`` in so many forked processes at once; return what each returned."""
    start_read, start_write = os.pipe()
    children = []
    for number in range(count):
        read, write = os.pipe()
        pid = os.fork()
        if not pid:
            status = 1
            try:
                os.close(start_write)
                os.read(start_read, 1)
                os.write(write, str(work(number)).encode())
                status = 0
            except BaseException:  # noqa: BLE001  # The top of a process.
                traceback.print_exc(file=sys.stderr)
            finally:
                os._exit(status)
        os.close(write)
        children.append((pid, read))
    os.close(start_read)
    os.close(start_write)
    answers = []
    for pid, read in children:
        with os.fdopen(read) as pipe:
            said = pipe.read()
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        answers.append(int(said))
    return answers


def killed_while(work: Callable[[Callable[[], None]], None]) -> None:
    """Run ``work(die)`` in a forked process that ends by SIGKILL when it calls ``die``."""
    pid = os.fork()
    if not pid:
        try:
            work(lambda: os.kill(os.getpid(), signal.SIGKILL))
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
