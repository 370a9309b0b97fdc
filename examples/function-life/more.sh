#!/bin/sh
# More of a function's life with the aws CLI: a URL of its own, processes that are kept warm, calls
# that nobody waits for.  Against a running `octetgate serve`; prints a line for each step.
set -eu

ENDPOINT="${OCTETGATE_ENDPOINT:-http://127.0.0.1:8081}"
NAME="${1:-more}"
export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=us-east-1
export AWS_PAGER="" AWS_EC2_METADATA_DISABLED=true

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

lambda() { aws --endpoint-url "$ENDPOINT" --output text lambda "$@"; }

create() { # Creates the function of that name; its code is standard input.
    cat >"$work/app.py"
    (cd "$work" && rm -f code.zip && python3 -m zipfile -c code.zip app.py)
    lambda create-function --function-name "$1" --runtime python3.12 --handler app.handler \
        --role arn:aws:iam::000000000000:role/any --zip-file "fileb://$work/code.zip" \
        --publish --query FunctionArn
}

create "$NAME" <<'PYTHON'
import os


def handler(event, context):
    if "rawPath" in event:
        return {"statusCode": 200, "cookies": ["seen=1"], "body": f"You are at {event['rawPath']}"}
    return os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]
PYTHON

# --- A URL of its own ---

url=$(lambda create-function-url-config --function-name "$NAME" --auth-type NONE \
    --cors AllowOrigins=https://example.com --query FunctionUrl)
curl --silent "${url}a/b"
echo
lambda add-permission --function-name "$NAME" --statement-id public \
    --action lambda:InvokeFunctionUrl --principal '*' --function-url-auth-type NONE >/dev/null
curl --silent "${url}a/b"
echo
curl --silent --head --request GET --header "Origin: https://example.com" "$url" |
    tr -d '\r' | grep -i '^access-control-allow-origin'

# --- Processes that are kept warm ---

warm() { # Prints how far it is.
    lambda get-provisioned-concurrency-config --function-name "$NAME" --qualifier 1 \
        --query '[Status, AvailableProvisionedConcurrentExecutions]'
}

lambda put-provisioned-concurrency-config --function-name "$NAME" --qualifier 1 \
    --provisioned-concurrent-executions 2 --query Status
until warm >"$work/warm" && grep READY "$work/warm"; do sleep 0.1; done
lambda invoke --function-name "$NAME:1" "$work/answer.json" >/dev/null
cat "$work/answer.json"
echo

# --- Calls that nobody waits for ---

heard=$(create "$NAME-heard" <<'PYTHON'
def handler(event, context):
    print("heard:", event["requestContext"]["condition"], event["responsePayload"])
PYTHON
)
lambda put-function-event-invoke-config --function-name "$NAME" --maximum-retry-attempts 0 \
    --destination-config "OnSuccess={Destination=$heard}" --query MaximumRetryAttempts
lambda invoke --function-name "$NAME" --invocation-type Event --query StatusCode \
    "$work/answer.json"
until curl --silent "$ENDPOINT/_octetgate/functions/$NAME-heard/logs" | grep -q heard:; do
    sleep 0.1
done
curl --silent "$ENDPOINT/_octetgate/functions/$NAME-heard/logs" | grep -o 'heard: .*'

for each in "$NAME" "$NAME-heard"; do
    lambda delete-function --function-name "$each" >/dev/null
done
