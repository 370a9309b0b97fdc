"""Authorizers by their wire names: ``TOKEN`` is ``token.py``.

Each file has ``compile(facts, authorizer)``, which returns what keeps the protocol
:class:`octetgate.gateway.snapshot.Authorizer`, or raises BadConfiguration.
"""

PACKAGE = __name__
"""Where wire names are looked up."""
