"""Runs one Python function: the official runtime client, tied to the life of its supervisor.

Started as ``python runtimes/python.py <supervisor's process id>`` with the environment of a
Lambda runtime (spec: lambda 7).  Imports nothing of octetgate: a function's process holds the
function and what AWS's own runtime holds.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with(supervisor: int) -> None:
    """Have the kernel kill this process when its supervisor ends, even by ``kill -9``."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # The supervisor may have ended before the kernel was asked.
    if os.getppid() != supervisor:
        sys.exit("the supervisor is gone")


def main(supervisor: int) -> None:
    """Serve calls until the supervisor ends this process."""
    end_with(supervisor)
    from awslambdaric import bootstrap
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

    # Only now, as on AWS: the function's modules may shadow others for itself, but not for
    # the client that runs it.
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    client = LambdaRuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"])
    bootstrap.run(os.environ["_HANDLER"], client)


if __name__ == "__main__":
    main(int(sys.argv[1]))
