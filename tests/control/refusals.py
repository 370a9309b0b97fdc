"""What boto3 says of a call that is refused."""

import pytest
from botocore.exceptions import ClientError


def refused(call, /, **members):
    """Return (code, status, message) of a call that has to fail."""
    with pytest.raises(ClientError) as failed:
        call(**members)
    response = failed.value.response
    error = response["Error"]
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return error["Code"], status, error["Message"]


def bad(message):
    """Return what API Gateway answers to most mistakes."""
    return "BadRequestException", 400, message


def absent(message):
    """Return what API Gateway answers about what is not there."""
    return "NotFoundException", 404, message


def taken(message):
    """Return what API Gateway answers about what is there already."""
    return "ConflictException", 409, message
