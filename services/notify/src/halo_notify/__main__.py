"""`python -m halo_notify ROLE`: api, consumer, relay, jobs, migrate or all."""

from halo_service.service import main

from halo_notify.app import build

if __name__ == "__main__":
    main(build)
