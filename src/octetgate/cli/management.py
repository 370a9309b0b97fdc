"""The management port from a command's side: boto3 for the APIs, HTTP for the rest."""

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from octetgate.cli.console import Trouble

_UNKNOWN = "octetgate"
"""Credentials when none are set: any are accepted, but boto3 wants some."""


def connect(endpoint: str, service: str) -> Any:
    """Return a boto3 client of a running octetgate's ``apigateway`` or ``lambda``."""
    from botocore.config import Config

    session = _session()
    known = session.get_credentials() is not None
    return session.client(
        service,
        endpoint_url=endpoint,
        region_name=session.region_name or os.environ.get("OCTETGATE_REGION", "us-east-1"),
        aws_access_key_id=None if known else _UNKNOWN,
        aws_secret_access_key=None if known else _UNKNOWN,
        config=Config(retries={"total_max_attempts": 2}, proxies={}, read_timeout=900),
    )


def _session() -> Any:
    # Credentials of a machine's role are asked for over the network, seconds on end.
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    import boto3
    import botocore.session

    session = botocore.session.Session()
    session.register_component("data_loader", models())
    # Typed by hand: the name of the service is not written here.
    return boto3.Session(botocore_session=session)


@cache
def models() -> Any:
    """Return what reads botocore's models: most of what a second client takes is theirs."""
    import botocore.loaders

    return botocore.loaders.create_loader()


def _signed(url: str) -> urllib.request.Request:
    """Return a request for one of octetgate's own pages, signed if there is something to sign with.

    Management asks for it when it has keys.
    """
    session = _session()
    credentials = session.get_credentials()
    if credentials is None:
        return _request(url, {})
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    asked = AWSRequest("GET", url)
    SigV4Auth(credentials, "apigateway", session.region_name or "us-east-1").add_auth(asked)
    return _request(url, dict(asked.headers.items()))


def _request(url: str, headers: dict[str, str]) -> urllib.request.Request:
    return urllib.request.Request(url, headers=headers)  # noqa: S310  # An endpoint is http(s).


@contextmanager
def told(endpoint: str, unreachable: str | None = None) -> Iterator[None]:
    """Turn what boto3 raises into one line; ``unreachable`` says what to do if nobody answers."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        EndpointConnectionError,
        ParamValidationError,
    )

    try:
        yield
    except ClientError as error:
        found = error.response["Error"]
        text = found.get("Message") or error.response.get("message") or found.get("Code", "")
        # Management has other words for it; a gateway says this of all that it does not serve.
        is_gateway = found.get("Code") == "ForbiddenException"
        hint = f"; is {endpoint} a gateway's port, and not its management port?"
        raise Trouble(f"{error.operation_name}: {text}{hint * is_gateway}") from error
    except EndpointConnectionError as error:
        raise Trouble(unreachable or _nobody(endpoint)) from error
    except ParamValidationError as error:
        raise Trouble(" ".join(str(error).split())) from error
    except BotoCoreError as error:
        raise Trouble(f"{endpoint}: {error}") from error


def find_api(client: Any, api: str, *, where: str = "") -> dict[str, Any]:
    """Return the one API that has the id or the name; ``where`` is said if there is none."""
    found = apis_called(client, api)
    if len(found) != 1:
        ids = ", ".join(each["id"] for each in found) or f"none{where}"
        raise Trouble(f"API: expected the id or name of one API; {api!r} stands for {ids}")
    return found[0]


def apis_called(client: Any, api: str) -> list[dict[str, Any]]:
    """Return every API that has the id or the name."""
    return [each for each in all_apis(client) if api in (each["id"], each["name"])]


def all_apis(client: Any) -> list[dict[str, Any]]:
    """Return every API."""
    pages = client.get_paginator("get_rest_apis").paginate(PaginationConfig={"PageSize": 500})
    return [each for page in pages for each in page["items"]]


def only_stage(client: Any, api: str, stage: str | None) -> str:
    """Return the stage that was asked for, or the API's only one."""
    stages = [each["stageName"] for each in client.get_stages(restApiId=api)["item"]]
    if stage is None and len(stages) == 1:
        stage = stages[0]
    if stage not in stages:
        known = ", ".join(stages) or "none; deploy the API first"
        raise Trouble(
            f"--stage: expected one of the API's stages ({known}); found {stage or 'none'}"
        )
    return str(stage)


def gateway_url(endpoint: str) -> str:
    """Return where deployed APIs answer."""
    url: str = health(endpoint)["gateway"]
    return url


def health(endpoint: str) -> dict[str, Any]:
    """Return what ``/_octetgate/health`` says, well or not."""
    # Health is for everybody, and importing boto3 takes a while.
    return _answer(endpoint, _request(f"{endpoint.rstrip('/')}/_octetgate/health", {}))[1]


def page(endpoint: str, target: str) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON of one of octetgate's own pages."""
    return _answer(endpoint, _signed(f"{endpoint.rstrip('/')}{target}"))


def _answer(endpoint: str, asked: urllib.request.Request) -> tuple[int, dict[str, Any]]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(asked, timeout=5) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    except OSError as error:
        raise Trouble(_nobody(endpoint)) from error
    try:
        report: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise Trouble(f"{endpoint}: expected an octetgate; something else answers there") from error
    return status, report


def pieces(endpoint: str, target: str) -> Iterator[bytes]:
    """Return one of octetgate's own pages as it comes, for as long as it does."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        answer = opener.open(_signed(f"{endpoint.rstrip('/')}{target}"))
    except urllib.error.HTTPError as error:
        with error:
            raise Trouble(_reason(error.read()) or f"{endpoint}: {error}") from error
    except OSError as error:
        raise Trouble(_nobody(endpoint)) from error
    with answer:
        try:
            while piece := answer.read1(65536):
                yield piece
        except (OSError, http.client.HTTPException) as error:
            raise Trouble(f"{endpoint}: the answer ended early; {error}") from error


def _reason(text: bytes) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return ""


def _nobody(endpoint: str) -> str:
    return (
        f"nothing answers at {endpoint}; start `octetgate serve`, or name its management port "
        "with --endpoint or OCTETGATE_ENDPOINT"
    )
