"""SAM's transform, done by AWS's own library.

The library takes packages in S3 alone, as it runs where a template has been uploaded.  Local
paths are therefore put into URLs of a bucket that does not exist, and :func:`local` finds them
again; nothing is asked over the network.
"""

import logging
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote

from octetgate.control.cloudformation.template import BadTemplate, is_serverless

BUCKET = "octetgate-local-files"
"""Stands for the folder of the template."""

_LOCAL = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::Api": "DefinitionUri",
}
_GLOBALS = {"Function": "CodeUri", "LayerVersion": "ContentUri", "Api": "DefinitionUri"}


def transformed(document: dict[str, Any], parameters: Mapping[str, Any], region: str) -> Any:
    """Return the CloudFormation template that a SAM template stands for."""
    if not is_serverless(document):
        return document
    import boto3
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    # It warns of settings that only AWS has; a handler of ours keeps that off the terminal.
    logging.getLogger("samtranslator").addHandler(logging.NullHandler())
    # Without a network the library only asks the session for its region.
    session = boto3.session.Session("none", "none", region_name=region)
    try:
        return Translator(None, Parser(), boto_session=session).translate(
            _marked(document), dict(parameters), get_managed_policy_map=dict
        )
    except InvalidDocumentException as error:
        causes = "; ".join(each.message for each in error.causes) or error.message
        raise BadTemplate(f"AWS::Serverless: {causes}") from error


def local(bucket: object, key: object) -> str | None:
    """Return the path below the template's folder that a package's place stands for."""
    return unquote(str(key)) if bucket == BUCKET else None


def _marked(document: dict[str, Any]) -> dict[str, Any]:
    """Return the template with each local path as a URL of the bucket."""
    resources = {
        name: _with_url(each, "Properties", _LOCAL.get(each.get("Type", "")))
        if isinstance(each, dict)
        else each
        for name, each in document["Resources"].items()
    }
    found = {**document, "Resources": resources}
    shared = document.get("Globals")
    if isinstance(shared, dict):
        for kind, member in _GLOBALS.items():
            shared = _with_url(shared, kind, member)
        found["Globals"] = shared
    return found


def _with_url(owner: dict[str, Any], within: str, member: str | None) -> dict[str, Any]:
    part = owner.get(within)
    if member is None or not isinstance(part, dict):
        return owner
    path = part.get(member)
    if not isinstance(path, str) or "://" in path:
        return owner
    url = f"s3://{BUCKET}/{quote(str(PurePosixPath(path)), safe='')}"
    return {**owner, within: {**part, member: url}}
