import base64
import io
import json
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from octetgate.blueprints.image_processing.handler import Error, handler

GENERATOR = np.random.default_rng(7)


def picture(mode="RGB", size=(400, 300)):
    """An image with something in it, in any of Pillow's modes."""
    width, height = size
    if mode == "I;16":
        return Image.fromarray(GENERATOR.integers(0, 2**16, (height, width), dtype=np.uint16))
    pixels = GENERATOR.integers(0, 256, (height, width, 4), dtype=np.uint8)
    return Image.fromarray(pixels, "RGBA").convert(mode)


def saved(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def asked(operation, data=None, **fields):
    event = {"operation": operation} | fields
    if data is not None:
        event["base64Image"] = base64.b64encode(data).decode()
    return handler(event, None)


def opened(text):
    image = Image.open(io.BytesIO(base64.b64decode(text, validate=True)))
    image.load()
    return image


def refused(operation, data=None, **fields):
    with pytest.raises(Error) as refusal:
        asked(operation, data, **fields)
    return str(refusal.value)


INPUTS = [
    pytest.param(saved(picture("RGB", (1, 1))), (1, 1), id="1x1"),
    pytest.param(saved(picture("RGB", (4000, 3000)), compress_level=1), (4000, 3000), id="4000x3000"),
    pytest.param(saved(picture("RGB", (1600, 1200))), (1600, 1200), id="1600x1200"),
    pytest.param(saved(picture("P", (320, 200))), (320, 200), id="palette"),
    pytest.param(saved(picture("P", (320, 200)), transparency=0), (320, 200), id="palette-with-transparency"),
    pytest.param(saved(picture("I;16", (200, 100))), (200, 100), id="16-bit"),
    pytest.param(saved(picture("RGBA", (333, 500))), (333, 500), id="alpha"),
    pytest.param(saved(picture("LA", (150, 150))), (150, 150), id="grey-with-alpha"),
    pytest.param(saved(picture("L", (50, 20))), (50, 20), id="small-grey"),
    pytest.param(saved(picture("1", (64, 64))), (64, 64), id="one-bit"),
    pytest.param(saved(picture("RGB", (1, 900))), (1, 900), id="one-column"),
    pytest.param(saved(picture("RGB", (2, 5000))), (2, 5000), id="thread"),
    pytest.param(saved(picture("RGB", (640, 480)), "JPEG"), (640, 480), id="jpeg"),
    pytest.param(saved(picture("RGB", (640, 480)), "JPEG", progressive=True), (640, 480), id="progressive-jpeg"),
    pytest.param(saved(picture("CMYK", (640, 480)), "JPEG"), (640, 480), id="cmyk-jpeg"),
    pytest.param(saved(picture("RGB", (300, 400)), "WEBP"), (300, 400), id="webp"),
    pytest.param(saved(picture("P", (300, 400)), "GIF"), (300, 400), id="gif"),
    pytest.param(saved(picture("P", (120, 90)), "GIF", save_all=True, append_images=[picture("P", (120, 90))]), (120, 90), id="animated-gif"),
    pytest.param(saved(picture("RGB", (300, 400)), "TIFF"), (300, 400), id="tiff"),
    pytest.param(saved(picture("RGB", (300, 400)), "AVIF"), (300, 400), id="avif"),
]  # fmt: skip


def interlaced_png(width, height):
    """A PNG in Adam7 order, which Pillow reads but does not write."""
    pixels = GENERATOR.integers(0, 256, (height, width, 3), dtype=np.uint8)
    passes = [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ]
    lines = b"".join(
        b"\0" + row.tobytes()
        for left, top, across, down in passes
        for row in pixels[top::down, left::across]
        if row.size
    )

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


INPUTS.append(pytest.param(interlaced_png(203, 101), (203, 101), id="interlaced"))


@pytest.mark.parametrize("data, size", INPUTS)
def test_a_thumbnail_is_a_png_at_most_100_wide_in_the_same_proportions(data, size):
    thumbnail = opened(asked("thumbnail", data))
    assert thumbnail.format == "PNG"
    width, height = thumbnail.size
    assert width == min(100, size[0])
    assert height == max(1, round(size[1] * width / size[0]))


@pytest.mark.parametrize("data, size", INPUTS)
def test_dimensions_are_told_as_stored(data, size):
    assert asked("getDimensions", data) == f"{size[0]}x{size[1]}"


@pytest.mark.parametrize("size", [(5000, 1), (4000, 30), (1, 5000), (101, 1), (3, 7)])
def test_a_thumbnail_never_loses_its_last_pixel(size):
    width, height = opened(asked("thumbnail", saved(picture("RGB", size)))).size
    assert width >= 1
    assert height >= 1


@pytest.mark.parametrize(
    "box, size",
    [
        ({"width": 50}, (50, 38)),
        ({"height": 60}, (80, 60)),
        ({"width": 50, "height": 60}, (50, 38)),
        ({"width": 200, "height": 30}, (40, 30)),
        ({"width": 800}, (800, 600)),
        ({"width": "50"}, (50, 38)),
        ({"width": 0, "height": None}, (100, 75)),
    ],
)
@pytest.mark.parametrize("operation", ["resize", "thumbnail"])
def test_a_size_is_a_box_to_fit_in(operation, box, size):
    assert opened(asked(operation, saved(picture("RGB", (400, 300))), **box)).size == size


@pytest.mark.parametrize(
    "extension, kind",
    [
        ("png", "PNG"),
        ("jpg", "JPEG"),
        ("jpeg", "JPEG"),
        ("JPG", "JPEG"),
        (".png", "PNG"),
        ("webp", "WEBP"),
        ("gif", "GIF"),
        ("tiff", "TIFF"),
        ("tif", "TIFF"),
        ("avif", "AVIF"),
    ],
)
@pytest.mark.parametrize("operation", ["resize", "convert", "getSample"])
def test_the_output_extension_is_the_format(operation, extension, kind):
    data = None if operation == "getSample" else saved(picture("RGBA", (90, 60)))
    assert opened(asked(operation, data, outputExtension=extension)).format == kind


def test_a_thumbnail_looks_like_its_image():
    image = Image.new("RGB", (400, 200), (250, 10, 10))
    image.paste((10, 10, 250), (200, 0, 400, 200))
    thumbnail = opened(asked("thumbnail", saved(image)))
    assert thumbnail.getpixel((20, 25)) == (250, 10, 10)
    assert thumbnail.getpixel((80, 25)) == (10, 10, 250)


def test_transparency_stays():
    thumbnail = opened(asked("thumbnail", saved(Image.new("RGBA", (200, 200), (255, 0, 0, 0)))))
    assert thumbnail.mode == "RGBA"
    assert thumbnail.getpixel((50, 50))[3] == 0


def test_a_photograph_is_turned_upright_and_its_metadata_is_gone():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(picture("RGB", (400, 200)), "JPEG", exif=exif)
    thumbnail = opened(asked("thumbnail", data, outputExtension="jpg"))
    assert thumbnail.size == (100, 200)
    assert 0x0112 not in thumbnail.getexif()


STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera that says so has turned the picture."""


@pytest.mark.parametrize("operation", ["thumbnail", "convert"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(operation, orientation):
    upright = Image.new("RGB", (80, 40), (250, 10, 10))
    upright.paste((10, 10, 250), (0, 0, 40, 40))
    stored = upright.transpose(STORED[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(stored, "JPEG", exif=exif, quality=95)
    seen = opened(asked(operation, data, outputExtension="png"))
    assert seen.size == (80, 40)
    assert seen.getpixel((10, 20))[2] > 200 > seen.getpixel((70, 20))[2]


def test_an_orientation_that_is_to_stay_is_left_alone():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(picture("RGB", (40, 20)), "JPEG", exif=exif)
    seen = opened(asked("convert", data, outputExtension="jpg", strip=False))
    assert (seen.size, seen.getexif()[0x0112]) == ((40, 20), 6)


def swapped_profile():
    """A colour profile of sRGB's curve whose red is green and whose green is red."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for at in range(132, 132 + 12 * struct.unpack_from(">I", profile, 128)[0], 12):
        other = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}.get(bytes(profile[at : at + 4]))
        if other:
            profile[at : at + 4] = other
    return bytes(profile)


