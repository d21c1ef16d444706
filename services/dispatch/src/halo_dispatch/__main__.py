"""`python -m halo_dispatch ROLE`: api, consumer, relay, jobs, migrate or all; and `load-register`."""

from halo_service.service import main

from halo_dispatch.app import COMMANDS, build

if __name__ == "__main__":
    main(build, COMMANDS)
