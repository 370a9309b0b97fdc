"""Custom domains over TLS on a real server, with curl and requests as clients."""

import io
import socket
import ssl
import subprocess
import time
import zipfile

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer
from tests.core.signing.issued import certified
from tests.journeys.building import build_api, build_function, lambda_uri
from tests.journeys.running import Octetgate
from tests.journeys.test_domains import build_mock

from octetgate.cli.doctor_domains import examine_domains
from octetgate.cli.findings import Verdict

NOW = int(time.time())
ROOT = certified(common="root", authority=True, now=NOW)
API, NEW = (certified("api.example", by=ROOT, common=name, now=NOW) for name in ("one", "two"))
FOUND = certified("found.example", by=ROOT, common="found", now=NOW)
ID = "12345678-1234-1234-1234-123456789012"
ARN = f"arn:aws:acm:us-east-1:000000000000:certificate/{ID}"


@pytest.fixture(scope="module")
def s3():
    """Return a client of what stands in for S3, with one bucket that keeps versions."""
    standing_in = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    standing_in.start()
    url = "http://{}:{}".format(*standing_in.get_host_and_port())
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    client.create_bucket(Bucket="versions")
    client.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    yield client
    standing_in.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory, s3):
    folder = tmp_path_factory.mktemp("tls")
    (folder / "root.pem").write_text(ROOT.body)
    (folder / "pem").mkdir()
    (folder / f"pem/{ID}.pem").write_text(FOUND.body + FOUND.private_key)
    flags = ("--tls-port", "0", "--certificates", str(folder / "pem"), "--workers", "2")
    server = Octetgate(folder / "data", *flags)
    server.folder = folder
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ENDPOINT_URL_S3", s3.meta.endpoint_url)
        server.start()
    yield server
    server.end()


@pytest.fixture(scope="module")
def api(server):
    return build_mock(server, "one")


