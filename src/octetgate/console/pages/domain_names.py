"""Custom domain names, and where their base paths lead."""

from urllib.parse import quote

from starlette.responses import Response

from octetgate.console.pages import _lists as lists
from octetgate.console.patches import replacements
from octetgate.console.places import Page, Place
from octetgate.console.visits import Visit

_TYPES = (("REGIONAL", "Regional"), ("EDGE", "Edge-optimized"), ("PRIVATE", "Private"))
_TRUSTSTORE = ("truststoreUri", "truststoreVersion")
_POLICIES = ("policy", "managementPolicy")


async def listed(visit: Visit) -> Response:
    """Show all domain names, and a form that makes one."""
    found = await lists.items(visit, "get_domain_names")
    return visit.page("domain-names.html", domains=found, types=_TYPES)


async def created(visit: Visit) -> Response:
    """Let the gateway answer under a host name, and go to it."""
    made = await visit.gateway(
        "create_domain_name",
        domainName=visit.field("name"),
        endpointConfiguration={"types": [visit.field("type")]},
        certificateName=visit.field("certificateName") or None,
        certificateBody=visit.text("certificateBody").strip() or None,
        certificatePrivateKey=visit.text("certificatePrivateKey").strip() or None,
        certificateChain=visit.text("certificateChain").strip() or None,
    )
    return visit.leave(_at(made["domainName"]), f"Created {made['domainName']}.")


async def shown(visit: Visit) -> Response:
    """Show one domain name, and where its base paths lead."""
    domain = await visit.gateway("get_domain_name", **_place(visit))
    apis = await lists.items(visit, "get_rest_apis")
    return visit.page(
        "domain-name.html",
        domain=domain,
        mappings=await lists.items(visit, "get_base_path_mappings", **_place(visit)),
        apis=apis,
        names={each["id"]: each["name"] for each in apis},
        base=_at(domain["domainName"]),
    )


async def saved(visit: Visit) -> Response:
    """Set what the form says otherwise than the domain: its trust store, or who may come to it."""
    before = await visit.gateway("get_domain_name", **_place(visit))
    said = {name: visit.text(name).strip() for name in visit.form}
    truststore = {name: said[name] for name in _TRUSTSTORE if name in said}
    policies = {name: said[name] for name in _POLICIES if name in said}
    patches = replacements(
        before.get("mutualTlsAuthentication") or {}, truststore, "/mutualTlsAuthentication"
    )
    patches += replacements(before, policies)
    if patches:
        await visit.gateway("update_domain_name", **_place(visit), patchOperations=patches)
    return visit.leave(_at(visit.path("domain")), "Saved." if patches else "Nothing to save.")


async def mapped(visit: Visit) -> Response:
    """Lead a base path to a stage, or nowhere."""
    path = visit.field("path") or "(none)"
    if visit.field("op") == "remove":
        await visit.gateway("delete_base_path_mapping", **_place(visit), basePath=path)
        return visit.leave(_at(visit.path("domain")), f"Removed {path}.")
    await visit.gateway(
        "create_base_path_mapping",
        **_place(visit),
        basePath=path,
        restApiId=visit.field("api"),
        stage=visit.field("stage") or None,
    )
    return visit.leave(_at(visit.path("domain")), f"Added {path}.")


async def deleted(visit: Visit) -> Response:
    """Delete a domain name with its certificate and its base paths."""
    await visit.gateway("delete_domain_name", **_place(visit))
    return visit.leave("/domain-names", f"Deleted {visit.path('domain')}.")


def _place(visit: Visit) -> dict[str, str]:
    return {"domainName": visit.path("domain")}


def _at(domain: str) -> str:
    return f"/domain-names/{quote(domain, safe='')}"


_ONE = "/domain-names/{domain}"
NAVIGATION = (Place(60, "Domain names", "/domain-names"),)
PAGES = (
    Page("/domain-names", listed),
    Page("/domain-names", created, "POST"),
    Page(_ONE, shown),
    Page(_ONE, saved, "POST"),
    Page(f"{_ONE}/mappings", mapped, "POST"),
    Page(f"{_ONE}/deletion", deleted, "POST"),
)
