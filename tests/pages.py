"""Every address that the portal answers, read from its URL patterns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter


@dataclass(frozen=True)
class Page:
    """One named address."""

    name: str
    view: Callable
    converters: dict

    @property
    def is_public(self) -> bool:
        """Whether its view has opted out of asking for sign-in."""
        return not getattr(self.view, "login_required", True)

    @property
    def anywhere(self) -> str:
        """An address of that name, whether or not anything lies there."""
        values = {
            name: 1 if isinstance(converter, IntConverter) else "nothing"
            for name, converter in self.converters.items()
        }
        return reverse(self.name, kwargs=values)


def all_pages() -> dict[str, Page]:
    """Every page by its name, the ones of allauth and of the demonstration too.

    Django's own administration is one desk with its own tests.
    """
    found = {}
    for pattern in _patterns(get_resolver()):
        assert pattern.name, f"{pattern.pattern} has no name"
        assert pattern.name not in found, f"two addresses are called {pattern.name}"
        converters = dict(pattern.pattern.converters)
        found[pattern.name] = Page(pattern.name, pattern.callback, converters)
    return found


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if getattr(one, "namespace", None) == "admin":
            continue
        if isinstance(one, URLResolver):
            yield from _patterns(one)
        else:
            yield one
