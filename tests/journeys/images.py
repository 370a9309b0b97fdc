"""Images that octetgate has never seen, made with Pillow instead of libvips."""

import io

import numpy as np
from PIL import Image


def noise(width, height):
    dice = np.random.default_rng(width * 7919 + height)
    return Image.fromarray(dice.integers(0, 255, (height, width, 3), dtype="uint8"))


def smooth(width, height):
    """Return a picture that compresses well."""
    across = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", [across, across.transpose(Image.Transpose.ROTATE_180), across])


def kinds():
    """Return PNGs by what is special about them."""
    alpha = noise(333, 500)
    alpha.putalpha(128)
    dice = np.random.default_rng(7)
    deep = Image.fromarray(dice.integers(0, 65535, (100, 200), dtype="uint16"))
    return {
        "one-pixel": png(noise(1, 1)),
        "4000x3000": png(smooth(4000, 3000)),
        "five-megabytes-of-noise": png(noise(1600, 1200)),
        "palette": png(noise(320, 200).quantize(64)),
        "sixteen-bit": png(deep),
        "alpha": png(alpha),
        "grey": png(noise(50, 20).convert("L")),
        "tall": png(noise(10, 900)),
        "interlaced": INTERLACED,
    }


def png(image):
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def jpeg(width, height):
    kept = io.BytesIO()
    smooth(width, height).save(kept, "JPEG", quality=90)
    return kept.getvalue()


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def _interlaced():
    # Pillow writes no interlaced PNGs.
    import pyvips

    picture = pyvips.Image.new_from_memory(noise(120, 80).tobytes(), 120, 80, 3, "uchar").copy(
        interpretation="srgb"
    )
    return picture.pngsave_buffer(interlace=True)


INTERLACED = _interlaced()
