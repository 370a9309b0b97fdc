#!/bin/sh
# The handler of signed.py as a runtime of its own: a shell, curl, and what every system has.
set -eu
calls="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
cd "$TMPDIR"
while :; do
    curl -sS --noproxy '*' -D head -o event "$calls/next"
    id=$(tr -d '\r' <head | sed -n 's/^Lambda-Runtime-Aws-Request-Id: *//p')
    type=$(sed -n 's/.*"headers":{[^}]*"Content-Type":"\([^"]*\)".*/\1/p' event)
    {
        printf '{"statusCode":201,"headers":{"Content-Type":"%s"},"isBase64Encoded":true,"body":"' "$type"
        {
            sed -n 's/.*"body":"\([^"]*\)".*/\1/p' event | base64 -d
            printf '\000\377seen'
        } | base64 -w0
        printf '"}'
    } >answer
    curl -sS --noproxy '*' -H 'Expect:' -o /dev/null --data-binary @answer "$calls/$id/response"
done
