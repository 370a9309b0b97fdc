"""Definitions in OpenAPI 3.0 and Swagger 2.0, in and out."""
