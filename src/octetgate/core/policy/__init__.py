"""IAM policies: read, and asked whether somebody may do something."""
