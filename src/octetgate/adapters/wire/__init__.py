"""HTTP/1.1 on a socket, in both roles, with no policy."""
