"""Fill the templates of pages: each carries its own style, and lets the browser apply no other."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_ROOM = "ccds_pipeline.reporting"


def rendered(template: str, style_file: str, **content: object) -> str:
    """Return a page as HTML.

    Args:
        template: Name of the template beside this module.
        style_file: Name of the style sheet beside this module; the template puts ``style`` and
            ``style_hash`` where they belong.
        content: What else the template shows; text in it is escaped.
    """
    style = (resources.files(_ROOM) / style_file).read_text(encoding="utf-8")
    environment = Environment(
        loader=PackageLoader(_ROOM, ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(
        style=Markup(style),  # noqa: S704  # our own file
        style_hash=_csp_hash(style),
        **content,
    )


def _csp_hash(style: str) -> str:
    """Let the browser apply this style and no other (Content Security Policy level 2)."""
    digest = hashlib.sha256(style.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
