"""Random lives of requests: four services in one process, what may happen to a request, and what must be true then."""
