"""The table of undo: by resource type, what making an object again gives after it was deleted.

Source: each rule's own; checked against the schemas of hashicorp/aws 5.100.0 by tests/e2e/test_tables.py.
"""

from guardian.domain.review.undo.compute import COMPUTE
from guardian.domain.review.undo.data import DATA
from guardian.domain.review.undo.delivery import DELIVERY
from guardian.domain.review.undo.identity import IDENTITY
from guardian.domain.review.undo.local import LOCAL
from guardian.domain.review.undo.network import NETWORK
from guardian.domain.review.undo.rule import UndoRule
from guardian.domain.review.undo.storage import STORAGE

UNDO_RULES: dict[str, UndoRule] = {
    each.resource_type: each for each in (*COMPUTE, *DATA, *DELIVERY, *IDENTITY, *LOCAL, *NETWORK, *STORAGE)
}
