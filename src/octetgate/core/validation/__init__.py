"""What requests are checked against before anyone behind the gateway is asked."""
