"""The image-processing-service blueprint: one function, seven operations on images.

The event and the results are those of the Node.js blueprint of the same name, whose work
ImageMagick did; here libvips does it.  Images come and go as Base64 text, so results are bare
JSON strings.
"""

import binascii
import re
from typing import Any

import pybase64
import pyvips

Event = dict[str, Any]
Image = Any  # pyvips.Image, which has no types

MAX_PIXELS = 100_000_000
"""Of an input or an output: a small file can stand for an image that fills the memory."""

DEFAULT_WIDTH = 100
DEFAULT_QUALITY = 80
UNBOUNDED = 10_000_000

FAIL_ON = "error"
"""A broken image is refused; libvips would fill in what is missing with black."""

pyvips.block_untrusted_set(True)  # readers that libvips has not hardened against strangers
pyvips.cache_set_max(0)  # the next call brings another image
source_of = pyvips.Source.new_from_memory  # uncopied: keep the bytes as long as the image
SUFFIXES = frozenset(pyvips.get_suffixes())  # that this libvips can write

WITHOUT_QUALITY = ("png", "gif", "tif", "tiff")
WITH_QUALITY = ("jpg", "jpeg", "webp", "avif")
ANIMATED = ("gif", "webp")
LONGEST_SIDE = {"avif": 16_384, "gif": 65_535, "jpeg": 65_535, "jpg": 65_535, "webp": 16_383}
"""Pixels, where the format itself has a limit below ours."""


class Error(Exception):
    """Named as in Node.js: callers may look for this errorType."""


def handler(event: Any, _context: object) -> Any:
    """Return what the event's ``operation`` gives."""
    operation = event.pop("operation", "undefined") if isinstance(event, dict) else "undefined"
    if not isinstance(operation, str) or operation not in OPERATIONS:
        raise Error(f'Unrecognized operation "{operation}"')
    try:
        return OPERATIONS[operation](event)
    except pyvips.Error as error:
        # libvips reads as late as it can, so this may come from any of its operations.
        raise Error(f"base64Image: expected a whole image; {reason(error)}") from None


def ping(_event: Event) -> str:
    """Return that somebody is there."""
    return "pong"


def get_dimensions(event: Event) -> Any:
    """Return width and height, as in ``640x480``."""
    return identify(event | {"customArgs": ["-format", "%wx%h"]})


def identify(event: Event) -> Any:
    """Return an image's properties; with ``-format TEXT``, the text with them filled in."""
    data = image_data(event, "identify")
    properties = described(open_image(data), data)
    if not event.get("customArgs"):
        return properties
    match event["customArgs"]:
        case ["-format", str(text)]:
            return filled_in(text, properties)
    raise Error(f'customArgs: expected ["-format", TEXT]; found {event["customArgs"]}')


def resize(event: Event) -> str:
    """Return the image in another size, its proportions kept, as Base64."""
    data = image_data(event, "resize")
    image = open_image(data)
    width, height = wanted_size(event, *upright_size(image))
    extension = event.get("outputExtension") or "png"
    frames = "n=-1," if is_animated(image, extension, event) else ""
    image = pyvips.Image.thumbnail_source(
        source_of(data),
        width,
        height=height,
        size="force",
        option_string=f"{frames}fail_on={FAIL_ON}",
        # Once the image is small; without a profile its colours are taken to be sRGB.
        **({"output_profile": "srgb"} if has_profile(image) else {}),
    )
    return written(image, extension, event)


def get_sample(event: Event) -> str:
    """Return a small picture of our own, 70 pixels wide and 46 high, as Base64."""
    places = pyvips.Image.xyz(70, 46)
    across, down = places[0] * 3.6, places[1] * 5.5
    rose = across.bandjoin([down, 255 - across]).cast("uchar").copy(interpretation="srgb")
    return written(rose, event.get("outputExtension") or "png", event)


