"""What a service's `app.py` and `__main__.py` import."""

from halo_service.definition import Service
from halo_service.jobs import Job

__all__ = ["Job", "Service"]
