"""octetgate: an API gateway anyone can run, with binary payloads first-class."""
