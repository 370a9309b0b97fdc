"""Parameter mapping and mapping templates: what API Gateway lets a definition say about data.

Everything here is a function of its arguments (spec: mapping).
"""
