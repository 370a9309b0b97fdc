import base64
import io
import json

from PIL import Image

from octetgate.blueprints import catalogue


def put(aws, name):
    about = catalogue.describe(name)
    aws.put(
        catalogue.package(name),
        handler=about.handler,
        runtime=about.runtime,
        timeout=about.timeout,
        memory_size=about.memory_size,
    )


async def test_a_greeting_comes_with_what_was_got_in_the_log(aws):
    put(aws, "hello-world-python")
    outcome = await aws.invoke(b'{"name": "Ada"}', log_tail=True)
    assert json.loads(outcome.payload) == {"message": "Hello, Ada!"}
    assert b'f got {"name": "Ada"}\n' in outcome.log_tail


async def test_every_byte_comes_back(aws):
    put(aws, "echo-binary")
    body = base64.b64encode(bytes(range(256))).decode()
    event = {"httpMethod": "POST", "headers": {}, "body": body, "isBase64Encoded": True}
    outcome = await aws.invoke(json.dumps(event).encode())
    assert json.loads(outcome.payload)["body"] == body


async def test_the_image_blueprint_works_as_it_is_installed(aws):
    put(aws, "image-processing-service")
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