def convert(event: Event) -> str:
    """Return the image in another format, changed as ``customArgs`` say, as Base64."""
    arguments = [str(argument) for argument in event.get("customArgs") or []]
    if event.get("base64Image"):
        data = image_data(event, "convert")
    elif "rose:" in arguments:
        arguments.remove("rose:")
        data = pybase64.b64decode(get_sample({}))
    else:
        raise Error('Invalid convert request: no "base64Image" field supplied')
    extension = event.get("outputExtension")
    if not extension:
        raise Error('Invalid convert request: no "outputExtension" field supplied')
    options = dict(event)
    first = open_image(data)
    frames = all_frames(data) if is_animated(first, extension, event) else [first]
    frames = [changed(upright(in_srgb(frame), event), arguments, options) for frame in frames]
    return written(joined(frames), extension, options)


OPERATIONS = {
    "ping": ping,
    "getDimensions": get_dimensions,
    "identify": identify,
    "resize": resize,
    "thumbnail": resize,
    "getSample": get_sample,
    "convert": convert,
}


def image_data(event: Event, operation: str) -> bytes:
    """Return the input image's bytes."""
    text = event.get("base64Image")
    if not text:
        raise Error(f'Invalid {operation} request: no "base64Image" field supplied')
    try:
        try:
            return pybase64.b64decode(text, validate=True)
        except binascii.Error:
            # Line ends do no harm; to look for them first would take as long as to decode.
            return pybase64.b64decode("".join(text.split()), validate=True)
    except (AttributeError, TypeError, binascii.Error, ValueError) as error:
        raise Error(f"base64Image: expected Base64; {error}") from None


def open_image(data: bytes) -> Image:
    """Return the image, its header read; its pixels only if somebody asks for them."""
    try:
        image = pyvips.Image.new_from_source(source_of(data), "", fail_on=FAIL_ON)
    except pyvips.Error:
        raise Error(
            "base64Image: expected a whole AVIF, GIF, JPEG, PNG, TIFF or WebP image; "
            f"found {len(data)} bytes that are not one"
        ) from None
    check_pixels("base64Image", image.width, image.height)
    return image


def check_pixels(name: str, width: int, height: int, frames: int = 1) -> None:
    """Refuse an image that would fill the memory."""
    if width * height * frames > MAX_PIXELS:
        found = f"{width}x{height}" + (f", {frames} times" if frames > 1 else "")
        raise Error(f"{name}: expected at most {MAX_PIXELS} pixels; found {found}")


def is_animated(image: Image, extension: object, event: Event) -> bool:
    """Say whether all frames are wanted, and both formats have more than one."""
    loader = image.get("vips-loader").removesuffix("load_source")
    wanted = bool(event.get("animated")) and suffix_of(extension) in ANIMATED
    if not (wanted and loader in ANIMATED and frame_count(image) > 1):
        return False
    check_pixels("base64Image", image.width, image.height, frame_count(image))
    return True


def frame_count(image: Image) -> int:
    """Return how many frames or pages the file has."""
    return int(image.get("n-pages")) if image.get_typeof("n-pages") else 1


def all_frames(data: bytes) -> list[Image]:
    """Return the frames of an animated image."""
    image = pyvips.Image.new_from_source(source_of(data), "", fail_on=FAIL_ON, n=-1).copy_memory()
    height = image.get("page-height")
    return [image.crop(0, top, image.width, height) for top in range(0, image.height, height)]


def joined(frames: list[Image]) -> Image:
    """Return the frames as the one tall image that libvips writes an animation from."""
    if len(frames) == 1:
        return frames[0]
    image = pyvips.Image.arrayjoin(frames, across=1).copy()
    image.set_type(pyvips.GValue.gint_type, "page-height", frames[0].height)
    return image


def upright(image: Image, event: Event) -> Image:
    """Return the image turned as its orientation tag says, unless the tag is to stay."""
    return image if event.get("strip") is False else image.autorot()


