"""From a host and a path to the API, the stage and the resource that answer."""
