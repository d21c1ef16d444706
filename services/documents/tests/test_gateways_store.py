import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from halo_documents.domain.papers import Announcement, MediaType, Paper, PaperState, Upload
from halo_documents.gateways.store import (
    Content,
    Form,
    ObjectMissingError,
    ObjectTooLargeError,
    PaperStore,
    StoreAwayError,
)
from halo_events.contract.documents import Purpose

LIMIT = 5000
DATA = b"\xff\xd8\xff" + b"x" * 997


def upload(media_type: MediaType = MediaType.JPEG, *, good_for: timedelta = timedelta(minutes=15)) -> Upload:
    """An announced file."""
    return Upload(
        paper_id=uuid4(),
        request_id=uuid4(),
        round=1,
        announced=Announcement(Purpose.DELIVERY_PROOF, media_type, len(DATA)),
        officer_id="officer-1",
        expires_at=datetime.now(UTC) + good_for,
    )


def paper(of: Upload) -> Paper:
    """The same file, cleared."""
    return Paper(
        paper_id=of.paper_id,
        request_id=of.request_id,
        purpose="delivery_proof",
        item_id=None,
        row=None,
        media_type=of.announced.media_type,
        size=len(DATA),
        state=PaperState.CLEARED,
        reason=None,
        sha256=None,
    )


async def post(form: Form, data: bytes = DATA, **changed: str) -> httpx.Response:
    """Post a file straight to the store; `changed` fields differ from what was signed."""
    async with httpx.AsyncClient() as client:
        return await client.post(form.url, data=form.fields | changed, files={"file": ("paper", data)})


class TestForm:
    async def test_uploads(self, store: PaperStore) -> None:
        """The form uploads the file, and what lies in the store is what was sent."""
        announced = upload()

        assert (await post(store.form(announced, LIMIT))).is_success
        assert store.fetch(announced, LIMIT).data == DATA

    @pytest.mark.parametrize("size", [0, LIMIT + 1])
    async def test_size(self, store: PaperStore, size: int) -> None:
        """The store itself refuses a file that is empty or over the limit."""
        announced = upload()

        answer = await post(store.form(announced, LIMIT), b"x" * size)

        assert answer.status_code == httpx.codes.BAD_REQUEST
        with pytest.raises(ObjectMissingError):
            store.fetch(announced, LIMIT)

    @pytest.mark.parametrize(
        "changed", [{"Content-Type": "text/html"}, {"key": f"incoming/{uuid4()}/{uuid4()}"}, {"key": "papers/x"}]
    )
    async def test_fields(self, store: PaperStore, changed: dict[str, str]) -> None:
        """A form is good for its own name and type alone."""
        answer = await post(store.form(upload(), LIMIT), DATA, **changed)

        assert answer.status_code == httpx.codes.FORBIDDEN

    async def test_then(self, store: PaperStore) -> None:
        """Once the file lies there the store sends the browser on, and nowhere else than was signed."""
        announced, then = upload(), "https://documents.test/officer/papers/1/uploaded"
        form = store.form(announced, LIMIT, then)
        answer = await post(form)
        elsewhere = await post(form, success_action_redirect="https://elsewhere.test/")

        assert answer.status_code == httpx.codes.SEE_OTHER
        assert answer.headers["location"].partition("?")[0] == then
        assert elsewhere.status_code == httpx.codes.FORBIDDEN

    async def test_lapsed(self, store: PaperStore) -> None:
        """A form that lapsed uploads nothing."""
        answer = await post(store.form(upload(good_for=timedelta(seconds=-1)), LIMIT))

        assert answer.status_code == httpx.codes.FORBIDDEN

    def test_without_the_store(self, make_store: Callable[..., PaperStore]) -> None:
        """Signing is computing: it works while the store is away."""
        away = make_store(s3_endpoint="127.0.0.1:1")

        assert away.form(upload(), LIMIT).url == "http://127.0.0.1:1/halo-documents-test"
        assert away.link(paper(upload()), datetime.now(UTC), timedelta(minutes=5))

    def test_names_hold_ids_only(self, store: PaperStore) -> None:
        """The object's name is made of the ids of request and paper."""
        announced = upload()
        fields = store.form(announced, LIMIT).fields

        assert fields["key"] == f"incoming/{announced.request_id}/{announced.paper_id}"
        conditions = json.loads(b64decode(fields["policy"]))["conditions"]
        assert ["eq", "$key", fields["key"]] in conditions
        assert ["content-length-range", 1, LIMIT] in conditions

    def test_public_endpoint(self, make_store: Callable[..., PaperStore]) -> None:
        """Officers' phones may reach the store under another name."""
        outside = make_store(s3_public_endpoint="papers.example.test")

        assert outside.form(upload(), LIMIT).url == "http://papers.example.test/halo-documents-test"
        link = outside.link(paper(upload()), datetime.now(UTC), timedelta(minutes=5))
        assert link.startswith("http://papers.example.test/halo-documents-test/papers/")


