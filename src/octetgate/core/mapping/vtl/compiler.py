"""Compiles a parsed template to Python, once, and runs it (spec: mapping 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from octetgate.core.mapping.vtl.errors import MemberError, TemplateError
from octetgate.core.mapping.vtl.generator import Generator
from octetgate.core.mapping.vtl.nodes import Block, Reference
from octetgate.core.mapping.vtl.run import Bounds, Render, Run
from octetgate.core.mapping.vtl.runtime import NAMESPACE
from octetgate.core.mapping.vtl.scopes import Broken, Stopped
from octetgate.core.mapping.vtl.source import FILENAME, Sites, assembled
from octetgate.core.mapping.vtl.survey import survey


@dataclass(frozen=True, slots=True)
class Code:
    """A template as Python source."""

    source: str
    sites: Sites
    constants: Mapping[str, object]
    """What the source knows by a name of this template's own."""


@dataclass(frozen=True, slots=True)
class Program:
    """A template as Python."""

    render: Render
    sites: Sites


def write(block: Block, references: Iterable[Reference]) -> Code:
    """Return the code that renders a template's outermost ``block``."""
    generator = Generator(survey(block, references))
    generator.template(block)
    source, sites = assembled(generator.functions)
    return Code(source, sites, generator.names.kept)


def compile_block(block: Block, references: Iterable[Reference]) -> Program:
    """Return the program that renders a template's outermost ``block``."""
    code = write(block, references)
    namespace = {**NAMESPACE, **code.constants}
    # No text of a template is code in there: see source.py.
    exec(compile(code.source, FILENAME, "exec"), namespace)  # noqa: S102
    return Program(cast("Render", namespace["render"]), code.sites)


def execute(program: Program, variables: dict[str, object], bounds: Bounds) -> str:
    """Return what ``program`` writes when it starts with ``variables``, which it may change."""
    run = Run(bounds)
    try:
        try:  # noqa: SIM105 - suppress() takes as long as a small template
            run.start(program.render, variables)
        except (Stopped, Broken):
            pass  # A break outside of everything ends the template too.
        return run.text()
    except MemberError as error:
        raise program.sites.error(error) from error
    except RecursionError as error:
        raise TemplateError("values or blocks are nested too deeply", 1, 1) from error
