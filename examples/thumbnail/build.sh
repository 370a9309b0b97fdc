#!/bin/sh
# AWS's launch example of binary support with the aws CLI, from nothing to a thumbnail.
#
#   octetgate serve &
#   octetgate functions create thumbnail --blueprint image-processing-service
#   sh build.sh
set -eu

ENDPOINT="${OCTETGATE_ENDPOINT:-http://127.0.0.1:8081}"
GATEWAY="${OCTETGATE_GATEWAY:-http://127.0.0.1:8080}"
FUNCTION="${1:-thumbnail}"
export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=us-east-1
export AWS_PAGER="" AWS_EC2_METADATA_DISABLED=true

api() { aws --endpoint-url "$ENDPOINT" --output text apigateway "$@"; }
lambda() { aws --endpoint-url "$ENDPOINT" --output text lambda "$@"; }

arn=$(lambda get-function --function-name "$FUNCTION" --query Configuration.FunctionArn)
id=$(api create-rest-api --name Thumbnail --description "Makes thumbnails" --query id)
root=$(api get-resources --rest-api-id "$id" --query 'items[0].id')
method="--rest-api-id $id --resource-id $root --http-method POST"

# The article's clicks, one by one: a POST method in front of the function, ...
api put-method $method --authorization-type NONE >/dev/null
api put-integration $method --type AWS --integration-http-method POST \
    --uri "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/$arn/invocations" \
    --content-handling CONVERT_TO_TEXT --passthrough-behavior WHEN_NO_TEMPLATES \
    --request-templates '{"image/png": "{\"operation\": \"thumbnail\", \"base64Image\": \"$input.body\"}"}' \
    >/dev/null
api put-method-response $method --status-code 200 >/dev/null
api put-integration-response $method --status-code 200 >/dev/null
lambda add-permission --function-name "$FUNCTION" --statement-id "from-$id" \
    --action lambda:InvokeFunction --principal apigateway.amazonaws.com \
    --source-arn "arn:aws:execute-api:us-east-1:000000000000:$id/*/POST/" >/dev/null

# ... and the media type that makes it binary.
api update-rest-api --rest-api-id "$id" \
    --patch-operations op=add,path=/binaryMediaTypes/image~1png >/dev/null
api create-deployment --rest-api-id "$id" --stage-name prod >/dev/null

echo "curl --request POST -H 'Accept: image/png' -H 'Content-Type: image/png'" \
    "--data-binary @picture.png $GATEWAY/restapis/$id/prod/_user_request_/ > thumbnail.png"
