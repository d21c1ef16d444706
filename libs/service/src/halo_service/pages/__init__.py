"""Pages: HTML for browsers, rendered here, usable on a phone and without JavaScript."""

from halo_service.browser import PageRouter
from halo_service.pages.fields import BekasiTime
from halo_service.pages.page import Page, PageDep

__all__ = ["BekasiTime", "Page", "PageDep", "PageRouter"]
