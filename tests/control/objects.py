"""S3 as far as one process needs it."""

from octetgate.core.ports.objects import NoObject


class Objects(dict):
    """Bytes by bucket, key and version; None is the version that is asked for without one."""

    def get(self, bucket, key, *, version, region, limit):
        try:
            data = self[bucket, key, version]
        except KeyError:
            raise NoObject("NoSuchKey", "The specified key does not exist.") from None
        if len(data) > limit:
            raise NoObject("EntityTooLarge", f"expected at most {limit} bytes; found {len(data)}")
        return data
