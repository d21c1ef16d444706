"""Three files: a photo that opens, the same cut short, and a text that is called a photo."""

from typing import Final
from uuid import UUID

from halo_demo.papers import PaperPool

_POOL: Final = PaperPool(1)
GOOD: Final = _POOL.photo(UUID(int=1)).content
CUT: Final = GOOD[: len(GOOD) // 2]
TEXT: Final = _POOL.renamed_text(UUID(int=1)).content
