"""What to do about a refusal, where its type or its words leave a reader in doubt."""

from octetgate.console.operations import Refusal

_BY_WORDS = (
    ("read-only", "Sign in with a key that may change things: octetgate keys create NAME"),
    ("concurrent modification", "Somebody else changed it at the same time. Try again."),
)
_BY_KIND = {
    "ConflictException": "Choose another name, or change what is there already.",
    "ResourceConflictException": "Choose another name, or change what is there already.",
    "NotFoundException": "It may have been deleted meanwhile. Reload the page.",
    "ResourceNotFoundException": "It may have been deleted meanwhile. Reload the page.",
    "TooManyRequestsException": "Wait a moment, and try again.",
    "InternalFailure": "This is a bug of octetgate. Its log has the details.",
}


def advice(refusal: Refusal) -> str:
    """Return a sentence that says what to do; empty where the message says so itself."""
    message = str(refusal)
    for words, sentence in _BY_WORDS:
        if words in message:
            return sentence
    return _BY_KIND.get(refusal.kind, "")
