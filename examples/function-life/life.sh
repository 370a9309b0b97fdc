#!/bin/sh
# The life of a function with the aws CLI: create, wait, invoke, update, publish, alias,
# permission, delete.  Against a running `octetgate serve`; prints a line for each step.
set -eu

ENDPOINT="${OCTETGATE_ENDPOINT:-http://127.0.0.1:8081}"
NAME="${1:-life}"
export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=us-east-1
export AWS_PAGER="" AWS_EC2_METADATA_DISABLED=true

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

lambda() { aws --endpoint-url "$ENDPOINT" --output text lambda "$@"; }

package() { # Writes code.zip with a handler that greets with the given word.
    printf 'def handler(event, context):\n    return f"%s {event[%s]}"\n' "$1" "'name'" >"$work/app.py"
    (cd "$work" && rm -f code.zip && python3 -m zipfile -c code.zip app.py)
}

call() { # Invokes the function, or the version or alias that is given; prints its answer.
    printf '{"name": "world"}' >"$work/event.json"
    lambda invoke --function-name "$NAME${1:+:$1}" --payload "fileb://$work/event.json" \
        --query ExecutedVersion "$work/answer.json" >"$work/version"
    printf '%s from %s\n' "$(cat "$work/answer.json")" "$(tail -n 1 "$work/version")"
}

package Hello
lambda create-function --function-name "$NAME" --runtime python3.12 --handler app.handler \
    --role arn:aws:iam::000000000000:role/any --zip-file "fileb://$work/code.zip" \
    --query FunctionArn
lambda wait function-active-v2 --function-name "$NAME"
call

echo "published $(lambda publish-version --function-name "$NAME" --query Version)"
lambda create-alias --function-name "$NAME" --name live --function-version 1 --query AliasArn

package Goodbye
lambda update-function-code --function-name "$NAME" --zip-file "fileb://$work/code.zip" \
    --query LastUpdateStatus
lambda wait function-updated-v2 --function-name "$NAME"
call
call live

echo "published $(lambda publish-version --function-name "$NAME" --query Version)"
lambda update-alias --function-name "$NAME" --name live --function-version 2 \
    --query FunctionVersion
call live

lambda add-permission --function-name "$NAME" --qualifier live --statement-id gateway \
    --action lambda:InvokeFunction --principal apigateway.amazonaws.com >/dev/null
lambda get-policy --function-name "$NAME" --qualifier live --query Policy
lambda remove-permission --function-name "$NAME" --qualifier live --statement-id gateway

lambda delete-alias --function-name "$NAME" --name live
lambda delete-function --function-name "$NAME" >/dev/null
lambda get-function --function-name "$NAME" 2>&1 | grep -o ResourceNotFoundException
