"""The order in which a template's resources can be made: each after what it needs."""

from collections.abc import Mapping

from octetgate.control.cloudformation.intrinsics import Resolver
from octetgate.control.cloudformation.template import BadTemplate, Declared, Template

_LAST = ("AWS::ApiGateway::Deployment",)
"""Made once nothing else can be: a deployment freezes methods that it may not name."""


def in_order(template: Template, resolver: Resolver) -> list[Declared]:
    """Return the resources whose conditions hold, as the template has them where it can be."""
    wanted = {
        name: each
        for name, each in template.resources.items()
        if each.condition is None or resolver.holds(each.condition, f"Resources.{name}")
    }
    needs = {name: _needs(each, wanted, resolver) for name, each in wanted.items()}
    ordered: list[Declared] = []
    while needs:
        ready = [name for name, needed in needs.items() if not needed]
        if not ready:
            circle = ", ".join(needs)
            raise BadTemplate(f"Resources: expected no circle of needs; found one among {circle}")
        soon = [name for name in ready if wanted[name].type not in _LAST]
        for name in soon or ready:
            ordered.append(wanted[name])
            del needs[name]
            for needed in needs.values():
                needed.discard(name)
    return ordered


def _needs(each: Declared, wanted: Mapping[str, Declared], resolver: Resolver) -> set[str]:
    named = {*each.depends_on, *resolver.references(each.properties)}
    return {name for name in named if name in wanted and name != each.name}
