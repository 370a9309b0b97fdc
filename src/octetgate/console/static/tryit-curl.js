// The call of the try-it page as a line for a terminal.

const quoted = (text) => `'${String(text).replace(/'/g, "'\\''")}'`;

/** curl for a stage; for the draft, which has no address, the AWS CLI's TestInvokeMethod. */
export function commandLine(known, call, file, text) {
  const url = known.urls[call.where];
  return url ? curl(url, call, file, text) : testInvoke(known, call, text);
}

function curl(url, call, file, text) {
  const parts = ["curl"];
  parts.push(call.verb === "HEAD" ? "--head" : `--request ${call.verb}`);
  for (const [name, value] of call.headers) parts.push(`--header ${quoted(`${name}: ${value}`)}`);
  if (call.api_key) parts.push("--header 'x-api-key: KEY'");
  if (call.signer || call.by_visitor) {
    parts.push('--aws-sigv4 "aws:amz:$AWS_REGION:execute-api" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"');
  }
  if (file) parts.push(`--data-binary ${quoted(`@${file.name}`)}`);
  else if (text) parts.push(`--data-binary ${quoted(text)}`);
  parts.push("--output answer", quoted(url + call.target));
  return parts.join(" ");
}

function testInvoke(known, call, text) {
  const parts = [`aws --endpoint-url ${known.endpoint} apigateway test-invoke-method --rest-api-id ${known.api}`];
  parts.push(`--resource-id ${call.resource} --http-method ${call.method}`);
  parts.push(`--path-with-query-string ${quoted(call.target)}`);
  if (call.headers.length) parts.push(`--headers ${quoted(JSON.stringify(Object.fromEntries(call.headers)))}`);
  if (Object.keys(call.variables).length) parts.push(`--stage-variables ${quoted(JSON.stringify(call.variables))}`);
  if (text) parts.push(`--body ${quoted(text)}`);
  return parts.join(" ");
}