def has_profile(image: Image) -> bool:
    """Say whether the numbers need a colour profile to mean a colour."""
    return bool(image.get_typeof("icc-profile-data"))


def in_srgb(image: Image) -> Image:
    """Return the image in sRGB, if it says what else it is in."""
    if not has_profile(image):
        return image
    depth = 16 if image.format == "ushort" else 8
    return image.icc_transform("srgb", embedded=True, depth=depth)


def suffix_of(extension: object) -> str:
    """Return an ``outputExtension`` as formats are named here."""
    return str(extension).lower().lstrip(".")


def upright_size(image: Image) -> tuple[int, int]:
    """Return the size as the image is seen, which its orientation tag may turn."""
    turned = image.get_typeof("orientation") and image.get("orientation") in (5, 6, 7, 8)
    return (image.height, image.width) if turned else (image.width, image.height)


def wanted_size(event: Event, width: int, height: int) -> tuple[int, int]:
    """Return the size that fits the event's box, its proportions kept.

    The default width never enlarges; a size that was asked for does, as in ImageMagick.
    """
    box_width, box_height = number(event, "width"), number(event, "height")
    if box_width is None and box_height is None:
        box_width = min(width, DEFAULT_WIDTH)
    return fitted(width, height, box_width or UNBOUNDED, box_height or UNBOUNDED)


