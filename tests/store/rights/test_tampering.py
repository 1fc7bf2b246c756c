import pytest
from tests.store.rights.uses import record, use

from matinee.rights.ledger.audit import audit
from matinee.store.rights.database import open_rights
from matinee.store.rights.ledger import read_ledger
from matinee.store.rights.tampering import copy_with_edit
from matinee.store.service import create_service, open_service


@pytest.fixture
def service(tmp_path):
    """A service with three uses."""
    made = create_service(tmp_path / "service")
    with open_rights(made) as engine:
        record(engine, use(0), use(1), use(2))
    return made


def findings(path):
    with open_rights(open_service(path)) as engine, read_ledger(engine) as records:
        return [each.where for each in audit(records).findings]


def test_the_copy_is_changed_and_the_service_is_not(service, tmp_path):
    copy_with_edit(service.path, tmp_path / "copy", key="use-1", old="refuse", new="permit")
    assert findings(tmp_path / "copy") == ["entry 1"]
    assert findings(service.path) == []


def test_an_edit_that_changes_nothing_is_refused(service, tmp_path):
    with pytest.raises(ValueError, match="want an entry with 'nonsense' in its body"):
        copy_with_edit(service.path, tmp_path / "copy", key="use-1", old="nonsense", new="x")
