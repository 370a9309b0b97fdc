"""Templates into a running octetgate: a resource is one function that makes it with boto3.

What exists already is changed, known by the stack's name and the logical id, so that importing
an edited template again is the same as importing it anew.
"""
