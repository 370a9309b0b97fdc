"""Which paths of the management port are the console's; known before any page is loaded."""

PLACES = frozenset(
    {
        "",
        "api-keys",
        "apis",
        "domain-names",
        "favicon.ico",
        "functions",
        "overview",
        "sign-in",
        "sign-out",
        "static",
        "usage-plans",
    }
)
"""The first part of every path of the console; no operation of the management APIs has it."""
