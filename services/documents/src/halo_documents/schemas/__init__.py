"""HTTP bodies of documents, one module per step."""

from halo_documents.schemas.body import Body, ReasonView
from halo_documents.schemas.desk import DeskItem, Hold, Issue, ItemAnswer, Print, Rejection, Revised, Revision
from halo_documents.schemas.dossier import DossierView, HandoverView, ItemView, ResidentView, RowView
from halo_documents.schemas.handover import HandoverAnswer, NewHandover
from halo_documents.schemas.need import NamedRow, Need, NeedAnswer, RecordedItem, SubmitAnswer, WaitingItem, Wanted
from halo_documents.schemas.papers import LinkAnswer, NewPaper, PaperAnswer, PaperView, UploadForm

__all__ = [
    "Body",
    "DeskItem",
    "DossierView",
    "HandoverAnswer",
    "HandoverView",
    "Hold",
    "Issue",
    "ItemAnswer",
    "ItemView",
    "LinkAnswer",
    "NamedRow",
    "Need",
    "NeedAnswer",
    "NewHandover",
    "NewPaper",
    "PaperAnswer",
    "PaperView",
    "Print",
    "ReasonView",
    "RecordedItem",
    "Rejection",
    "ResidentView",
    "Revised",
    "Revision",
    "RowView",
    "SubmitAnswer",
    "UploadForm",
    "WaitingItem",
    "Wanted",
]
