import base64
import io
import json

from PIL import Image

from octetgate.blueprints import catalogue


async def test_the_image_blueprint_works_as_it_is_installed(aws):
    name = "image-processing-service"
    about = catalogue.describe(name)
    aws.put(
        catalogue.package(name),
        handler=about.handler,
        runtime=about.runtime,
        timeout=about.timeout,
        memory_size=about.memory_size,
    )
    file = io.BytesIO()
    Image.effect_noise((640, 480), 90).save(file, "PNG")
    image = base64.b64encode(file.getvalue()).decode()
    event = {"operation": "thumbnail", "base64Image": image}
    outcome = await aws.invoke(json.dumps(event).encode())
    thumbnail = Image.open(io.BytesIO(base64.b64decode(json.loads(outcome.payload))))
    assert thumbnail.size == (100, 75)
    outcome = await aws.invoke(b'{"operation":"explode"}')
    error = json.loads(outcome.payload)
    assert error["errorMessage"] == 'Unrecognized operation "explode"'
    assert error["errorType"] == "Error"
