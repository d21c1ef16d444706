"""`python -m halo_intake ROLE`: api, consumer, relay, jobs, migrate or all."""

from halo_service.service import main

from halo_intake.app import build

if __name__ == "__main__":
    main(build)
