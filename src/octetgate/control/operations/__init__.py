"""The operations: a function here named like the boto3 method is the operation.

The first parameter's type says what it needs (:mod:`octetgate.control.calls`).  A module
that is not about API Gateway says so in ``SERVICE``.
"""