@pytest.mark.parametrize("operation", ["thumbnail", "convert"])
@pytest.mark.parametrize("extension", ["png", "jpg", "webp"])
def test_colours_of_another_profile_become_srgb(operation, extension):
    data = saved(Image.new("RGB", (60, 40), (250, 10, 10)), icc_profile=swapped_profile())
    seen = opened(asked(operation, data, outputExtension=extension, quality=95)).convert("RGB")
    red, green, blue = seen.getpixel((20, 20))
    assert green > 230
    assert red < 60
    assert blue < 60
    assert "icc_profile" not in seen.info


def film(kind="GIF", size=(120, 90), frames=3):
    """An animated image of one colour after the other."""
    colours = [(250, 10, 10), (10, 250, 10), (10, 10, 250)]
    pictures = [Image.new("RGB", size, colours[number % 3]) for number in range(frames)]
    return saved(pictures[0], kind, save_all=True, append_images=pictures[1:], duration=70, loop=0)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
@pytest.mark.parametrize("extension", ["gif", "webp"])
@pytest.mark.parametrize(
    "operation, fields, size",
    [
        ("thumbnail", {"width": 60}, (60, 45)),
        ("convert", {}, (120, 90)),
        ("convert", {"customArgs": ["-resize", "60x", "-rotate", "90"]}, (45, 60)),
    ],
)
def test_an_animation_stays_one_where_it_is_asked_for(kind, extension, operation, fields, size):
    seen = opened(asked(operation, film(kind), outputExtension=extension, animated=True, **fields))
    assert (seen.n_frames, seen.size) == (3, size)
    seen.seek(1)
    assert seen.convert("RGB").getpixel((20, 20))[1] > 200


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"outputExtension": "gif"}, id="not-asked-for"),
        pytest.param({"outputExtension": "png", "animated": True}, id="no-format-for-it"),
    ],
)
@pytest.mark.parametrize("operation", ["thumbnail", "convert"])
def test_else_the_first_frame_is_taken(operation, fields):
    seen = opened(asked(operation, film(), **fields))
    assert (getattr(seen, "n_frames", 1), seen.height * 4) == (1, seen.width * 3)
    assert seen.convert("RGB").getpixel((20, 20))[0] > 200


