"""A backend behind TLS that speaks to this gateway alone, as its client certificate tells."""

import contextlib
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from cryptography import x509
from tests.core.signing.issued import certified
from tests.journeys.building import build_api

OWN = certified("127.0.0.1", now=int(time.time()))
PASSES_ON = {
    "type": "HTTP_PROXY",
    "requestParameters": {},
    "tlsConfig": {"insecureSkipVerification": True},
}


@contextlib.contextmanager
def asking(folder, *known):
    """Serve whoever shows one of these certificates; say which it was."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers.get("content-length", 0)))
            serial = self.connection.getpeercert()["serialNumber"].encode()
            self.send_response(200)
            self.send_header("content-length", str(len(serial)))
            self.end_headers()
            self.wfile.write(serial)

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, client_address):
            pass  # A client that shows nothing is an error here.

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (folder / "own.pem").write_text(OWN.body + OWN.private_key)
    context.load_cert_chain(folder / "own.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata="".join(known))
    server = Server(("127.0.0.1", 0), Handler)
    # Handshakes in the handlers' threads, so that one that hangs holds up no other.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def serial(certificate):
    text = certificate["pemEncodedCertificate"].encode()
    return f"{x509.load_pem_x509_certificate(text).serial_number:X}"


def test_a_stage_s_new_certificate_is_shown_from_the_next_call_on(octetgate, tmp_path):
    gateway = octetgate.gateway
    old, new = (gateway.generate_client_certificate() for _ in range(2))
    shows = [each["pemEncodedCertificate"] for each in (old, new)]
    with asking(tmp_path, *shows) as uri:
        api = build_api(octetgate, {"who": {**PASSES_ON, "uri": uri}}, "s")

        def called():
            url = f"{octetgate.invoke_url(api, 's')}who"
            answer = requests.post(url, data=b"x", timeout=20)
            return answer.text.lstrip("0") if answer.ok else answer.status_code

        def show(certificate):
            change = {"op": "replace", "path": "/clientCertificateId", "value": certificate}
            gateway.update_stage(restApiId=api, stageName="s", patchOperations=[change])

        assert called() == 504
        show(old["clientCertificateId"])
        assert called() == called() == serial(old)
        show(new["clientCertificateId"])
        assert called() == called() == serial(new)
        gateway.delete_client_certificate(clientCertificateId=old["clientCertificateId"])
        show("")
        assert called() == 504