def curl(server, host, *arguments, path="/hello", port=None):
    """Call a host at the TLS port; return curl's exit status and what it wrote or said."""
    port = port or server.secure_url.rpartition(":")[2]
    done = subprocess.run(
        [
            *("curl", "--silent", "--show-error", "--max-time", "20", "--noproxy", "*"),
            *("--cacert", str(server.folder / "root.pem"), "--http1.1"),
            *("--resolve", f"{host}:{port}:127.0.0.1", *arguments, f"https://{host}:{port}{path}"),
            *("--write-out", "%{http_code}"),
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stderr or done.stdout


def shown(server, host):
    """Return the common name of the certificate that a host is proved by."""
    port = int(server.secure_url.rpartition(":")[2])
    context = ssl.create_default_context(cadata=ROOT.body)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as raw,
        context.wrap_socket(raw, server_hostname=host) as tls,
    ):
        return tls.getpeercert()["subject"][0][0][1]


@pytest.fixture
def domain(server, api):
    made = []

    def make(name, **members):
        server.gateway.create_domain_name(domainName=name, **members)
        server.gateway.create_base_path_mapping(domainName=name, restApiId=api, stage="one")
        made.append(name)

    yield make
    for name in made:
        server.gateway.delete_domain_name(domainName=name)


def upload(made):
    return {
        "certificateBody": made.body,
        "certificatePrivateKey": made.private_key,
        "certificateChain": ROOT.body,
    }


def test_a_domain_is_served_with_the_certificate_that_was_uploaded_with_it(server, domain):
    domain("api.example", certificateName="api", **upload(API))
    for _ in range(4):  # whichever worker answers
        assert curl(server, "api.example") == (0, "200")


def test_a_renewed_certificate_is_served_without_a_restart(server, domain):
    domain("api.example", certificateName="api", **upload(API))
    assert shown(server, "api.example") == "one"
    renewal = [
        {"op": "replace", "path": f"/{member}", "value": value}
        for member, value in upload(NEW).items()
    ]
    server.gateway.update_domain_name(domainName="api.example", patchOperations=renewal)
    for _ in range(4):
        assert shown(server, "api.example") == "two"


def test_a_certificate_arn_leads_to_a_file(server, domain):
    domain("found.example", certificateArn=ARN)
    assert curl(server, "found.example") == (0, "200")


def test_a_name_without_a_certificate_gets_an_alert_and_the_others_their_answers(server, domain):
    domain("api.example", certificateName="api", **upload(API))
    status, said = curl(server, "nobody.example")
    assert status == 35
    assert "unrecognized name" in said
    assert curl(server, "api.example") == (0, "200")


def test_the_first_port_stays_http(server, domain):
    domain("api.example", certificateName="api", **upload(API))
    status, _ = curl(server, "api.example", port=server.port)
    assert status == 35


def test_the_default_endpoint_is_reached_over_tls_too(server, domain, api):
    domain("api.example", certificateName="api", **upload(API))
    path = f"/restapis/{api}/one/_user_request_/hello"
    assert curl(server, "api.example", path=path) == (0, "200")


# --- Mutual TLS --------------------------------------------------------------------------------

MUTUAL = certified("mutual.example", by=ROOT, common="mutual", now=NOW)
CLIENTS = certified(common="clients", authority=True, now=NOW)
BOB = certified(common="bob", by=CLIENTS, now=NOW)
FORBIDDEN = (0, '{"message":"Forbidden"}403')
WHO = """
def handler(event, context):
    client = event["requestContext"]["identity"].get("clientCert")
    return {"statusCode": 200, "body": client["subjectDN"] if client else "nobody"}
"""


@pytest.fixture(scope="module")
def who(server):
    """Return an API whose ``/who`` says who the client is."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as made:
        made.writestr("handler.py", WHO)
    arn = build_function(server, "who", package.getvalue())
    return build_api(server, {"who": {"type": "AWS_PROXY", "uri": lambda_uri(arn)}}, "one")


@pytest.fixture
def mutual(server, who):
    """A domain that asks clients for certificates of one authority."""
    (server.folder / "pem/bucket").mkdir(exist_ok=True)
    (server.folder / "pem/bucket/trust.pem").write_text(CLIENTS.body)
    server.gateway.create_domain_name(
        domainName="mutual.example",
        regionalCertificateName="m",
        endpointConfiguration={"types": ["REGIONAL"]},
        mutualTlsAuthentication={"truststoreUri": "s3://bucket/trust.pem"},
        **upload(MUTUAL),
    )
    place = {"domainName": "mutual.example", "restApiId": who, "stage": "one"}
    server.gateway.create_base_path_mapping(**place)
    yield "mutual.example"
    server.gateway.delete_domain_name(domainName="mutual.example")


def showing(server, *chain):
    """Return how curl is told to show a certificate, the first of these."""
    path = server.folder / "client.pem"
    path.write_text(chain[0].private_key + "".join(each.body for each in chain))
    return ("--cert", str(path))


def test_a_client_with_a_certificate_of_the_authority_is_known_to_the_function(server, mutual):
    for _ in range(4):
        said = curl(server, mutual, *showing(server, BOB), path="/who")
        assert said == (0, "CN=bob200")


@pytest.mark.parametrize(
    "chain, alert",
    [
        ((), "certificate required"),
        ((certified(common="bob", now=NOW),), "unknown ca"),
        ((certified(common="bob", by=ROOT, now=NOW),), "unknown ca"),
        ((certified(common="bob", by=CLIENTS, now=NOW, days=(-9, -1)),), "certificate expired"),
    ],
    ids=["none", "self-signed", "of-another-authority", "expired"],
)
def test_any_other_client_hears_an_alert(server, mutual, chain, alert):
    shown = showing(server, *chain) if chain else ()
    status, said = curl(server, mutual, *shown, path="/who")
    assert status in {35, 56}  # TLS 1.3 tells the client after its handshake
    assert alert in said


def test_the_other_ways_to_the_domain_are_closed(server, mutual, domain, who):
    domain("api.example", certificateName="api", **upload(API))
    host = ("--header", f"Host: {mutual}")
    # A handshake for another host, and none at all.
    assert curl(server, "api.example", *host, path="/who") == FORBIDDEN
    plain = requests.get(f"{server.url}/who", headers={"Host": mutual}, timeout=20)
    assert (plain.status_code, plain.json()) == (403, {"message": "Forbidden"})
    # The default endpoint is another matter, as on AWS, until it is disabled.
    path = f"/restapis/{who}/one/_user_request_/who"
    assert curl(server, "api.example", path=path) == (0, "nobody200")


def test_a_new_trust_store_holds_for_new_and_open_connections(server, mutual):
    port = int(server.secure_url.rpartition(":")[2])
    context = ssl.create_default_context(cadata=ROOT.body)
    context.load_cert_chain(showing(server, BOB)[1])
    asked = b"GET /who HTTP/1.1\r\nHost: mutual.example\r\n\r\n"
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as raw,
        context.wrap_socket(raw, server_hostname=mutual) as tls,
    ):
        tls.sendall(asked)
        assert tls.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
        (server.folder / "pem/bucket/trust.pem").write_text(ROOT.body)
        server.gateway.update_domain_name(
            domainName=mutual,
            patchOperations=[
                {
                    "op": "replace",
                    "path": "/mutualTlsAuthentication/truststoreUri",
                    "value": "s3://bucket/trust.pem",
                }
            ],
        )
        tls.sendall(asked)
        assert tls.recv(1 << 16).startswith(b"HTTP/1.1 403 ")
    assert "unknown ca" in curl(server, mutual, *showing(server, BOB), path="/who")[1]
    carol = certified(common="carol", by=ROOT, now=NOW)
    assert curl(server, mutual, *showing(server, carol), path="/who") == (0, "CN=carol200")


def test_a_trust_store_comes_from_s3_in_the_version_that_is_named(server, mutual, s3):
    place = {"Bucket": "versions", "Key": "trust.pem"}
    first = s3.put_object(**place, Body=CLIENTS.body.encode())["VersionId"]
    s3.put_object(**place, Body=ROOT.body.encode())
    where = "/mutualTlsAuthentication/truststore"
    patch = [{"op": "replace", "path": f"{where}Uri", "value": "s3://versions/trust.pem"}]
    server.gateway.update_domain_name(domainName=mutual, patchOperations=patch)
    bob = showing(server, BOB)
    assert "unknown ca" in curl(server, mutual, *bob, path="/who")[1]
    patch = [{"op": "replace", "path": f"{where}Version", "value": first}]
    server.gateway.update_domain_name(domainName=mutual, patchOperations=patch)
    assert curl(server, mutual, *bob, path="/who") == (0, "CN=bob200")


# --- What the doctor says ----------------------------------------------------------------------


def findings(server):
    found = examine_domains(server.endpoint, server.health().json()["gatewayTls"])
    return {(each.about, each.verdict): each.found for each in found}


def test_the_doctor_looks_at_the_certificates_that_clients_are_shown(server, domain):
    soon = certified("soon.example", by=ROOT, common="soon", now=NOW, days=(-1, 3))
    domain("api.example", certificateName="api", **upload(API))
    domain("soon.example", certificateName="soon", **upload(soon))
    domain("none.example")
    domain("other.example", certificateArn=ARN)
    found = findings(server)
    ends = API.certificate.not_valid_after_utc
    said = f"CN=one, to {ends:%Y-%m-%d}"
    assert found["certificate of api.example", Verdict.GOOD] == said
    assert found["certificate of soon.example", Verdict.NOTE].endswith(", ends soon")
    assert "is for other names" in found["certificate of other.example", Verdict.BAD]
    assert found["certificate of none.example", Verdict.BAD].startswith("none is shown: ")


def test_the_doctor_tells_of_side_doors(server, mutual, who):
    about = "mutual TLS of mutual.example", Verdict.NOTE
    found = f"routes ({who}) answers without it at its default endpoint"
    assert findings(server)[about] == found
    change = {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}
    try:
        server.gateway.update_rest_api(restApiId=who, patchOperations=[change])
        assert about not in findings(server)
        server.gateway.delete_base_path_mapping(domainName=mutual, basePath="(none)")
        assert findings(server)[f"API routes ({who})", Verdict.NOTE] == (
            "its default endpoint is disabled, and no domain name leads to it"
        )
    finally:
        change["value"] = "false"
        server.gateway.update_rest_api(restApiId=who, patchOperations=[change])
