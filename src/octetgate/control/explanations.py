"""``/_octetgate/explain``: which API, stage and call somebody asks about."""

from binascii import Error as NotBase64
from collections.abc import Mapping

import pybase64

from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.stage import Stage
from octetgate.core.ports.explanation import Explain, Question
from octetgate.core.ports.store import APIS, DEPLOYMENTS, STAGES, Reading, Store

DRAFT = "-"
"""The name that stands for the API as it is being edited; no stage can have it."""

_MEMBERS = {
    "contentType": "content_type",
    "accept": "accept",
    "acceptEncoding": "accept_encoding",
    "contentEncoding": "content_encoding",
    "answerType": "answer_type",
}
_KNOWN = {*_MEMBERS, "api", "stage", "method", "path", "sample"}


def explained(store: Store, explain: Explain, asked: Mapping[str, str]) -> Mapping[str, object]:
    """Return what would happen; BadRequest and NotFound name the parameter."""
    unknown = sorted(set(asked) - _KNOWN)
    if unknown:
        raise BadRequestException(f"expected {', '.join(sorted(_KNOWN))}; found {unknown[0]}")
    for name in ("api", "method", "path"):
        if not asked.get(name):
            raise BadRequestException(f"{name}: expected a value; found none")
    with store.read() as view:
        draft = _api(view, asked["api"])
        stage = _stage(view, draft.rest_api.id, asked.get("stage"))
        key = "" if stage is None else f"{draft.rest_api.id}/{stage.deployment_id}"
        deployment = None if stage is None else view.get(DEPLOYMENTS, key)
    return explain(
        Question(
            draft=draft,
            stage=stage,
            deployment=deployment,
            verb=asked["method"].upper(),
            path="/" + asked["path"].lstrip("/"),
            sample=_sample(asked.get("sample", "")),
            **{field: asked[name] for name, field in _MEMBERS.items() if asked.get(name)},
        )
    )


def _api(view: Reading, named: str) -> ApiDefinition:
    exact = view.get(APIS, named)
    if exact is not None:
        return exact
    found = [api for _, api in view.list(APIS) if api.rest_api.name == named]
    if len(found) != 1:
        known = ", ".join(api.rest_api.id for api in found) or "none"
        raise NotFoundException(
            f"api: expected the id or name of one API; {named!r} stands for {known}"
        )
    return found[0]


def _stage(view: Reading, api: str, named: str | None) -> Stage | None:
    """Return the stage, the only one where none is named; None for the draft."""
    if named == DRAFT:
        return None
    stages = {stage.stage_name: stage for _, stage in view.list(STAGES, f"{api}/")}
    if named is None and len(stages) <= 1:
        return next(iter(stages.values()), None)
    if named not in stages:
        known = ", ".join(stages) or "none"
        raise NotFoundException(
            f"stage: expected one of the API's ({known}), or {DRAFT} for the draft; found {named}"
        )
    return stages[named]


def _sample(text: str) -> bytes:
    try:
        return pybase64.b64decode(text, validate=True)
    except (NotBase64, ValueError) as error:
        raise BadRequestException(f"sample: expected Base64; {error}") from error
