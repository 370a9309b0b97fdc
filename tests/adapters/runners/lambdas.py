"""Functions for tests: their packages, and a supervisor that runs them."""

import base64
import hashlib
import io
import zipfile

from msgspec.structs import replace

from octetgate.core.functions.versions import published
from octetgate.core.model.function import Function, LayerUse
from octetgate.core.ports.functions import Invocation
from octetgate.core.ports.store import FUNCTION_CODE, FUNCTION_VERSIONS, FUNCTIONS

REGION_AND_ACCOUNT = "eu-west-1:111122223333"


def zipped(files):
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for name, text in files.items():
            # Without the time of day: the same files are the same package.
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text)
    return package.getvalue()


class Lambda:
    """A supervisor over a memory store, and what a test does with it."""

    def __init__(self, store, supervisor):
        self.store = store
        self.supervisor = supervisor

    def put(self, code, *, name="f", **changes):
        """Create or replace a function; ``code`` is its handler.py, or its package.  Returns its SHA-256."""
        package = zipped({"handler.py": code}) if isinstance(code, str) else code
        digest = hashlib.sha256(package)
        function = Function(
            **{
                "name": name,
                "arn": f"arn:aws:lambda:{REGION_AND_ACCOUNT}:function:{name}",
                "runtime": "python3.12",
                "handler": "handler.handler",
                "role": "arn:aws:iam::111122223333:role/r",
                "code_key": digest.hexdigest(),
                "code_sha256": base64.b64encode(digest.digest()).decode(),
                "code_size": len(package),
                "last_modified": 0.0,
                "revision_id": "1",
            }
            | changes
        )
        with self.store.write() as writing:
            writing.put(FUNCTION_CODE, digest.hexdigest(), package)
            writing.put(FUNCTIONS, name, function)
        return function.code_key

    def put_folder(self, folder, *, name="f", **changes):
        """Create a function that runs from a folder as it is."""
        self.put("", name=name, **{"code_key": "", "folder": str(folder)} | changes)

    def layer(self, name, files):
        """Keep a layer's files; return the layer as a function uses it."""
        return self.layer_of(name, zipped(files))

    def layer_of(self, name, package):
        """Keep a layer's zip; return the layer as a function uses it."""
        key = hashlib.sha256(package).hexdigest()
        with self.store.write() as writing:
            writing.put(FUNCTION_CODE, key, package)
        return LayerUse(arn=f"arn:aws:lambda:{REGION_AND_ACCOUNT}:layer:{name}:1", code_key=key, code_size=len(package))  # fmt: skip

    def publish(self, number, *, name="f"):
        """Publish the function as it is now."""
        with self.store.write() as writing:
            version = published(writing.get(FUNCTIONS, name), number, None)
            writing.put(FUNCTION_VERSIONS, f"{name}/{number}", version)

    def change(self, *, name="f", **changes):
        """Change members of the function as it is now."""
        with self.store.write() as writing:
            writing.put(FUNCTIONS, name, replace(writing.get(FUNCTIONS, name), **changes))

    async def invoke(self, payload=b"{}", *, function="f", **changes):
        invocation = Invocation(function=function, payload=payload, **changes)
        return await self.supervisor.invoke(invocation)
