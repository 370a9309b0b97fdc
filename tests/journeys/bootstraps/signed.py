import base64


def handler(event, context):
    image = base64.b64decode(event["body"]) + b"\x00\xffseen"
    return {
        "statusCode": 201,
        "headers": {"Content-Type": event["headers"]["Content-Type"]},
        "isBase64Encoded": True,
        "body": base64.b64encode(image).decode(),
    }