def test_identify_counts_frames():
    assert asked("identify", film())["frames"] == 3


def test_the_frames_of_an_animation_count_together(monkeypatch):
    monkeypatch.setattr("octetgate.blueprints.image_processing.handler.MAX_PIXELS", 60_000)
    many = film(size=(100, 100), frames=7)
    assert refused("thumbnail", many, outputExtension="gif", animated=True) == (
        "base64Image: expected at most 60000 pixels; found 100x100, 7 times"
    )
    assert opened(asked("thumbnail", many, outputExtension="gif")).size == (100, 100)


@pytest.mark.parametrize("extension", ["webp", "avif"])
def test_a_side_that_the_format_has_no_room_for_is_refused(extension):
    data = saved(Image.new("L", (17_000, 2)))
    assert f"outputExtension: {extension} has at most 1638" in refused(
        "convert", data, outputExtension=extension
    )


def test_quality_is_a_fraction_or_percent():
    data = saved(picture("RGB", (200, 200)))
    sizes = [
        len(asked("resize", data, outputExtension="jpg", quality=quality))
        for quality in (0.1, 0.8, 95)
    ]
    assert sizes == sorted(sizes)
    assert asked("resize", data, outputExtension="jpg") == asked("resize", data, outputExtension="jpg", quality=80)  # fmt: skip


def test_a_progressive_jpeg_can_be_asked_for():
    data = asked("resize", saved(picture()), outputExtension="jpg", progressive=True)
    assert opened(data).info.get("progressive")


def test_ping_is_answered():
    assert asked("ping") == "pong"


def test_identify_tells_an_images_properties():
    data = saved(picture("RGBA", (64, 48)))
    assert asked("identify", data) == {
        "format": "PNG",
        "mime type": "image/png",
        "width": 64,
        "height": 48,
        "geometry": "64x48",
        "depth": 8,
        "channels": 4,
        "alpha": True,
        "colorspace": "srgb",
        "filesize": len(data),
    }


@pytest.mark.parametrize(
    "kind, told",
    [("JPEG", "JPEG"), ("GIF", "GIF"), ("WEBP", "WEBP"), ("TIFF", "TIFF"), ("AVIF", "AVIF")],
)
def test_identify_knows_the_format(kind, told):
    assert asked("identify", saved(picture("RGB", (8, 8)), kind))["format"] == told


def test_identify_fills_in_a_text():
    arguments = ["-format", "%m %w/%h %z-bit 100%%\\n"]
    assert asked("identify", saved(picture("RGB", (64, 48))), customArgs=arguments) == "PNG 64/48 8-bit 100%\n"  # fmt: skip


def test_the_sample_is_70_by_46_and_always_the_same():
    assert opened(asked("getSample")).size == (70, 46)
    assert asked("getSample") == asked("getSample")
    assert len(opened(asked("getSample")).getcolors(70 * 46)) > 1000


@pytest.mark.parametrize(
    "arguments, size",
    [
        (["-resize", "50x50"], (50, 38)),
        (["-resize", "50x50!"], (50, 50)),
        (["-resize", "x30"], (40, 30)),
        (["-resize", "50%"], (200, 150)),
        (["-resize", "800x600>"], (400, 300)),
        (["-resize", "200x150<"], (400, 300)),
        (["-resize", "800x600<"], (800, 600)),
        (["-rotate", "90"], (300, 400)),
        (["-strip", "-flip", "-flop", "-negate", "-auto-orient", "-quality", "50"], (400, 300)),
        (["-interlace", "plane", "-thumbnail", "40"], (40, 30)),
        ([], (400, 300)),
    ],
)
def test_convert_does_as_its_arguments_say(arguments, size):
    data = saved(picture("RGB", (400, 300)))
    assert opened(asked("convert", data, customArgs=arguments, outputExtension="png")).size == size


