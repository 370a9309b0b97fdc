import pytest
from tests.control.objects import Objects
from tests.core.signing.issued import certified, key_text

from octetgate.adapters.certificates.files import CertificateFolder, PairOfFiles
from octetgate.adapters.certificates.folder_objects import FolderObjects
from octetgate.core.ports.objects import NoObject

API = certified("api.example", common="one")
NEW = certified("api.example", common="two")


def write(path, text):
    """Replace a file as programs that renew certificates do: at once, under the same name."""
    draft = path.with_name("draft")
    draft.write_text(text)
    draft.replace(path)


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "api.example.pem", API.body + API.private_key)
    return CertificateFolder(tmp_path)


def test_a_file_holds_a_chain_and_its_key(folder):
    found = folder.find("api.example")
    assert API.body in found.certificates
    assert API.private_key in found.private_key


def test_a_renewed_file_is_read_anew(folder, tmp_path):
    before = folder.find("api.example")
    assert folder.find("api.example") is before
    write(tmp_path / "api.example.pem", NEW.body + NEW.private_key)
    assert NEW.body in folder.find("api.example").certificates


@pytest.mark.parametrize("broken", ["", "no certificate", NEW.body, NEW.body + API.private_key])
def test_a_renewal_that_went_wrong_leaves_the_one_before(folder, tmp_path, broken, caplog):
    before = folder.find("api.example")
    write(tmp_path / "api.example.pem", broken)
    assert folder.find("api.example") is before
    assert folder.find("api.example") is before
    assert [line.message for line in caplog.records if "the one before stays" in line.message] == [
        caplog.messages[0]
    ]
    assert "PRIVATE KEY" not in caplog.text


def test_a_file_that_is_gone_is_nothing_any_more(folder, tmp_path):
    assert folder.find("api.example")
    (tmp_path / "api.example.pem").unlink()
    assert folder.find("api.example") is None


@pytest.mark.parametrize(
    "name", ["../up", "a/b", "", ".", "..", ".hidden", "a\0b", "other.example"]
)
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    inner = tmp_path / "inner"
    (inner / "a").mkdir(parents=True)
    for path in (tmp_path / "up.pem", inner / "a/b.pem", inner / ".pem", inner / ".hidden.pem"):
        path.write_text(API.body + API.private_key)
    assert CertificateFolder(inner).find(name) is None


def test_a_chain_and_its_key_may_lie_in_two_files(tmp_path):
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    write(chain, API.body)
    write(key, API.private_key)
    pair = PairOfFiles(chain, key)
    before = pair.now()
    assert (before.certificates, before.private_key) == (API.body, API.private_key)
    # Half a renewal: the two are no pair now.
    write(chain, NEW.body)
    assert pair.now() is before
    write(key, NEW.private_key)
    assert pair.now().certificates == NEW.body


def test_a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(tmp_path, caplog):
    (tmp_path / "api.example.pem").write_text(API.body + key_text(API.key, b"secret"))
    assert CertificateFolder(tmp_path).find("api.example") is None
    assert "nothing is shown" in caplog.text


# --- Objects -----------------------------------------------------------------------------------


def get(objects, bucket, key, limit=100):
    return objects.get(bucket, key, version="1", region="us-east-1", limit=limit)


@pytest.fixture
def objects(tmp_path):
    (tmp_path / "bucket/deep").mkdir(parents=True)
    (tmp_path / "bucket/deep/trust.pem").write_bytes(b"a file")
    (tmp_path / "secret").write_bytes(b"secret")
    elsewhere = Objects()
    elsewhere["bucket", "other", "1"] = b"of S3"
    return FolderObjects(tmp_path, elsewhere)


def test_a_file_stands_for_an_object_and_others_come_from_s3(objects):
    assert get(objects, "bucket", "deep/trust.pem") == b"a file"
    assert get(objects, "bucket", "other") == b"of S3"


@pytest.mark.parametrize(
    "bucket, key", [("bucket", "../secret"), ("bucket", "deep"), ("bucket", "/etc/passwd")]
)
def test_no_key_leads_out_of_its_bucket(objects, bucket, key):
    with pytest.raises(NoObject, match="does not exist"):
        get(objects, bucket, key)


def test_a_file_that_is_too_large_is_refused(objects):
    with pytest.raises(NoObject, match="expected at most 5 bytes; found 6"):
        get(objects, "bucket", "deep/trust.pem", limit=5)
