"""What an account may have of Lambda: AWS's numbers for a new one, and what is used of them."""

from octetgate.control.errors import CodeStorageExceededException
from octetgate.control.packages import LARGEST_UNZIPPED
from octetgate.core.ports.store import FUNCTION_VERSIONS, FUNCTIONS, LAYER_VERSIONS, Reading

CONCURRENT = 1000
LEAST_UNRESERVED = 100
"""Calls that functions without a reservation are left with."""
TOTAL_CODE = 75 * 1024**3
LARGEST_ZIPPED = 50 * 1024 * 1024


def reserved(store: Reading) -> int:
    """Return how many calls are reserved for functions, together."""
    return sum(function.reserved_concurrency or 0 for _, function in store.list(FUNCTIONS))


def limits(store: Reading) -> dict[str, int]:
    """Return the account's limits as the API shows them."""
    return {
        "TotalCodeSize": TOTAL_CODE,
        "CodeSizeUnzipped": LARGEST_UNZIPPED,
        "CodeSizeZipped": LARGEST_ZIPPED,
        "ConcurrentExecutions": CONCURRENT,
        "UnreservedConcurrentExecutions": CONCURRENT - reserved(store),
    }


def check_total_code(store: Reading) -> None:
    """Raise CodeStorageExceededException if there is more code than an account may have.

    The transaction that made it too much is then undone.
    """
    if usage(store)["TotalCodeSize"] > TOTAL_CODE:
        raise CodeStorageExceededException("Code storage limit exceeded.")


def usage(store: Reading) -> dict[str, int]:
    """Return what the account uses as the API shows it."""
    functions = [function for _, function in store.list(FUNCTIONS)]
    versions = [version for _, version in store.list(FUNCTION_VERSIONS)]
    layers = [layer for _, layer in store.list(LAYER_VERSIONS)]
    code = sum(each.code_size for each in (*functions, *versions))
    return {
        "TotalCodeSize": code + sum(layer.code_size for layer in layers),
        "FunctionCount": len(functions),
    }
