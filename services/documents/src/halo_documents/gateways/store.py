"""Papers in an S3 object store. Calls block: all but `form` and `link`, which only compute, belong in a thread."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Final
from uuid import UUID

from minio import Minio
from minio.commonconfig import ENABLED, Filter
from minio.datatypes import PostPolicy
from minio.deleteobjects import DeleteObject
from minio.error import MinioException, S3Error
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from halo_documents.domain.papers import Paper, Upload

THREADS: Final = 8
"""Calls at one time: they mostly wait for the store's disks."""

_PIECE: Final = 64 * 1024
_INCOMING: Final = "incoming"
_CHECKED: Final = "papers"
_INCOMING_DAYS: Final = 2
"""Days after which what was uploaded and never cleared is dropped by the store itself."""


class StoreAwayError(OSError):
    """The store does not answer, or not as it should: it is asked again later. `code` is the store's own word."""

    def __init__(self, code: str) -> None:
        super().__init__(f"object store: {code}")
        self.code = code


class ObjectMissingError(Exception):
    """Nothing lies under this name."""


class ObjectTooLargeError(Exception):
    """More lies under this name than may be read."""


@dataclass(frozen=True, slots=True)
class Content:
    """What lies under a name."""

    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form that uploads one file: its fields go first, the file last."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """Where the store is. `public_endpoint` is how officers' phones reach it, where that differs."""

    endpoint: str
    region: str
    bucket: str
    secure: bool
    public_endpoint: str | None = None

    @property
    def origin(self) -> str:
        """The store's origin as browsers see it."""
        return f"{'https' if self.secure else 'http'}://{self.public_endpoint or self.endpoint}"


class PaperStore:
    """The bucket of documents.

    An officer's form writes under `incoming/`. What a check cleared is written once more under `papers/`, by the
    service, from the very bytes that were checked: a form that is still good can't change what readers get.
    Names hold the ids of request and paper, and nothing else.
    """

    def __init__(self, address: StoreAddress, access_key: str, secret_key: str) -> None:
        def client(endpoint: str) -> Minio:
            # With the region given, signing needs no call.
            return Minio(
                endpoint,
                access_key=access_key,
                secret_key=secret_key,
                secure=address.secure,
                region=address.region,
                http_client=PoolManager(
                    maxsize=THREADS,
                    timeout=Timeout(connect=2, read=5),
                    retries=Retry(total=1, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
                ),
            )

        self._bucket = address.bucket
        self._inside = client(address.endpoint)
        self._outside = client(address.public_endpoint or address.endpoint)
        self._form_url = f"{address.origin}/{address.bucket}"

    def form(self, upload: Upload, limit: int, then: str | None = None) -> Form:
        """The form for one announced paper: this name, this type, 1 to `limit` bytes, until it lapses.

        `then` is where the store sends the browser once the file lies there; without it the store answers 204. The
        store puts a query of its own in place of the address's.
        """
        policy = PostPolicy(self._bucket, upload.expires_at)
        named = {"key": _name(_INCOMING, upload.request_id, upload.paper_id)}
        named["Content-Type"] = upload.announced.media_type.value
        for field, value in named.items():
            policy.add_equals_condition(field, value)
        if then is not None:
            # The client refuses an equals condition here. The condition only guards its own officer's browser.
            policy.add_starts_with_condition("success_action_redirect", then)
            named["success_action_redirect"] = then
        policy.add_content_length_range_condition(1, limit)
        return Form(self._form_url, named | self._outside.presigned_post_policy(policy))

    def link(self, paper: Paper, now: datetime, good_for: timedelta) -> str:
        """A URL that reads a cleared paper, for a while from `now`."""
        return self._outside.presigned_get_object(
            self._bucket,
            _name(_CHECKED, paper.request_id, paper.paper_id),
            expires=good_for,
            response_headers={
                "response-content-type": paper.media_type,
                "response-content-disposition": "inline",
                "response-cache-control": "no-store",
            },
            request_date=now,
        )

    def fetch(self, upload: Upload, limit: int) -> Content:
        """Read what an officer uploaded, in pieces. Raises ObjectMissingError, ObjectTooLargeError, StoreAwayError."""
        data = bytearray()
        digest = hashlib.sha256()
        with _told():
            response = self._inside.get_object(self._bucket, _name(_INCOMING, upload.request_id, upload.paper_id))
            try:
                for piece in response.stream(_PIECE):
                    if len(data) + len(piece) > limit:
                        raise ObjectTooLargeError
                    digest.update(piece)
                    data += piece
            finally:
                response.close()
                response.release_conn()
        return Content(bytes(data), digest.hexdigest())

    def keep(self, upload: Upload, content: Content) -> None:
        """Write what was checked to where readers find it. Raises StoreAwayError."""
        with _told():
            self._inside.put_object(
                self._bucket,
                _name(_CHECKED, upload.request_id, upload.paper_id),
                BytesIO(content.data),
                len(content.data),
                content_type=upload.announced.media_type.value,
            )

    def drop(self, uploads: Sequence[Upload]) -> None:
        """Remove what officers uploaded, after it was kept. Raises StoreAwayError."""
        self._remove(_INCOMING, uploads)

    def discard(self, uploads: Sequence[Upload]) -> None:
        """Remove what a check kept of papers that were not cleared after all. Raises StoreAwayError."""
        self._remove(_CHECKED, uploads)

    def _remove(self, folder: str, uploads: Sequence[Upload]) -> None:
        """Remove objects; one that is not there is no error."""
        names = [_name(folder, upload.request_id, upload.paper_id) for upload in uploads]
        with _told():
            errors = list(self._inside.remove_objects(self._bucket, [DeleteObject(name) for name in names]))
        if errors:
            raise StoreAwayError(errors[0].code or "remove_objects")

    def prepare_bucket(self) -> bool:
        """Make the bucket, and let it drop what stays uncleared; whether it is new. Raises StoreAwayError."""
        rule = Rule(
            ENABLED,
            rule_filter=Filter(prefix=f"{_INCOMING}/"),
            rule_id="drop-incoming",
            expiration=Expiration(days=_INCOMING_DAYS),
        )
        with _told():
            new = not self._inside.bucket_exists(self._bucket)
            if new:
                self._make_bucket()
            self._inside.set_bucket_lifecycle(self._bucket, LifecycleConfig([rule]))
        return new

    def _make_bucket(self) -> None:
        try:
            self._inside.make_bucket(self._bucket)
        except S3Error as error:
            if error.code != "BucketAlreadyOwnedByYou":
                raise


def _name(folder: str, request_id: UUID, paper_id: UUID) -> str:
    return f"{folder}/{request_id}/{paper_id}"


@contextmanager
def _told() -> Iterator[None]:
    """Tell the store's many errors as our three. Their texts name objects, so only their codes go on."""
    try:
        yield
    except S3Error as error:
        if error.code == "NoSuchKey":
            raise ObjectMissingError from None
        raise StoreAwayError(error.code or "unknown") from None
    except (MinioException, HTTPError) as error:
        raise StoreAwayError(type(error).__name__) from None