class TestFetch:
    async def test_too_large(self, store: PaperStore) -> None:
        """No more than the limit is ever read."""
        announced = upload()
        await post(store.form(announced, LIMIT))

        with pytest.raises(ObjectTooLargeError):
            store.fetch(announced, len(DATA) - 1)

    def test_away(self, make_store: Callable[..., PaperStore]) -> None:
        """A store that does not answer is told as away."""
        with pytest.raises(StoreAwayError):
            make_store(s3_endpoint="127.0.0.1:1").fetch(upload(), LIMIT)

    def test_wrong_key(self, make_store: Callable[..., PaperStore]) -> None:
        """A store that does not let documents in is told as away, with its own word: nobody's paper is at fault."""
        with pytest.raises(StoreAwayError) as raised:
            make_store(s3_secret_key="not-the-secret-key").fetch(upload(), LIMIT)
        assert raised.value.code == "SignatureDoesNotMatch"

    def test_no_bucket(self, make_store: Callable[..., PaperStore]) -> None:
        """A bucket that nobody made is the store's fault, not the paper's."""
        with pytest.raises(StoreAwayError) as raised:
            make_store(s3_bucket="nobody-made-this").fetch(upload(), LIMIT)
        assert raised.value.code == "NoSuchBucket"


class TestKeep:
    async def test_old_form(self, store: PaperStore) -> None:
        """What readers get is what was kept, also after the form, still good, uploaded something else."""
        announced = upload()
        form = store.form(announced, LIMIT)
        await post(form)
        store.keep(announced, store.fetch(announced, LIMIT))

        assert (await post(form, b"another file")).is_success
        async with httpx.AsyncClient() as client:
            answer = await client.get(store.link(paper(announced), datetime.now(UTC), timedelta(minutes=5)))
        assert answer.content == DATA
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == "no-store"

    async def test_drop(self, store: PaperStore) -> None:
        """What was uploaded can go after it was kept."""
        announced = upload()
        await post(store.form(announced, LIMIT))
        store.keep(announced, Content(DATA, ""))

        store.drop([announced, replace(announced, paper_id=uuid4())])

        with pytest.raises(ObjectMissingError):
            store.fetch(announced, LIMIT)


class TestLink:
    async def test_lapses(self, store: PaperStore) -> None:
        """A link is good for minutes."""
        announced = upload()
        store.keep(announced, Content(DATA, ""))
        old = datetime.now(UTC) - timedelta(minutes=6)

        async with httpx.AsyncClient() as client:
            answer = await client.get(store.link(paper(announced), old, timedelta(minutes=5)))

        assert answer.status_code == httpx.codes.FORBIDDEN

    async def test_bucket_is_shut(self, store: PaperStore) -> None:
        """Without a signature nobody reads."""
        announced = upload()
        store.keep(announced, Content(DATA, ""))
        link = store.link(paper(announced), datetime.now(UTC), timedelta(minutes=5))

        async with httpx.AsyncClient() as client:
            answer = await client.get(link.partition("?")[0])

        assert answer.status_code == httpx.codes.FORBIDDEN


class TestPrepareBucket:
    def test_twice(self, make_store: Callable[..., PaperStore]) -> None:
        """The second time finds the bucket and changes nothing."""
        store = make_store(s3_bucket=f"halo-{uuid4()}")

        assert store.prepare_bucket()
        assert not store.prepare_bucket()
