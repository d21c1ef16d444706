import io
from uuid import UUID, uuid4

import pytest
from halo_demo.papers import JPEG, PDF, PaperPool
from halo_local.clamd import EICAR
from PIL import Image
from pypdf import PdfReader

KILOBYTE = 1024


@pytest.fixture(scope="module")
def pool() -> PaperPool:
    """The papers of one seed."""
    return PaperPool(seed=1)


class TestPaperPool:
    def test_photo_opens(self, pool: PaperPool) -> None:
        """A photo is a small JPEG that opens to its last byte."""
        paper = pool.photo(uuid4())

        with Image.open(io.BytesIO(paper.content)) as picture:
            picture.load()
            assert (picture.format, paper.media_type) == ("JPEG", JPEG)
        assert 5 * KILOBYTE < len(paper.content) < 25 * KILOBYTE

    def test_infected_opens_as_well(self, pool: PaperPool) -> None:
        """An infected photo is a sound JPEG: only the scanner has anything against it."""
        paper = pool.infected(uuid4())

        with Image.open(io.BytesIO(paper.content)) as picture:
            picture.load()
        assert (EICAR in paper.content, paper.media_type) == (True, JPEG)

    def test_page_opens(self, pool: PaperPool) -> None:
        """A page is a PDF that bears its mark as title."""
        mark = uuid4()

        paper = pool.page(mark)

        reader = PdfReader(io.BytesIO(paper.content), strict=True)
        assert (len(reader.pages), paper.media_type) == (1, PDF)
        assert reader.metadata is not None
        assert reader.metadata.title == f"CONTOH{mark.hex}"

    def test_no_two_are_the_same(self, pool: PaperPool) -> None:
        """Two papers of one picture differ."""
        first, second = UUID(int=12), UUID(int=24)

        assert pool.photo(first).content != pool.photo(second).content
        assert pool.page(first).content != pool.page(second).content

    def test_renamed_text_is_no_picture(self, pool: PaperPool) -> None:
        """The wrong file says that it is a JPEG and is none."""
        paper = pool.renamed_text(uuid4())

        assert paper.media_type == JPEG
        with pytest.raises(OSError, match="cannot identify"):
            Image.open(io.BytesIO(paper.content))
