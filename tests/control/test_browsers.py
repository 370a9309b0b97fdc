import re

import pytest

from octetgate.control.browsers import refuse_other_sites, refuse_public_names
from octetgate.control.errors import AccessDeniedException

HERE = {"host": "127.0.0.1:8081"}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(HERE, id="a-program"),
        pytest.param({"host": "octetgate.internal:8081"}, id="a-program-under-any-name"),
        pytest.param({**HERE, "origin": "http://127.0.0.1:8081"}, id="our-own-page"),
        pytest.param({"host": "localhost:8081", "origin": "http://LOCALHOST:8081"}, id="case"),
        pytest.param({"host": "[::1]:8081", "origin": "http://[::1]:8081"}, id="ipv6"),
        pytest.param(
            {"host": "gate.localhost", "origin": "http://gate.localhost"}, id="below-localhost"
        ),
        pytest.param({**HERE, "sec-fetch-site": "same-origin"}, id="fetch-from-our-page"),
        pytest.param({**HERE, "sec-fetch-site": "none"}, id="typed-into-the-address-bar"),
    ],
)
def test_programs_and_our_own_pages_are_answered(headers):
    refuse_other_sites(headers)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({**HERE, "origin": "https://evil.example"}, id="another-site"),
        pytest.param({**HERE, "origin": "http://127.0.0.1:3000"}, id="another-port"),
        pytest.param({**HERE, "origin": "null"}, id="a-sandboxed-page"),
        pytest.param(
            {"host": "evil.example:8081", "origin": "http://evil.example:8081"}, id="dns-rebinding"
        ),
        pytest.param(
            {"host": "127.0.0.1.evil.example", "origin": "http://127.0.0.1.evil.example"},
            id="a-name-like-an-address",
        ),
        pytest.param({**HERE, "sec-fetch-site": "cross-site"}, id="an-image-of-another-site"),
        pytest.param({**HERE, "sec-fetch-site": "same-site"}, id="a-page-of-another-port"),
    ],
)
def test_pages_of_other_sites_are_refused(headers):
    with pytest.raises(AccessDeniedException):
        refuse_other_sites(headers)


PRIVATE = "localhost:8081 a.localhost localhost. LOCALHOST:8081 127.0.0.1:8081 [::1]:8081 octetgate"
PUBLIC = "evil.example:8081 evil.example. 127.0.0.1.evil.example internal.evil.example a.local"


@pytest.mark.parametrize("host", ["", *PRIVATE.split(), "host.docker.internal:8081", "gate.test"])
def test_names_that_nobody_else_can_have_need_no_key(host):
    refuse_public_names({"host": host, "accept-language": "en"})


@pytest.mark.parametrize("host", [*PUBLIC.split(), "evilinternal.example", "[::1.example"])
def test_a_browser_under_a_name_that_can_be_anybodys_needs_a_key(host):
    with pytest.raises(AccessDeniedException, match="found " + re.escape(host)):
        refuse_public_names({"host": host, "accept-language": ""})
    refuse_public_names({"host": host, "user-agent": "Boto3/1.40"})
