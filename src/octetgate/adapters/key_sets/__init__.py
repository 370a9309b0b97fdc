"""Where the public keys of token issuers come from."""
