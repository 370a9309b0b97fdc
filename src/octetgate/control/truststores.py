"""Trust stores of custom domains: fetched and read before an operation's transaction begins."""

import re
from collections.abc import Mapping

from octetgate.control.calls import Call, Members, Write
from octetgate.control.errors import BadRequestException, ConflictException
from octetgate.core.model.domain import DomainName, MutualTlsAuthentication, Truststore
from octetgate.core.ports.objects import NoObject
from octetgate.core.ports.store import TRUSTSTORES
from octetgate.core.signing.truststores import MOST_BYTES, BadTruststore, read_truststore

_FETCHED = "fetched"
_URI = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>[^\0]{1,1024})")
_MEMBER = "mutualTlsAuthentication.truststoreUri"
_NO_TLS = (
    "the gateway has no TLS port (octetgate serve --tls-port), so calls of this domain get a 403"
)


def fetch_for(call: Call, domain: DomainName, asked: Members) -> Members:
    """Return a call's members with the trust store that the domain is going to have."""
    mutual = domain.mutual_tls_authentication
    if mutual is None or "REGIONAL" not in domain.endpoint_configuration.types:
        return asked  # The operation refuses it, without a download.
    return {**asked, _FETCHED: (mutual, _fetched(call, mutual))}


def _fetched(call: Call, mutual: MutualTlsAuthentication) -> Truststore:
    uri = mutual.truststore_uri or ""
    place = _URI.fullmatch(uri)
    if place is None:
        raise BadRequestException(f"{_MEMBER}: expected s3://bucket/key; found {uri!r}")
    if call.settings.truststores is None:
        raise BadRequestException(f"{_MEMBER}: expected none, as there is no S3 here")
    try:
        data = call.settings.truststores.get(
            place["bucket"],
            place["key"],
            version=mutual.truststore_version,
            region=call.region,
            limit=MOST_BYTES,
        )
        return read_truststore(data, call.now)
    except NoObject as error:
        raise BadRequestException(
            f"{_MEMBER}: {uri} cannot be read. S3 Error Code: {error.code}. "
            f"S3 Error Message: {error}. Without S3, put it at {place['bucket']}/{place['key']} in "
            "the folder of --certificates"
        ) from error
    except BadTruststore as error:
        raise BadRequestException(f"{_MEMBER}: {uri}: {error}") from error


def keep_truststore(call: Write, domain: DomainName, asked: Members) -> None:
    """Keep what was fetched for a call; a domain without mutual TLS has none."""
    mutual = domain.mutual_tls_authentication
    found: tuple[MutualTlsAuthentication, Truststore] | None = asked.get(_FETCHED)
    if mutual is None:
        call.store.delete(TRUSTSTORES, domain.domain_name)
    elif found is not None:
        if found[0] != mutual:
            raise ConflictException("The domain name was changed meanwhile; try again")
        call.store.put(TRUSTSTORES, domain.domain_name, found[1])


def truststore_warnings(call: Call, truststore: Truststore | None) -> list[str] | None:
    """Return what keeps clients out that should come in, as the API shows it."""
    warnings = [] if truststore is None else list(truststore.warnings)
    if truststore is None:
        # A domain of before trust stores were read.
        warnings.append("no trust store has been read; update truststoreUri")
    if not call.settings.has_tls:
        warnings.append(_NO_TLS)
    return warnings or None


def shown_mutual_tls(
    call: Call, mutual: MutualTlsAuthentication | None, truststore: Truststore | None
) -> Mapping[str, object] | None:
    """Return a domain's mutual TLS as the API shows it."""
    if mutual is None:
        return None
    return {
        "truststoreUri": mutual.truststore_uri,
        "truststoreVersion": mutual.truststore_version,
        "truststoreWarnings": truststore_warnings(call, truststore),
    }
