"""The cast on the sign-in page."""

from django import template

from demo import cast

register = template.Library()


@register.simple_tag
def demonstration_cast() -> list[cast.Column]:
    """The people to sign in as, in three columns; none while the case is not loaded."""
    return cast.columns()
