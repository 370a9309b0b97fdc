"""What stands behind a method; the wire name is the file (``AWS_PROXY`` → ``aws_proxy.py``).

Each module has ``compile(plan) -> Integration``, which refuses a configuration it cannot
serve, and an integration has three verbs: ``prepare``, ``invoke``, ``answer``.
"""
