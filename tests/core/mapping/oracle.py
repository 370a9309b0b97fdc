"""Asks Apache Velocity 1.7, Jayway's JsonPath and Java, through Oracle.java in one JVM."""

import json
import subprocess
from pathlib import Path

JARS = Path("/usr/share/java")
CLASS_PATH = ":".join(
    str(JARS / f"{name}.jar")
    for name in (
        "velocity",
        "commons-lang",
        "commons-collections3",
        "json-path",
        "json-smart",
        "accessors-smart",
        "asm",
        "slf4j-api",
        "slf4j-nop",
    )
)
"""What Debian's packages velocity and libjsonpath-java bring."""


class Oracle:
    """A running JVM that answers questions one after the other."""

    def __init__(self) -> None:
        # Short-lived: the quick compiler is enough, and compiling everything is not.
        command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", CLASS_PATH]
        self._jvm = subprocess.Popen(
            [*command, str(Path(__file__).with_name("Oracle.java"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def close(self) -> None:
        """End the JVM."""
        self._jvm.communicate()

    def render(self, template: str, variables: dict) -> dict:
        """Return ``{"output": …}``, or ``{"error": …}`` where Velocity refuses."""
        return self._answer({"template": template, "variables": variables})

    def find(self, path: str, document: object) -> dict:
        """Return ``{"found": …}``, ``{"missing": true}``, or ``{"error": …}``."""
        return self._answer({"path": path, "document": json.dumps(document)})

    def use(self, regex: str, text: str, replacement: str) -> dict:
        """Return what Java's String makes of a pattern, or ``{"error": …}``."""
        return self._answer({"regex": regex, "text": text, "replacement": replacement})

    def _answer(self, question: dict) -> dict:
        self._jvm.stdin.write(json.dumps(question) + "\n")
        self._jvm.stdin.flush()
        answer = self._jvm.stdout.readline()
        assert answer, (
            "expected an answer of java (packages default-jdk-headless, velocity and libjsonpath-java), found none"
        )
        return json.loads(answer)
