import pytest

from octetgate.core.functions.names import FunctionName, function_name

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:thumb"


@pytest.mark.parametrize(
    "reference, qualifier, named",
    [
        ("thumb", None, FunctionName("thumb")),
        ("thumb:live", None, FunctionName("thumb", "live")),
        ("thumb:$LATEST", None, FunctionName("thumb")),
        ("thumb", "$LATEST", FunctionName("thumb")),
        ("thumb", "live", FunctionName("thumb", "live")),
        ("thumb:live", "7", FunctionName("thumb", "7")),
        ("111122223333:function:thumb", None, FunctionName("thumb")),
        ("function:thumb:7", None, FunctionName("thumb", "7")),
        (ARN, None, FunctionName("thumb")),
        (ARN + ":live", None, FunctionName("thumb", "live")),
        (ARN.replace("aws", "aws-cn"), None, FunctionName("thumb")),
        ("", None, None),
        ("a b", None, None),
        ("../thumb", None, None),
        ("thumb:live:7", None, None),
        ("arn:aws:s3:::bucket", None, None),
    ],
)
def test_a_reference_names(reference, qualifier, named):
    assert function_name(reference, qualifier) == named
