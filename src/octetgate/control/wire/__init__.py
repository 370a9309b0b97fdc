"""REST-JSON, driven by botocore's service models; no operation is named in this folder."""
