"""A JSON protocol's answer in the wrapping that the query protocol gives to JSON.

Recorded for actions of SSM, which API Gateway asks by the query protocol: ``{"GetParameter
Response": {"GetParameterResult": …, "ResponseMetadata": {"RequestId": …}}}`` (spec: mapping 13).
"""

import msgspec

_Object = dict[str, msgspec.Raw]
_decoder = msgspec.json.Decoder(_Object)


def wrapped(action: str, answer: bytes, request_id: str) -> bytes:
    """Return the answer in the query protocol's wrapping.

    What is no JSON object, or is wrapped already, is returned as it is.
    """
    try:
        members = _decoder.decode(answer)
    except msgspec.DecodeError:
        return answer
    outer = f"{action}Response"
    if list(members) == [outer]:
        return answer
    result = {
        f"{action}Result": msgspec.Raw(answer),
        "ResponseMetadata": {"RequestId": request_id},
    }
    return msgspec.json.encode({outer: result})