def test_convert_knows_the_rose():
    assert opened(asked("convert", customArgs=["rose:"], outputExtension="png")).size == (70, 46)


@pytest.mark.parametrize(
    "operation, fields, message",
    [
        ("identify", {}, 'Invalid identify request: no "base64Image" field supplied'),
        ("getDimensions", {}, 'Invalid identify request: no "base64Image" field supplied'),
        ("resize", {}, 'Invalid resize request: no "base64Image" field supplied'),
        ("thumbnail", {"base64Image": ""}, 'Invalid resize request: no "base64Image" field supplied'),
        ("convert", {}, 'Invalid convert request: no "base64Image" field supplied'),
        ("explode", {}, 'Unrecognized operation "explode"'),
        (["ping"], {}, "Unrecognized operation \"['ping']\""),
        ("thumbnail", {"base64Image": "!"}, "base64Image: expected Base64"),
        ("thumbnail", {"base64Image": 12}, "base64Image: expected Base64"),
        ("thumbnail", {"base64Image": "aGk="}, "found 2 bytes that are not one"),
    ],
)  # fmt: skip
def test_a_request_is_refused_with(operation, fields, message):
    assert message in refused(operation, **fields)


@pytest.mark.parametrize("event", [{}, [], "x", None])
def test_no_operation_is_an_undefined_one(event):
    with pytest.raises(Exception, match='Unrecognized operation "undefined"'):
        handler(event, None)


@pytest.mark.parametrize(
    "operation, fields, message",
    [
        ("resize", {"outputExtension": "exe"}, "outputExtension: expected one of png"),
        ("resize", {"outputExtension": "png[bitdepth=1]"}, "outputExtension: expected one of png"),
        ("resize", {"width": "wide"}, "width: expected a number of pixels; found 'wide'"),
        ("resize", {"height": -1}, "height: expected a number of pixels; found -1"),
        ("resize", {"width": float("nan")}, "width: expected a number of pixels"),
        ("resize", {"width": 100_000}, "width, height: expected at most 100000000 pixels"),
        ("resize", {"quality": "high", "outputExtension": "jpg"}, "quality: expected"),
        ("resize", {"quality": 0, "outputExtension": "jpg"}, "quality: expected"),
        ("convert", {}, 'no "outputExtension" field supplied'),
        ("convert", {"outputExtension": "png", "customArgs": ["-write", "x"]}, "found '-write'"),
        ("convert", {"outputExtension": "png", "customArgs": ["-resize"]}, "-resize: expected WIDTHxHEIGHT"),
        ("convert", {"outputExtension": "png", "customArgs": ["-resize", "99999x99999!"]}, "-resize: expected at most"),
        ("convert", {"outputExtension": "png", "customArgs": ["-rotate", "45"]}, "-rotate: expected 0, 90"),
        ("identify", {"customArgs": ["-verbose"]}, "customArgs: expected"),
        ("identify", {"customArgs": ["-format", "%x"]}, "-format: expected %w"),
    ],
)  # fmt: skip
def test_an_option_is_refused_with(operation, fields, message):
    assert message in refused(operation, saved(picture("RGB", (8, 6))), **fields)


def test_a_bomb_is_refused_by_its_header():
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    kind = b"IHDR" + head
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + kind + struct.pack(">I", zlib.crc32(kind))
    bomb += struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    bomb += struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    assert refused("thumbnail", bomb) == (
        "base64Image: expected at most 100000000 pixels; found 60000x60000"
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP"])
@pytest.mark.parametrize(
    "operation, fields", [("thumbnail", {}), ("convert", {"outputExtension": "png"})]
)
def test_an_image_that_ends_early_is_refused(kind, operation, fields):
    half = saved(picture(), kind)[:5000]
    assert "base64Image: expected a whole" in refused(operation, half, **fields)


@pytest.mark.parametrize("text", ["<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "P3 1 1 255 0 0 0", "%PDF-1.4"])  # fmt: skip
def test_formats_that_are_not_safe_to_read_are_refused(text):
    assert "expected a whole AVIF, GIF, JPEG" in refused("thumbnail", text.encode())


@pytest.mark.parametrize("operation", ["thumbnail", "identify", "getDimensions", "getSample"])
def test_a_result_is_json(operation):
    data = None if operation == "getSample" else saved(picture("RGB", (20, 20)))
    json.dumps(asked(operation, data))


def test_line_ends_in_base64_do_no_harm():
    wrapped = base64.encodebytes(saved(picture("RGB", (20, 20)))).decode()
    assert opened(handler({"operation": "thumbnail", "base64Image": wrapped}, None)).size == (20, 20)  # fmt: skip


def test_errors_are_named_as_in_node():
    assert Error.__name__ == "Error"
