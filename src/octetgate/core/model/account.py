"""What an account has chosen of API Gateway in a region."""

from octetgate.core.model.record import Record


class Account(Record, frozen=True, kw_only=True):
    """The settings that UpdateAccount changes."""

    cloudwatch_role_arn: str | None = None
    """Who may write logs on AWS; here it only has to be named."""
