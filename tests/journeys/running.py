"""A real ``octetgate serve`` in processes of its own, and the clients that journeys use."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import psutil
import requests
from botocore.config import Config

COMMAND = [sys.executable, "-m", "octetgate"]


class Octetgate:
    """One server, started and ended as a user does it."""

    def __init__(self, data, *flags):
        self.data = data
        self.flags = flags
        self.process = None
        self.url = self.endpoint = ""

    def start(self):
        self.process = subprocess.Popen(
            [
                *COMMAND,
                *("serve", "--port", "0", "--admin-port", "0"),
                *("--data", str(self.data), *self.flags),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=self.data.parent,
        )
        self.said = ""
        while "Ctrl-C" not in self.said:
            line = self.process.stdout.readline().decode()
            assert line, f"octetgate did not start: {self.said}"
            self.said += line
        self.url, self.endpoint, *more = re.findall(r"https?://[\d.:]+", self.said)
        self.secure_url = more[0] if more else ""
        for client in ("gateway", "functions"):
            vars(self).pop(client, None)
        return self

    @property
    def port(self):
        return int(self.url.rpartition(":")[2])

    def health(self):
        return requests.get(f"{self.endpoint}/_octetgate/health", timeout=10)

    @cached_property
    def gateway(self):
        return self._client("apigateway")

    @cached_property
    def functions(self):
        return self._client("lambda")

    def _client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def command(self, *arguments):
        """Run ``octetgate ARGUMENTS`` against this server."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env={**os.environ, "OCTETGATE_ENDPOINT": self.endpoint},
            capture_output=True,
            timeout=60,
            check=False,
        )

    def invoke_url(self, api, stage):
        return f"{self.url}/restapis/{api}/{stage}/_user_request_/"

    def processes(self):
        """Return every process of this server, functions' too."""
        master = psutil.Process(self.process.pid)
        return [master, *master.children(recursive=True)]

    def kill_workers(self):
        """Kill every gateway worker, and wait until others have taken their place."""
        workers = [
            process["pid"]
            for process in self.health().json()["processes"]
            if process["name"].startswith("worker")
        ]
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        while True:
            report = self.health().json()
            now = [each["pid"] for each in report["processes"]]
            if report["status"] == "ok" and not set(workers) & set(now):
                return

    def kill_everything(self):
        """Do what ``kill -9`` of everything does."""
        processes = self.processes()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.process.stdout.close()
        psutil.wait_procs(processes, timeout=10)

    def stop(self):
        """Stop as Ctrl-C does; return the exit status."""
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(40)
        self.process.stdout.close()
        return status

    def end(self):
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process.stdout.close()


def curl(*arguments):
    """Run curl; return what it wrote."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--fail-with-body", "--max-time", "30", *arguments],
        capture_output=True,
        timeout=40,
        check=False,
    )
    assert done.returncode == 0, (done.stderr, done.stdout[:500])
    return done.stdout


@contextlib.contextmanager
def backend(answer, take=None):
    """Serve ``answer(handler, body)`` over HTTP; give the URL.

    With ``take(handler)`` the body of a POST is its affair.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            answer(self, b"")

        def do_POST(self):
            if take is not None:
                take(self)
                return
            answer(self, self.rfile.read(int(self.headers["content-length"])))

        def reply(self, body, content_type):
            self.send_response(200)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
