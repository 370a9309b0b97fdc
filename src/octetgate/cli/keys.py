"""``octetgate keys``: who may ask management.

Keys are read and written in the store itself, by whoever may open it: the first key has to come
from somewhere, and a lost one must not lock its owner out.
"""

import secrets
import string
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from octetgate.cli.console import Trouble, print_json, table
from octetgate.cli.options import AsJson, takes
from octetgate.core.model.management_key import ManagementKey
from octetgate.core.ports.store import MANAGEMENT_KEYS, Store, StoreConflict, StoreUnusable
from octetgate.server.build import open_store
from octetgate.server.settings import Settings

app = typer.Typer(help="Keys to management: create, list, revoke.", no_args_is_help=True)

_PREFIX = "OCTG"
_ID_LETTERS = string.ascii_uppercase + "234567"
_ID_LENGTH = 16
_SECRET_BYTES = 30


@app.command("create")
@takes(Settings)
def create(
    settings: Settings,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose it is.")] = "admin",
    *,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Good for looking, not for changing.")
    ] = False,
    expires_in: Annotated[
        int | None,
        typer.Option("--expires-in", metavar="SECONDS", min=1, help="How long it is good."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and show its secret, once; from the first key on, management asks for one."""
    if not name or not set(name) <= set(string.ascii_letters + string.digits + "+=,.@_-"):
        raise Trouble(f"NAME: expected letters, digits and +=,.@_- as in IAM; found {name!r}")
    now = time.time()
    key = ManagementKey(
        access_key_id=_PREFIX + "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH)),
        secret_access_key=secrets.token_urlsafe(_SECRET_BYTES),
        name=name,
        created_date=now,
        read_only=read_only,
        expires_date=None if expires_in is None else now + expires_in,
    )
    with _opened(settings) as store, store.write() as draft:
        draft.put(MANAGEMENT_KEYS, key.access_key_id, key)
    if as_json:
        print_json({**_shown(key), "secretAccessKey": key.secret_access_key})
        return
    typer.echo(f"AWS_ACCESS_KEY_ID={key.access_key_id}")
    typer.echo(f"AWS_SECRET_ACCESS_KEY={key.secret_access_key}")
    typer.echo("The secret is not shown again.", err=True)


@app.command("list")
@takes(Settings)
def list_(settings: Settings, *, as_json: AsJson = False) -> None:
    """List the keys, without their secrets."""
    with _opened(settings) as store, store.read() as view:
        found = [_shown(key) for _, key in view.list(MANAGEMENT_KEYS)]
    if as_json:
        print_json(found)
        return
    head = ["accessKeyId", "name", "may", "created", "expires"]
    table(head, [[str(each[column]) for column in head] for each in found])


@app.command("revoke")
@takes(Settings)
def revoke(
    settings: Settings,
    access_key_id: Annotated[str, typer.Argument(metavar="ID", help="The access key id.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Forget a key; it is good no longer, in a running octetgate too."""
    with _opened(settings) as store, store.write() as draft:
        if not draft.delete(MANAGEMENT_KEYS, access_key_id):
            raise Trouble(f"ID: expected the id of a key; found {access_key_id!r}")
        left = draft.list(MANAGEMENT_KEYS)
    if as_json:
        print_json({"revoked": access_key_id, "left": len(left)})
        return
    typer.echo(f"Revoked {access_key_id}.")
    if not left:
        typer.echo("That was the last: everybody on this machine may ask management.", err=True)


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    if settings.store_url.startswith("memory://"):
        raise Trouble("store: expected one that is kept, as keys are kept in it; found memory://")
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        store = open_store(settings.store_url)
        try:
            yield store
        finally:
            store.close()
    except (StoreUnusable, StoreConflict) as error:
        raise Trouble(str(error)) from error


def _shown(key: ManagementKey) -> dict[str, str]:
    return {
        "accessKeyId": key.access_key_id,
        "name": key.name,
        "may": "look" if key.read_only else "look and change",
        "created": _stamp(key.created_date),
        "expires": "never" if key.expires_date is None else _stamp(key.expires_date),
    }


def _stamp(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"
