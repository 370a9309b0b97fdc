"""The demo's sample images, drawn here so that nobody has to look for a licence."""

from collections.abc import Mapping

import pyvips

PNG = "image/png"
JPEG = "image/jpeg"


def thumbnail_samples() -> Mapping[str, bytes]:
    """Return PNGs of the sorts that break a careless gateway or function, by file name."""
    gradient = _gradient(1200, 900)
    return {
        "gradient.png": gradient.pngsave_buffer(),
        "palette.png": _rose(640, 480).pngsave_buffer(palette=True),
        "alpha.png": _rose(500, 700).bandjoin(_glow(500, 700)).pngsave_buffer(),
        "sixteen-bit.png": _sixteen_bit(gradient).pngsave_buffer(),
        "interlaced.png": _rose(300, 300).pngsave_buffer(interlace=True),
        "one-pixel.png": _gradient(1, 1).pngsave_buffer(),
    }


def photo() -> bytes:
    """Return a JPEG as large and as noisy as a camera's."""
    clouds = pyvips.Image.perlin(2400, 1600, cell_size=256, seed=7) * 90
    ground = _gradient(2400, 1600) * 0.6 + 30 + clouds
    grain = pyvips.Image.gaussnoise(2400, 1600, sigma=6, seed=7)
    jpeg: bytes = (ground + grain).cast("uchar").copy(interpretation="srgb").jpegsave_buffer(Q=88)
    return jpeg


def size(image: bytes) -> tuple[int, int] | None:
    """Return an image's width and height, or None if it is none."""
    try:
        found = pyvips.Image.new_from_buffer(image, "")
    except pyvips.Error:
        return None
    return found.width, found.height


def _gradient(width: int, height: int) -> pyvips.Image:
    at = pyvips.Image.xyz(width, height)
    across, down = at[0] * (255 / width), at[1] * (255 / height)
    return across.bandjoin([down, 255 - across]).cast("uchar").copy(interpretation="srgb")


def _rose(width: int, height: int) -> pyvips.Image:
    """Return petals: rings that turn as they grow."""
    at = pyvips.Image.xyz(width, height)
    x, y = at[0] - width / 2, at[1] - height / 2
    radius = (x * x + y * y) ** 0.5
    petals = ((radius * (720 / min(width, height)) + y.atan2(x) * 5).sin() + 1) * 127.5
    return (
        petals.bandjoin([petals * 0.25, 120 - petals * 0.2])
        .cast("uchar")
        .copy(interpretation="srgb")
    )


def _glow(width: int, height: int) -> pyvips.Image:
    """Return transparency that grows towards the corners."""
    at = pyvips.Image.xyz(width, height)
    x, y = (at[0] - width / 2) / width, (at[1] - height / 2) / height
    return (255 - (x * x + y * y) * 510).cast("uchar")


def _sixteen_bit(image: pyvips.Image) -> pyvips.Image:
    return (image.resize(0.5) * 257).cast("ushort").copy(interpretation="rgb16")
