"""The object store, and the checks of what lies in it."""