def fitted(width: int, height: int, box_width: int, box_height: int) -> tuple[int, int]:
    """Return the size inside the box; no side is ever less than a pixel."""
    scale = min(box_width / width, box_height / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    check_pixels("width, height", *size)
    return size


def number(event: Event, name: str) -> int | None:
    """Return the field as a positive whole number; None if it is absent."""
    value = event.get(name)
    if value in (None, "", 0, "0"):
        return None
    try:
        found = round(float(value))
    except (TypeError, ValueError, OverflowError):
        found = 0
    if not 1 <= found <= UNBOUNDED:
        raise Error(f"{name}: expected a number of pixels; found {value!r}")
    return found


def written(image: Image, extension: object, event: Event) -> str:
    """Return the image in the format of the suffix, as Base64 on one line."""
    suffix = suffix_of(extension)
    if suffix not in WITHOUT_QUALITY + WITH_QUALITY:
        known = ", ".join(WITHOUT_QUALITY + WITH_QUALITY)
        raise Error(f"outputExtension: expected one of {known}; found {extension!r}")
    check_can_write(image, suffix)
    options: dict[str, Any] = {"Q": quality(event)} if suffix in WITH_QUALITY else {}
    if suffix == "avif":
        options["compression"] = "av1"
    if event.get("progressive") and suffix in ("png", "jpg", "jpeg"):
        options["interlace"] = True
    keep = "all" if event.get("strip") is False else "none"
    data = image.write_to_buffer(f".{suffix}", keep=keep, **options)
    return pybase64.b64encode(data).decode("ascii")


def check_can_write(image: Image, suffix: str) -> None:
    """Refuse what the format, or this libvips, has no room for."""
    if f".{suffix}" not in SUFFIXES:
        raise Error(f"outputExtension: expected a format that this libvips writes; found {suffix}")
    longest = LONGEST_SIDE.get(suffix, MAX_PIXELS)
    height = image.get("page-height") if image.get_typeof("page-height") else image.height
    if max(image.width, height) > longest:
        raise Error(
            f"outputExtension: {suffix} has at most {longest} pixels a side; "
            f"found {image.width}x{height}"
        )


def quality(event: Event) -> int:
    """Return the quality in percent; the event's is a fraction, or percent above 1."""
    value = event.get("quality")
    if value is None:
        return DEFAULT_QUALITY
    try:
        percent = float(value) if float(value) > 1 else float(value) * 100
    except (TypeError, ValueError):
        percent = 0
    if not 1 <= percent <= 100:
        raise Error(f"quality: expected 0.01 to 1, or 1 to 100; found {value!r}")
    return round(percent)


def reason(error: pyvips.Error) -> str:
    """Return libvips' reason on one line."""
    return " ".join(str(error).split())


def described(image: Image, data: bytes) -> dict[str, Any]:
    """Return what ``identify`` tells of an image."""
    name = image.get("vips-loader").removesuffix("load_source").upper()
    if name == "HEIF" and image.get("heif-compression") == "av1":
        name = "AVIF"
    frames = {"frames": frame_count(image)} if frame_count(image) > 1 else {}
    return {
        "format": name,
        "mime type": f"image/{name.lower()}",
        "width": image.width,
        "height": image.height,
        "geometry": f"{image.width}x{image.height}",
        "depth": {"uchar": 8, "ushort": 16}.get(image.format, 32),
        "channels": image.bands,
        "alpha": bool(image.hasalpha()),
        "colorspace": image.interpretation,
        "filesize": len(data),
        **frames,
    }


ESCAPES = {"w": "width", "h": "height", "m": "format", "z": "depth", "b": "filesize"}


def filled_in(text: str, properties: dict[str, Any]) -> str:
    """Return ImageMagick's ``-format`` text with the properties that it names."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in {*ESCAPES, "%"}:
            raise Error(f"-format: expected %w, %h, %m, %z, %b or %%; found {found[0]}")
        return "%" if found[1] == "%" else str(properties[ESCAPES[found[1]]])

    return re.sub("%(.?)", value, text).replace("\\n", "\n")


def changed(image: Image, arguments: list[str], options: Event) -> Image:
    """Return the image after ImageMagick's arguments; some of them are options for writing."""
    waiting = iter(arguments)
    for name in waiting:
        if name in PLAIN:
            image = PLAIN[name](image)
        elif name == "-strip":
            options["strip"] = True
        elif name in WITH_VALUE:
            image = WITH_VALUE[name](image, next(waiting, ""))
        elif name in OPTIONS:
            options[OPTIONS[name]] = next(waiting, "")
        else:
            known = ", ".join(["-strip", *PLAIN, *WITH_VALUE, *OPTIONS])
            raise Error(f"customArgs: expected {known}; found {name!r}")
    return image


def resized(image: Image, geometry: str) -> Image:
    """Return the image in the size of ``WxH``, ``W``, ``xH`` or ``N%``; ``!`` ``<`` ``>`` apply."""
    found = re.fullmatch(r"(\d*)(?:x(\d*))?([!<>%]?)", str(geometry))
    if not found or not (found[1] or found[2]):
        raise Error(f"-resize: expected WIDTHxHEIGHT; found {geometry!r}")
    width, height = (int(side) if side else None for side in found.group(1, 2))
    if found[3] == "%":
        width, height = (round(image.width * (width or height) / 100), None)
    if found[3] == "!":
        size = width or image.width, height or image.height
        check_pixels("-resize", *size)
    else:
        size = fitted(image.width, image.height, width or UNBOUNDED, height or UNBOUNDED)
    larger = size[0] > image.width or size[1] > image.height
    if (found[3] == ">" and larger) or (found[3] == "<" and not larger):
        return image
    return image.thumbnail_image(size[0], height=size[1], size="force", no_rotate=True)


def rotated(image: Image, degrees: str) -> Image:
    """Return the image turned clockwise by a multiple of 90."""
    turns = {"0": "d0", "90": "d90", "180": "d180", "270": "d270", "-90": "d270"}
    if str(degrees) not in turns:
        raise Error(f"-rotate: expected {', '.join(turns)}; found {degrees!r}")
    return image.rot(turns[str(degrees)])


PLAIN = {
    "-auto-orient": lambda image: image.autorot(),
    "-flip": lambda image: image.flipver(),
    "-flop": lambda image: image.fliphor(),
    "-negate": lambda image: image.invert(),
}
WITH_VALUE = {"-resize": resized, "-thumbnail": resized, "-rotate": rotated}
OPTIONS = {"-quality": "quality", "-interlace": "progressive"}
