"""`python -m halo_documents ROLE`: api, consumer, relay, jobs, migrate or all; and `prepare-bucket`."""

from halo_service.service import main

from halo_documents.app import COMMANDS, build

if __name__ == "__main__":
    main(build, COMMANDS)
